"""The loop at work, on stderr: one line an entry; on a terminal, what it is waiting for."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from unleak.model.clock import Clock
from unleak.model.entry import Concluded, Entry, Looked
from unleak.model.plan import OutcomeKind, Planned, Tri
from unleak.report.words import sentence

if TYPE_CHECKING:
    from types import TracebackType

_WORTH_TELLING = 10
_BAD = {OutcomeKind.REFUSED, OutcomeKind.FAILED, OutcomeKind.ASK}


class Progress:
    """Repeated looks that say the same are shown once. `whose`: each line names its incident."""

    def __init__(self, *, whose: bool = False) -> None:
        self._whose = whose
        self._console = Console(stderr=True, highlight=False, emoji=False)
        self._status = Status("", console=self._console) if sys.stderr.isatty() else None
        self._last: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: "TracebackType | None"
    ) -> None:
        if self._status:
            self._status.stop()

    def begin(self, planned: Planned) -> None:
        if self._status:
            self._status.update(f"{planned.task.value} {planned.step.unit} {escape(planned.step.target.name)}")

    def entry(self, entry: Entry) -> None:
        text = sentence(entry.event)
        if isinstance(entry.event, Looked):
            said = f"{entry.incident} {entry.event.step.id}"
            if self._last.get(said) == text:
                return
            self._last[said] = text
        whose = f"[dim]{entry.incident}[/dim] " if self._whose else ""
        self._console.print(f"[dim]{entry.at:%H:%M:%S}[/dim] {whose}{_mark(entry)} {escape(text)}", soft_wrap=True)

    def clock(self, clock: Clock) -> Clock:
        return _ToldClock(clock, self)

    def waiting(self, until: datetime, seconds: float) -> None:
        if self._status:
            self._status.update(f"waiting until {until:%H:%M:%S} UTC to look again ({seconds:.0f} s); Ctrl-C is safe")
        elif seconds > _WORTH_TELLING:
            self._console.print(f"[dim]waiting until {until:%H:%M:%S} UTC to look again ({seconds:.0f} s)[/dim]")


class _ToldClock:
    """A clock that says what it waits for."""

    def __init__(self, clock: Clock, progress: Progress) -> None:
        self._clock, self._progress = clock, progress

    def now(self) -> datetime:
        return self._clock.now()

    def sleep_until(self, when: datetime) -> None:
        self._progress.waiting(when, (when - self._clock.now()).total_seconds())
        self._clock.sleep_until(when)


def _mark(entry: Entry) -> str:
    event = entry.event
    if isinstance(event, Looked):
        bad = event.look.in_place is Tri.NO
        open_ = event.look.in_place is Tri.COULD_NOT_LOOK or event.look.refused is Tri.NO
        return "[red]✗[/red]" if bad else "[yellow]…[/yellow]" if open_ else "[green]✓[/green]"
    if isinstance(event, Concluded):
        return "[red]✗[/red]" if event.outcome.kind in _BAD else "[green]●[/green]"
    return "[blue]·[/blue]"
