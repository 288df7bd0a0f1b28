"""Processes that write to one file take turns.

SQLite lets one write at a time, and whoever waits asks ever more rarely, in the end ten times a second: beside two that
write without a pause, a third waits for longer than it may. Here it asks every two milliseconds.

This is courtesy; SQLite's own lock is the guard. Where there is no turn to be had, it is written without.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AGAIN_SECONDS = 0.002
_MOST_SECONDS = 10.0


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """While it lasts, no other process that asks for a turn at `path` has one. A killed process's turn is over."""
    try:
        held = path.open("w")
    except OSError:
        yield
        return
    with held:
        until = time.monotonic() + _MOST_SECONDS
        while not _is_ours(held.fileno()) and time.monotonic() < until:
            time.sleep(_AGAIN_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(held, fcntl.LOCK_UN)  # or it lasts as long as a process that was forked meanwhile


def _is_ours(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
