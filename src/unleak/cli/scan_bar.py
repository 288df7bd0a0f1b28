"""A long scan on a terminal: how far it is, how fast, and how long still."""

import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

import click

from unleak.scan.blob import Blob, Problem

_SOON = 0.5
_OFTEN = 0.1


class ScanBar:
    """Shown once it has taken half a second, on a terminal only. It leaves nothing behind."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._done = 0
        self._files = self._size = 0
        self._begun = self._told = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            # click's bar has hidden the cursor.
            sys.stderr.write("\r\x1b[K\x1b[?25h")
            sys.stderr.flush()

    def files(self, done: int, total: int, size: int) -> None:
        """Of a folder: files, and bytes in those that are done."""
        self._update("reading files", done, total, size)

    def update(self, done: int, total: int, size: int) -> None:
        """Of a history: portions, and bytes in those that are done."""
        self._update("reading history", done, total, size)

    def _update(self, label: str, done: int, total: int, size: int) -> None:
        self._size = size
        if not self._is_time():
            return
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, label=label, file=sys.stderr, item_show_func=lambda _: self._rate()
            )
        self._shown = True
        self._bar.update(done - self._done, done)
        self._done = done

    def counted(self, blobs: Iterable[Blob | Problem]) -> Iterator[Blob | Problem]:
        """Of files, of which nobody knows how many there are."""
        for blob in blobs:
            if isinstance(blob, Blob):
                self._files += 1
                self._size += len(blob.data)
            if self._is_time():
                self.say(f"{self._files} files, {self._size / 1e6:.0f} MB, {self._rate()}")
            yield blob

    def say(self, line: str) -> None:
        """In place of what was said before."""
        clean = "".join(c if c.isprintable() else "?" for c in line)
        sys.stderr.write(f"\r\x1b[K{clean[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()
        self._shown = True

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._begun < _SOON or now - self._told < _OFTEN:
            return False
        self._told = now
        return True

    def _rate(self) -> str:
        return f"{self._size / 1e6 / max(time.monotonic() - self._begun, 1e-3):.0f} MB/s"
