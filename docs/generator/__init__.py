"""The pages of docs/reference, each from what the code declares: a file a page, or a page and its units."""
