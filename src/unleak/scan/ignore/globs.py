"""Paths as `.gitignore` describes them: https://git-scm.com/docs/gitignore

Dulwich knows what a pattern means. RE2 matches it, in time linear in the path: a pattern is part of what is scanned,
and Python's own expressions can be made to take for ever.
"""

import re
from collections.abc import Iterable
from typing import Any

import re2
from dulwich.ignore import translate
from dulwich.wildmatch import MalformedPattern

from unleak.model.value import Value

_ESCAPED_SIGN = (b"\\!", b"\\#")
_NEVER = b"(?!)"
# Git has a meaning for each of these; nobody means it.
_ODD = re.compile(rb"(?<!/)\*\*|\*\*(?!/|$)|\\/|\\$")


class BadGlob(Exception):
    """It can match nothing, or means something other than it seems to."""


class Glob(Value):
    """`keeps`: it begins with `!`, and takes back what a line before it ignores."""

    keeps: bool
    only_folders: bool
    expression: Any

    @classmethod
    def of(cls, line: bytes) -> "Glob":
        """Raises BadGlob."""
        keeps = line.startswith(b"!")
        body = line[1:] if keeps else line
        if _ODD.search(b"/" + body):
            raise BadGlob("`**` is a whole folder's name or nothing, and a backslash stands before a sign")
        if body.startswith(_ESCAPED_SIGN):
            body = body[1:]
        name = body.rstrip(b"/").replace(b"\\ ", b" ")
        if not name:
            raise BadGlob("it names nothing")
        return cls(keeps, body.endswith(b"/"), _compiled(name))


class Globs:
    def __init__(self, globs: Iterable[Glob]) -> None:
        self._last_first = list(globs)[::-1]

    def match(self, path: str) -> bool:
        """Of a file, relative to where the globs are from. What lies in an ignored folder stays ignored."""
        parts = path.encode("utf-8", "surrogateescape").split(b"/")
        names = [b"/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        return any(self._ignores(name, is_folder=len(name) < len(names[-1])) for name in names)

    def _ignores(self, name: bytes, *, is_folder: bool) -> bool:
        """The last word counts."""
        for glob in self._last_first:
            if (is_folder or not glob.only_folders) and glob.expression.match(name):
                return not glob.keeps
        return False


def _compiled(name: bytes) -> Any:
    try:
        expression = translate(name)
    except MalformedPattern as error:
        raise BadGlob("its brackets are not closed, or name no class of characters") from error
    if _NEVER in expression:
        raise BadGlob("its brackets hold nothing")
    options = re2.Options()
    options.encoding, options.log_errors = re2.Options.Encoding.LATIN1, False
    try:
        return re2.compile(expression.removesuffix(rb"\Z") + rb"\z", options)
    except re2.error as error:
        raise BadGlob("it is too long") from error
