"""What is packed in bytes, one level at a time: one file a format. `magic.py` lists the formats.

A format's module has `NAME`, for problems, and `unpack`, and is imported when bytes of its kind are first met.
"""

from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.levels import unpack, unpack_all
from unleak.scan.unpack.magic import is_packed
from unleak.scan.unpack.member import Member

__all__ = ["Budget", "Member", "is_packed", "unpack", "unpack_all"]
