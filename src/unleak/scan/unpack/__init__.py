"""What is packed in bytes, one level at a time: one file a format. `magic.py` lists the formats.

A format's module has `NAME`, for problems, and `unpack`, and is imported when bytes of its kind are first met.
"""
