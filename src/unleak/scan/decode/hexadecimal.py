"""Hexadecimal digits, two a byte, without a sign between them, on one line or wrapped."""

from collections.abc import Iterator

from unleak.scan.decode.piece import Encoding, Piece
from unleak.scan.decode.wrapped import Span, reach
from unleak.scan.detector import Anchor
from unleak.scan.detectors import PREFIXES
from unleak.scan.lazy import lazy

_DIGITS = b"0123456789abcdefABCDEF"
_PREFIX = b"(?i)(?:" + b"|".join(p.hex().encode() for p in PREFIXES) + b")"
_WORD = lazy(rb"(?:0?[xX])?((?:[0-9a-fA-F]{2}){20,})")


def _pieces(data: bytes, spans: list[Span]) -> Iterator[Piece]:
    done = -1
    for start, end in spans:
        for prefix in _ANCHOR.opening.finditer(data, max(start, done), end):
            if prefix.start() < done:
                continue
            lines = reach(data, *prefix.span(), _DIGITS)
            done = lines[-1][1]
            odd = sum(min(last, prefix.start()) - first for first, last in lines if first < prefix.start()) % 2
            yield _decoded(data, lines, odd)
            if len(lines) > 1:
                for line in lines:
                    yield _decoded(data, [line], 0)


def _decoded(data: bytes, lines: list[Span], odd: int) -> Piece:
    digits = b"".join(data[start:end] for start, end in lines)[odd:]
    text = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    return Piece(lines[0][0], lines[-1][1], text)


def _values(word: bytes) -> Iterator[bytes]:
    digits = _WORD.fullmatch(word)
    if digits:
        yield bytes.fromhex(digits.group(1).decode("ascii")).strip()


_ANCHOR = Anchor(_PREFIX, lazy(_PREFIX), before=256, after=512)

ENCODING = Encoding(name="hex", anchor=_ANCHOR, pieces=_pieces, values=_values)
