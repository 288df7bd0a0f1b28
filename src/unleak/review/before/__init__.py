"""What was there before, asked of AWS: one file a kind of thing. Nothing is written."""
