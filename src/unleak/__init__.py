"""Find a leaked AWS key, stop it, prove that it is stopped, show what it did, put everything right again."""

__version__ = "0.1.0"
