"""One rule: what it finds in a text, and where.

Semantics: `detectRule` in detect/detect.go of https://github.com/gitleaks/gitleaks.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from unleak.scan.rules.allowlist import Allowlist
from unleak.scan.rules.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Hit:
    """Bytes `start` to `end` of a text match; `secret` is the part that matters."""

    rule: "Rule"
    start: int
    end: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """`regex` finds, without groups; `grouped` is the same with them. Without both, a rule finds files by their path.

    `secret_group` 0 means the first group that is not empty, or the whole match. `entropy` is in bits a character, and
    must be exceeded, unless it is 0. `keywords` are in small letters; one of them must be near.
    """

    id: str
    description: str = ""
    regex: Pattern | None = None
    grouped: Pattern | None = None
    secret_group: int = 0
    entropy: float = 0.0
    path: Pattern | None = None
    keywords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    allowlists: tuple[Allowlist, ...] = ()

    @property
    def is_of_paths(self) -> bool:
        return self.regex is None

    @property
    def is_generic(self) -> bool:
        """By its id: what others find too is theirs."""
        return "generic" in self.id.lower()

    def looks_at(self, path: str, commit: str = "") -> bool:
        """A path that is not known is empty: then it does, unless only the path would say what to find."""
        if path and self.path is not None and not self.path.is_in(path.encode("utf-8", "replace")):
            return False
        return bool(path or not self.is_of_paths) and not any(a.allows_place(path, commit) for a in self.allowlists)

    def hits(self, text: bytes, start: int, stop: int, end: int) -> Iterator[Hit]:
        """In UTF-8. What begins from `start` on and before `stop`, ends by `end`, is random enough, and has a secret at
        all.
        """
        if self.regex is None:
            return
        for first, last in self.regex.places(text, start, end):
            if first >= stop:
                return
            unled = text[first:last].lstrip(b"\n")
            matched = unled.rstrip(b"\n")
            secret = self._secret(matched)
            if secret and (not self.entropy or entropy(secret) > self.entropy):
                yield Hit(self, last - len(unled), last - len(unled) + len(matched), secret)

    def _secret(self, matched: bytes) -> bytes:
        """Groups are looked for again, in the match alone: its end is then the end of the text."""
        groups = self.grouped.groups_of(matched) if self.grouped and self.grouped.groups else None
        if groups is None:
            return matched
        if self.secret_group:
            return groups[self.secret_group - 1]
        return next((g for g in groups if g), matched)


def entropy(text: bytes) -> float:
    """Shannon's, in bits: of characters, each weighed against the number of bytes, as gitleaks has it."""
    count = len(text)
    return -sum(n / count * math.log2(n / count) for n in Counter(text.decode("utf-8", "replace")).values())
