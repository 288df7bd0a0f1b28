"""The key out of the source, and out of its history."""
