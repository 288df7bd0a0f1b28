"""AWS identity as pure functions."""
