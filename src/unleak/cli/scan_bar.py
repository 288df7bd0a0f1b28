"""A long scan on a terminal: how far it is, and how long still."""

import sys
from types import TracebackType
from typing import Any, Self

import click


class ScanBar:
    """Shown from the first portion on: a small repository has none. It leaves nothing behind."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def update(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(length=total, label="reading history", file=sys.stderr, show_eta=True)
        self._bar.update(done - self._done)
        self._done = done
