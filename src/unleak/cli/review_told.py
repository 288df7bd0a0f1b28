"""How far a review is, on standard error: a bar on a terminal, else a line now and then."""

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from unleak.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unleak.review.run import Tell

_EVERY_SECONDS = 15.0


@contextmanager
def progress() -> "Iterator[Tell]":
    """A bar where there is a terminal; elsewhere nothing is said of what is soon over."""
    if not sys.stderr.isatty():
        yield _now_and_then()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("looking", total=None)
        yield lambda done, total, what: bars.update(task, completed=done, total=total, description=what)


def _now_and_then() -> "Tell":
    said_at = [time.monotonic()]

    def tell(done: int, total: int, what: str) -> None:
        if time.monotonic() - said_at[0] >= _EVERY_SECONDS:
            said_at[0] = time.monotonic()
            say(f"looked {done:,} of {total:,} times, last: {what}")

    return tell
