"""Java's compiled classes: the strings of the constant pool, each on a line of its own.

https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.4
"""

from collections.abc import Iterator

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import DAMAGED
from unleak.scan.unpack.member import Member

NAME = "Java class"
_STEP = "Java class constants"
_COUNT, _POOL = slice(8, 10), 10
_UTF8 = 1
_WIDE = frozenset((5, 6))
# How many bytes follow the tag of a constant.
_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    """A string is 64 KiB at most, and all of them are no longer than the file."""
    found, whole = _strings(data)
    budget.size -= len(found)
    if found:
        yield Member(_STEP, found)
    if not whole:
        yield Problem(NAME, DAMAGED)


def _strings(data: bytes) -> tuple[bytes, bool]:
    """And whether the pool could be read to its end."""
    found = []
    number, at = 1, _POOL
    while number < int.from_bytes(data[_COUNT]):
        tag = data[at] if at < len(data) else 0
        begin = at + 1
        if tag == _UTF8:
            begin = at + 3
            at = begin + int.from_bytes(data[at + 1 : begin])
            found.append(data[begin:at])
        elif tag in _SIZES:
            at = begin + _SIZES[tag]
        else:
            return b"\n".join(found), False
        number += 2 if tag in _WIDE else 1
    return b"\n".join(found), at <= len(data)
