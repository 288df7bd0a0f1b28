"""Whole texts as their reader sees them: without a terminal's colours, UTF-16 as UTF-8, a mail's soft line ends joined,
a diff's lines without their sign.

Lines stay where they are, but for joined ones.
"""

import quopri
import re
from collections.abc import Callable

from unleak.model.value import Value
from unleak.scan.lazy import lazy

_COLOUR = lazy(rb"\x1b\[[0-9;]*[A-Za-z]")
_SIGN_OF_DIFF = lazy(rb"(?m)^[+ -]")
_MAIL_HEAD = 16_384
MAIL = b"uoted-printable"
# What a credential or its name begins with.
_UTF16 = b"|".join(
    b"".join(re.escape(bytes((sign,))) + rb"\x00" for sign in word)
    for word in (b"AKIA", b"ASIA", b"ABIA", b"ACCA", b"secret", b"SECRET", b"Secret")
)


class Reading(Value):
    """`mark`: what a text holds that asks for it. `instead`: the text as it stands says nothing more. `for_pieces`:
    only what is encoded in it is of interest.
    """

    name: str
    mark: bytes
    read: Callable[[bytes], bytes]
    instead: bool
    for_pieces: bool = False


READINGS: tuple[Reading, ...] = (
    Reading("", rb"\x1b\[[0-9;]*[mK]", lambda data: _COLOUR.sub(b"", data), instead=True),
    Reading("UTF-16", _UTF16, lambda data: data.replace(b"\0", b""), instead=False),
    Reading("", rb"(?:\n|^)@@ -[0-9]", lambda data: _SIGN_OF_DIFF.sub(b"", data), instead=False, for_pieces=True),
)
_MARKS = [lazy(r.mark) for r in READINGS]


def marks_by_re(data: bytes) -> set[int]:
    """Numbers of the readings that the text asks for."""
    plain = b"\x1b[" in data, b"\0" in data, b"@@ -" in data
    return {n for n, (may, mark) in enumerate(zip(plain, _MARKS, strict=True)) if may and mark.search(data)}


def is_mail(data: bytes) -> bool:
    return data.find(MAIL, 0, _MAIL_HEAD) >= 0


def read_mail(data: bytes) -> bytes:
    """Quoted-printable decoded; the rest of a mail does not suffer from it."""
    return quopri.decodestring(data)


def with_line_ends(data: bytes) -> bytes:
    """An old Mac's lines as ours."""
    return data if b"\n" in data or b"\r" not in data else data.replace(b"\r", b"\n")
