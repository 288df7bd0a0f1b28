"""Attack ourselves: first without containment, when it must succeed, then with it, when it must fail."""
