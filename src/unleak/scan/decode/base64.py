"""Base64, both alphabets, on one line or wrapped, once or twice over."""

import base64
import binascii
import re
from collections.abc import Iterator

from unleak.scan.decode.piece import Encoding, Piece
from unleak.scan.decode.wrapped import Span, reach
from unleak.scan.detector import Anchor
from unleak.scan.detectors import PREFIXES, aws_session_token
from unleak.scan.lazy import lazy
from unleak.scan.unpack.magic import is_packed

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_PLAIN = bytes.maketrans(b"-_", b"+/")
_ROUNDS = 2
_GROUP = 4
_WORD = lazy(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def encoded(literal: bytes) -> Iterator[bytes]:
    """What must stand in base64 text that holds `literal`, for each of the three ways in which it may be aligned."""
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + literal)
        yield whole[(0, 2, 3)[shift] : (shift + len(literal)) * 8 // 6]


def _prefixes() -> list[bytes]:
    """More than some two hundred would halve hyperscan's speed. So a session token is looked for in plain base64 only:
    deeper, the id or the name beside it leads there.
    """
    telling = [p for p in PREFIXES if p not in aws_session_token.DETECTOR.prefixes]
    once = [e for p in (*PREFIXES, *_NAMES) for e in encoded(p)]
    twice = [e for p in (*telling, *_NAMES) for o in encoded(p) for e in encoded(o)]
    wide = [e for p in telling for e in encoded(_wide(p))]
    packed = [e for p in _PACKED for e in (p, *encoded(p))]
    return list(dict.fromkeys([*once, *twice, *wide, *packed]))


def _wide(literal: bytes) -> bytes:
    """As UTF-16."""
    return b"".join(bytes((byte, 0)) for byte in literal)


def _pieces(data: bytes, spans: list[Span]) -> Iterator[Piece]:
    done = -1
    for start, end in spans:
        for prefix in _PREFIX.finditer(data, max(start, done), end):
            if prefix.start() < done:
                continue
            lines = reach(data, *prefix.span(), _ALPHABET)
            done = lines[-1][1]
            yield from _decoded_piece(data, lines, whole=True)
            if len(lines) > 1:
                for line in lines:
                    yield from _decoded_piece(data, [line], whole=False)


def _decoded_piece(data: bytes, lines: list[Span], *, whole: bool) -> Iterator[Piece]:
    """In the first of four alignments that makes sense: a word may stand before it. A line alone is no archive."""
    word = b"".join(data[start:end] for start, end in lines)
    for shift in range(_GROUP):
        text = _decoded(word[shift:])
        if _INTERESTING.search(text) or (whole and is_packed(text)):
            yield Piece(lines[0][0], lines[-1][1], text)
            return


def _decoded(text: bytes) -> bytes:
    """What comes out, as far as it goes; empty where nothing does."""
    text = text.partition(b"=")[0].translate(_PLAIN)
    try:
        return binascii.a2b_base64(text[: len(text) - (len(text) % _GROUP == 1)] + b"===")
    except binascii.Error:
        return b""


def _values(word: bytes) -> Iterator[bytes]:
    text = word
    for _ in range(_ROUNDS):
        text = _decoded(text).strip()
        yield text
        if not _WORD.fullmatch(text):
            return


# Beside a secret, where there is no id.
_NAMES = (b"secret", b"SECRET", b"Secret")
# How base64 of gzip and zip begins.
_PACKED = (b"H4sIA", b"UEsDBB")
_PREFIXES = _prefixes()
_PREFIX = lazy(b"|".join(map(re.escape, _PREFIXES)))
_INTERESTING = lazy(b"|".join(map(re.escape, [*PREFIXES, *_NAMES, *map(_wide, PREFIXES), *_PREFIXES])))

ENCODING = Encoding(
    name="base64",
    anchor=Anchor(b"|".join(map(re.escape, _PREFIXES)), _PREFIX, before=64, after=512, hints=tuple(_PREFIXES)),
    pieces=_pieces,
    values=_values,
)
