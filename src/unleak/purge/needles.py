"""What is taken out, in every form in which it is looked for, and what is put in its place.

Held in memory only: it is never printed and goes to the rewriting process through a pipe.
"""

import base64
from collections.abc import Iterable, Iterator
from typing import Never
from urllib.parse import quote

from unleak.model.credential import SecretKey
from unleak.purge.seeker import Seeker
from unleak.purge.twice import replaced_within
from unleak.purge.wrapped import refilled, unwrapped

REMOVED = b"REMOVED-BY-UNLEAK"
_BASE64 = 3
_FOR_URLS = bytes.maketrans(b"+/", b"-_")
_DECODE = b"*"


class Needles:
    """Replaces the same everywhere: `replaced` is a pure function, so that the proof can ask it again."""

    __slots__ = ("__forms", "__seeker", "__twice")

    def __init__(self, values: Iterable[SecretKey]) -> None:
        forms: dict[bytes, bytes | None] = {}
        values = list(filter(SecretKey.reveal, values))
        for value in values:
            for form, instead in _forms(value.reveal().encode()):
                forms.setdefault(form, instead)
        self.__forms = dict(sorted(forms.items(), key=lambda f: (-len(f[0]), f[0])))
        twice = {form for value in values for form in _twice(value.reveal().encode())}
        self.__set_out(sorted(twice, key=lambda form: (-len(form), form)))

    def __set_out(self, twice: Iterable[bytes]) -> None:
        self.__twice = tuple(twice)
        self.__seeker = Seeker((*self.__forms, *self.__twice))

    @classmethod
    def of_lines(cls, lines: Iterable[bytes]) -> "Needles":
        """As `lines` gave them to another process."""
        made = cls(())
        pairs = [line.split(b" ") for line in lines]
        made.__forms = {base64.b64decode(a): base64.b64decode(b) if b else None for a, b in pairs if b != _DECODE}
        made.__set_out(base64.b64decode(a) for a, b in pairs if b == _DECODE)
        return made

    def lines(self) -> list[bytes]:
        """For a pipe, never for a file."""
        encode = base64.b64encode
        once = [encode(form) + b" " + (encode(instead) if instead else b"") for form, instead in self.__forms.items()]
        return [*once, *(encode(form) + b" " + _DECODE for form in self.__twice)]

    def held_in(self, data: bytes) -> bool:
        """In one piece, or broken over lines."""
        return self.__seeker(data) or self.__seeker(unwrapped(data))

    def replaced(self, data: bytes) -> bytes:
        """In text, a value gives way to `REMOVED`; encoded, or in binary data, to as many x: no offset moves there."""
        if not self.held_in(data):
            return data
        whole = unwrapped(data)
        if any(form in data or form in whole for form in self.__twice):
            data = replaced_within(data, self.__twice, self.__as_long)
        binary = b"\0" in data
        for form, instead in self.__forms.items():
            data = data.replace(form, instead or (b"x" * len(form) if binary else REMOVED))
        if self.__seeker(unwrapped(data)):
            for form, instead in self.__forms.items():
                data = refilled(data, form, instead or b"x" * len(form))
        return data

    def __as_long(self, data: bytes) -> bytes:
        for form, instead in self.__forms.items():
            data = data.replace(form, instead or b"x" * len(form))
        return data

    def masked(self, data: bytes) -> bytes:
        """For people to read."""
        every = (*self.__twice, *self.__forms)
        for form in every:
            data = data.replace(form, b"****")
        for form in every:
            data = refilled(data, form, b"*" * len(form))
        return data

    def replaced_text(self, text: str) -> str:
        """Paths, names of refs: what git gives as bytes of any encoding."""
        return self.replaced(text.encode(errors="surrogateescape")).decode(errors="surrogateescape")

    def __bool__(self) -> bool:
        return bool(self.__forms)

    def __repr__(self) -> str:
        return f"Needles(**** in {len(self.__forms) + len(self.__twice)} forms)"

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("Needles stay in memory: they are neither pickled nor copied")


def _forms(value: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """The form, and what stands in its place; None: `REMOVED`."""
    yield value, None
    for escaped in _escaped(value):
        yield escaped, None
    yield from zip(_encoded(value), _encoded(b"x" * len(value)), strict=True)


def _twice(value: bytes) -> Iterator[bytes]:
    """What stands in base64 of what people encode first: base64, JSON, the text of a command for PowerShell."""
    once = [_within_base64(value, before) for before in range(_BASE64)]
    for_urls = [form.translate(_FOR_URLS) for form in once]
    for form in (*once, *for_urls, value.replace(b"/", b"\\/"), value.decode().encode("utf-16-le")):
        for before in range(_BASE64) if form != value else ():
            yield _within_base64(form, before)
            yield _within_base64(form, before).translate(_FOR_URLS)


def _escaped(value: bytes) -> Iterator[bytes]:
    text = value.decode()
    quoted = quote(text, safe="")
    lower = quoted.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    json = text.replace("/", "\\/")
    points = text.replace("/", "\\u002f").replace("+", "\\u002b").replace("=", "\\u003d")
    lines = text.replace("\n", "\\n")
    for form in (quoted, lower, json, points, lines, text.replace("\n", "\r\n")):
        if form != text:
            yield form.encode()


def _encoded(value: bytes) -> Iterator[bytes]:
    """Each as long as the same form of any other value of that length."""
    yield value.hex().encode()
    yield value.hex().upper().encode()
    yield value.decode().encode("utf-16-le")
    yield value.decode().encode("utf-16-be")
    for before in range(_BASE64):
        plain = _within_base64(value, before)
        yield plain
        yield plain.translate(_FOR_URLS)


def _within_base64(value: bytes, before: int) -> bytes:
    """The characters that `value` alone decides, where so many bytes (modulo 3) stand before it."""
    behind = -(before + len(value)) % _BASE64
    whole = base64.b64encode(bytes(before) + value + bytes(behind))
    return whole[-(-before * 8 // 6) : (before + len(value)) * 8 // 6]
