"""What a rule's author says is no leak: by commit, path, pattern or word.

Semantics: detect/detect.go and config/allowlist.go of https://github.com/gitleaks/gitleaks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from unleak.scan.rules.pattern import Pattern


class Target(StrEnum):
    """What `regexes` are held against."""

    SECRET = "secret"  # noqa: S105  a target's name
    MATCH = "match"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Allowlist:
    """`all_of`: everything that it lists must be so; otherwise, anything is enough. None and empty list nothing."""

    all_of: bool = False
    commits: frozenset[str] = frozenset()
    paths: Pattern | None = None
    target: Target = Target.SECRET
    regexes: Pattern | None = None
    stopwords: Pattern | None = None

    def allows_place(self, path: str, commit: str = "") -> bool:
        """Whatever stands there. A path or commit that is not known is empty, and is not allowed."""
        by_commit, by_path = commit.lower() in self.commits, self._has_path(path)
        if not self.all_of:
            return by_commit or by_path
        if self.regexes or self.stopwords:
            return False
        return (by_commit or not self.commits) and (by_path or not self.paths)

    def allows_match(self, secret: bytes, match: bytes, line: Callable[[], bytes], path: str) -> bool:
        """By what was found; `line` is asked where it matters."""
        if not self.all_of:
            return self._has_text(secret, match, line) or self._has_word(secret)
        return (
            not self.commits
            and (self.paths is None or self._has_path(path))
            and (self.regexes is None or self._has_text(secret, match, line))
            and (self.stopwords is None or self._has_word(secret))
        )

    def _has_path(self, path: str) -> bool:
        return bool(path) and self.paths is not None and self.paths.is_in(path.encode("utf-8", "replace"))

    def _has_text(self, secret: bytes, match: bytes, line: Callable[[], bytes]) -> bool:
        if self.regexes is None:
            return False
        by_target = {Target.SECRET: lambda: secret, Target.MATCH: lambda: match, Target.LINE: line}
        return self.regexes.is_in(by_target[self.target]())

    def _has_word(self, secret: bytes) -> bool:
        return self.stopwords is not None and self.stopwords.is_in(_small(secret))


def _small(text: bytes) -> bytes:
    return text.lower() if text.isascii() else text.decode("utf-8", "replace").lower().encode("utf-8")
