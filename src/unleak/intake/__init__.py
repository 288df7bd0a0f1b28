"""What others say of leaked keys, read and typed: one file a sender."""
