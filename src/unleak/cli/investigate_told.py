"""How far an investigation is, on standard error: bars on a terminal, and in any case the first answer at once."""

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from unleak.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unleak.investigate.run import Tell
    from unleak.investigate.trail.first_look import FirstLook
    from unleak.investigate.trail.sources import Progress as Fetched

_MOST = 5


@contextmanager
def progress() -> "Iterator[Tell]":
    """Bars where there is a terminal, and something takes long."""
    from unleak.investigate.run import Tell

    if not sys.stderr.isatty():
        yield Tell(first=say_first)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _told_by(bars, Tell)


def _told_by(bars: "object", tell: "type[Tell]") -> "Tell":
    from rich.progress import Progress

    assert isinstance(bars, Progress)  # noqa: S101  for the reader of types
    tasks: dict[str, object] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=None)
        bars.update(tasks[what], completed=done, total=total or None)  # type: ignore[arg-type]

    def fetched(at: "Fetched") -> None:
        show("listing logs" if at.listing else "fetching logs", at.bytes_done, at.bytes_total)

    return tell(
        fetching=fetched,
        searching=lambda done, total: show("first look", done, total),
        first=say_first,
        indexing=lambda done, total: show("indexing", done, total),
        chaining=lambda credentials, calls: show(f"following {credentials} credentials, {calls} calls", 0, 0),
    )


def say_first(look: "FirstLook") -> None:
    """The first answer: whether the key is in the logs at all, and where it was used from."""
    if not look.mentions:
        say(f"{look.key_id} is nowhere in these logs")
        return
    calls = look.calls
    if not calls:
        say(f"{look.key_id} is mentioned {look.mentions} times, and made no call")
        return
    refused = sum(not c.accepted for c in calls)
    where = Counter(c.address for c in calls).most_common(_MOST)
    say(f"{look.key_id} made {len(calls)} calls in {look.files} files, {refused} of them refused, "
        f"{calls[0].at:%Y-%m-%d %H:%M} to {calls[-1].at:%Y-%m-%d %H:%M} UTC")  # fmt: skip
    say("from " + ", ".join(f"{address} ({count})" for address, count in where))
