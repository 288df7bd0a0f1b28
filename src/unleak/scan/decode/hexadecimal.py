"""Hexadecimal digits, two a byte, without a sign between them, on one line or wrapped."""

import re
from collections.abc import Iterator

from unleak.scan.decode.piece import Encoding, Piece
from unleak.scan.decode.wrapped import reach
from unleak.scan.detector import Anchor
from unleak.scan.detectors import PREFIXES

_DIGITS = b"0123456789abcdefABCDEF"
_PREFIX = b"(?i)(?:" + b"|".join(p.hex().encode() for p in PREFIXES) + b")"
_WORD = re.compile(rb"(?:0?[xX])?((?:[0-9a-fA-F]{2}){20,})")


def _pieces(data: bytes, start: int, end: int) -> Iterator[Piece]:
    done = -1
    for prefix in _ANCHOR.opening.finditer(data, start, end):
        if prefix.start() < done:
            continue
        first, done = reach(data, *prefix.span(), _DIGITS)
        odd = len(b"".join(data[first : prefix.start()].split())) % 2
        digits = b"".join(data[first + odd : done].split())
        yield Piece(first, done, bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii")))


def _value(word: bytes) -> bytes | None:
    digits = _WORD.fullmatch(word)
    return bytes.fromhex(digits.group(1).decode("ascii")).strip() if digits else None


_ANCHOR = Anchor(_PREFIX, re.compile(_PREFIX), before=256, after=512)

ENCODING = Encoding(name="hex", anchor=_ANCHOR, pieces=_pieces, value=_value)
