"""Text that is written in another way: whole texts are read anew, pieces of a text are decoded where they stand."""
