"""tar, of every age: v7, ustar, GNU and pax. What lies in it is cut out, nothing is extracted.

Own code, where `tarfile` of supported Python versions takes forever over hostile headers (CVE-2024-6232,
CVE-2025-8194) and fills the holes of sparse files.
https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import CUT_OFF
from unleak.scan.unpack.magic import is_tar_header
from unleak.scan.unpack.member import Member, step

NAME = "tar"
_BLOCK = 512
_NOT_ZERO = re.compile(rb"[^\0]")
_OCTAL = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_NO_DATA = frozenset(b"123456")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _SPARSE = b"LKxgS"
_LONGEST_EXTENSION = 1 << 20
_PAX_PATH = re.compile(rb"(?:^|\n)\d{1,9} path=([^\n]*)\n")
_PAX_SIZE = re.compile(rb"(?:^|\n)\d{1,9} size=(\d{1,18})\n")
_IS_EXTENDED, _MORE_FOLLOWS = 482, 504
_LARGE_NUMBER = 0x80


@dataclass(slots=True)
class _Extension:
    """What headers said of the entry behind them."""

    name: bytes = b""
    size: int | None = None

    def read(self, kind: int, said: bytes) -> None:
        if kind == _LONG_NAME:
            self.name = said.rstrip(b"\0")
        elif kind == _PAX:
            path, size = _PAX_PATH.search(said), _PAX_SIZE.search(said)
            self.name = path[1] if path else self.name
            self.size = int(size[1]) if size else self.size


def unpack(data: bytes, _budget: Budget) -> Iterator[Member | Problem]:
    at, extension = 0, _Extension()
    while 0 <= at < len(data):
        header = data[at : at + _BLOCK]
        if not is_tar_header(header):
            following = _following(data, at)
            if following < 0 and _NOT_ZERO.search(data, at):
                yield Problem(NAME, "damaged or cut off: what follows its last readable entry is no tar")
            at = following
            continue
        kind, size = header[156], _number(header[124:136])
        if size is None:
            yield Problem(NAME, "damaged: an entry is of no size")
            return
        begin = at + _BLOCK if kind != _SPARSE else _behind_map(data, at)
        if kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL):
            extension.read(kind, data[begin : begin + min(size, _LONGEST_EXTENSION)])
        else:
            size = 0 if kind in _NO_DATA else size if extension.size is None else extension.size
            where = step("tar entry", (extension.name or _name(header)).decode("utf-8", "backslashreplace"))
            extension = _Extension()
            if size:
                yield Member(where, data[begin : begin + size])
            if begin + size > len(data):
                yield Problem(where, CUT_OFF)
        at = begin + -(-size // _BLOCK) * _BLOCK


def _following(data: bytes, at: int) -> int:
    """Behind zeros, the next header: archives may stand one behind the other. -1 where nothing or no tar follows."""
    found = _NOT_ZERO.search(data, at)
    if found is None:
        return -1
    start = found.start() // _BLOCK * _BLOCK
    return start if start > at and is_tar_header(data[start : start + _BLOCK]) else -1


def _number(field: bytes) -> int | None:
    """Octal digits, or binary where these would not do; None for neither and below zero."""
    if field[0] == _LARGE_NUMBER:
        return int.from_bytes(field[1:])
    digits = _OCTAL.fullmatch(field)
    return int(digits[1] or b"0", 8) if digits else None


def _name(header: bytes) -> bytes:
    """Only POSIX's header has the longer name's first part where GNU's has times."""
    name = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _behind_map(data: bytes, at: int) -> int:
    """Where a sparse file's data begins: behind further blocks of its map, each of which says whether one follows."""
    begin, more = at + _BLOCK, data[at + _IS_EXTENDED]
    while more and begin + _BLOCK <= len(data):
        more = data[begin + _MORE_FOLLOWS]
        begin += _BLOCK
    return begin
