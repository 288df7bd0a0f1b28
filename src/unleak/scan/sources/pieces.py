"""Something that may be too large for one blob: whole, or a piece after another."""

import codecs
import io
from collections.abc import Iterator
from typing import Protocol

from unleak.scan.blob import Blob, Problem

WHOLE = 256 << 20
"""Bytes that one blob has at most."""
_PIECE = 64 << 20
_OVERLAP = 64 << 10
_LONGEST_LINE = 1 << 20
_AT_ONCE = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Readable(Protocol):
    """May give fewer bytes than it is asked for; none is the end."""

    def read(self, size: int, /) -> bytes: ...


def read_in_pieces(file: Readable, size: int, path: str) -> Iterator[Blob | Problem]:
    """The `size` bytes that are left to read; nothing for an empty file.

    Pieces overlap by some lines, so that what belongs together is together in one of them.
    """
    if size <= WHOLE:
        if data := fill(file, size):
            yield Blob(data, path)
        return
    start = fill(file, _PIECE)
    if start.startswith(_UTF16):
        yield Problem(path, f"UTF-16 text of more than {WHOLE >> 20} MiB: only its beginning was understood")
    line, goes_on = 1, False
    while start:
        yield Blob(start, path, first_line=line, goes_on=goes_on)
        goes_on = True
        more = fill(file, _PIECE)
        if not more:
            return
        cut = _cut(start)
        line += start.count(b"\n", 0, cut)
        start = start[cut:] + more


def _cut(piece: bytes) -> int:
    """Where the next piece begins: with a line, if there are lines."""
    last = max(0, len(piece) - _OVERLAP)
    begun = piece.rfind(b"\n", max(0, last - _LONGEST_LINE), last) + 1
    return begun or last


def fill(file: Readable, size: int) -> bytes:
    """So many bytes, fewer only at the end; without a second copy of many."""
    gathered = io.BytesIO()
    while (missing := size - gathered.tell()) > 0 and (part := file.read(min(missing, _AT_ONCE))):
        gathered.write(part)
    return gathered.getvalue()
