"""Reading repositories."""
