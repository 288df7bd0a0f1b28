"""Patterns that are compiled when they are first used: a commit hook that finds nothing needs hardly any."""

import re
from typing import Any, AnyStr, cast


class _Lazy:
    __slots__ = ("_made", "_source")

    def __init__(self, source: str | bytes) -> None:
        self._source = source
        self._made: re.Pattern[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = re.compile(self._source)
        return getattr(self._made, name)


def lazy(source: AnyStr) -> re.Pattern[AnyStr]:
    """As `re.compile`, but for errors, which come late: a test uses every one."""
    return cast("re.Pattern[AnyStr]", _Lazy(source))
