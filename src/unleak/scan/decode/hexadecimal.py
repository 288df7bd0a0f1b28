"""Hexadecimal digits, two a byte, without a sign between them, on one line or wrapped."""

from collections.abc import Iterator

from unleak.scan.decode.piece import Encoding, Piece
from unleak.scan.decode.wrapped import reach
from unleak.scan.detector import Anchor
from unleak.scan.detectors import PREFIXES
from unleak.scan.lazy import lazy

_DIGITS = b"0123456789abcdefABCDEF"
_PREFIX = b"(?i)(?:" + b"|".join(p.hex().encode() for p in PREFIXES) + b")"
_WORD = lazy(rb"(?:0?[xX])?((?:[0-9a-fA-F]{2}){20,})")


def _pieces(data: bytes, start: int, end: int) -> Iterator[Piece]:
    done = -1
    for prefix in _ANCHOR.opening.finditer(data, start, end):
        if prefix.start() < done:
            continue
        first, done = reach(data, *prefix.span(), _DIGITS)
        odd = len(b"".join(data[first : prefix.start()].split())) % 2
        digits = b"".join(data[first + odd : done].split())
        yield Piece(first, done, bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii")))


def _values(word: bytes) -> Iterator[bytes]:
    digits = _WORD.fullmatch(word)
    if digits:
        yield bytes.fromhex(digits.group(1).decode("ascii")).strip()


_ANCHOR = Anchor(_PREFIX, lazy(_PREFIX), before=256, after=512)

ENCODING = Encoding(name="hex", anchor=_ANCHOR, pieces=_pieces, values=_values)
