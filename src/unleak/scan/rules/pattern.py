"""Patterns as Go reads them, by RE2: the same syntax, and time linear in the text.

Syntax: https://github.com/google/re2/wiki/Syntax. RE2 takes UTF-8; `as_utf8` makes it of anything, as Go would read it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import re2

from unleak.model.errors import Misuse

_MEMORY = 32 << 20


class Pattern:
    """`captures` false is faster, and gives no groups. Raises Misuse, naming `where`, on what RE2 does not take."""

    def __init__(self, source: str, where: str, *, captures: bool = False) -> None:
        self.source = source
        self._compiled = _compile(source, where, captures=captures)

    @property
    def groups(self) -> int:
        return int(self._compiled.groups)

    def is_in(self, text: bytes) -> bool:
        return self._compiled.search(text) is not None

    def places(self, text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Begin and end of each match from `start` on that ends by `end`; what is around it counts."""
        return ((m.start(), m.end()) for m in self._compiled.finditer(text, start, end))

    def groups_of(self, text: bytes) -> tuple[bytes, ...] | None:
        """Of the first match: its groups, empty where they take no part."""
        match = self._compiled.search(text)
        return None if match is None else tuple(match.groups(default=b""))


def any_of(sources: Iterable[str], where: str) -> Pattern | None:
    """One pattern for all, None for none. They are joined as gitleaks joins them: what `(?i)` switches on in one of
    them stays on in those behind it.
    """
    listed = list(sources)
    for source in listed:
        _compile(source, where, captures=False)
    return Pattern(f"(?:{'|'.join(listed)})", where) if listed else None


def any_word(words: Iterable[str], where: str) -> Pattern | None:
    """For texts in small letters."""
    listed = sorted({re2.escape(word.lower()) for word in words})
    return Pattern(f"(?:{'|'.join(listed)})", where) if listed else None


def as_utf8(data: bytes) -> bytes:
    """What is no UTF-8 becomes U+FFFD; lines stay where they are."""
    if data.isascii():
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode("utf-8")
    return data


def _compile(source: str, where: str, *, captures: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = not captures
    options.max_mem = _MEMORY
    try:
        return re2.compile(source.encode("utf-8"), options)
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0] if error.args else ""
        words = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(error)
        raise Misuse(f"{where}: RE2 does not take this pattern: {words}", "Go's syntax has no lookaround") from error
