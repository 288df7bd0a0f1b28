"""A drill on the terminal: plainly, line by line, or as a live picture."""

import time
from collections import deque
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from unleak.drill.run import AFTER, BEFORE, CONTROL
from unleak.drill.technique import Move, Result, Technique
from unleak.model.entry import Concluded, Entry, Looked
from unleak.model.plan import Tri
from unleak.report.words import sentence

if TYPE_CHECKING:
    from types import TracebackType

PHASES = {BEFORE: "before", CONTROL: "key deactivated only", AFTER: "unleak"}


class Plain:
    """One line for everything that is worth one: for logs, and for output that is no terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._last: dict[str, str] = {}

    def _print(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)

    def step(self, number: int, title: str) -> None:
        self._print(f"[bold]{number}. {escape(title)}[/bold]")

    def say(self, text: str) -> None:
        self._print(f"   {escape(text)}")

    def called(self, phase: str, move: Move, result: Result) -> None:
        outcome = {Tri.YES: "accepted", Tri.NO: f"refused ({result.code})"}.get(
            result.accepted, f"failed ({result.code})"
        )
        self._print(f"   {PHASES[phase]}: {move.holder:<8} {move.action:<30} {outcome}")

    def entry(self, entry: Entry) -> None:
        text = sentence(entry.event)
        if isinstance(entry.event, Looked) and self._last.get(entry.event.step.id) == text:
            return
        if isinstance(entry.event, Looked):
            self._last[entry.event.step.id] = text
        self._print(f"   {entry.at:%H:%M:%S}  {escape(text)}")


class Picture:
    """Steps, the attacker's calls and the record, drawn live; `final` is what stays on the screen."""

    def __init__(self, console: Console, technique: Technique) -> None:
        self._console, self._technique = console, technique
        self._began = time.monotonic()
        self._steps: list[tuple[str, float]] = []
        self._says: dict[int, list[str]] = {}
        self._results: dict[str, list[Result]] = {}
        self._entries: deque[Text] = deque(maxlen=7)
        self._last: dict[str, str] = {}
        self._ended = False
        self._live = Live(get_renderable=self._draw, console=console, refresh_per_second=12, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: "TracebackType | None"
    ) -> None:
        self._ended = True
        self._live.stop()

    def step(self, number: int, title: str) -> None:
        del number
        self._steps.append((title, time.monotonic()))

    def say(self, text: str) -> None:
        self._says.setdefault(len(self._steps), []).append(text)

    def called(self, phase: str, move: Move, result: Result) -> None:
        del move
        self._results.setdefault(phase, []).append(result)

    def entry(self, entry: Entry) -> None:
        text = sentence(entry.event)
        if isinstance(entry.event, Looked):
            if self._last.get(entry.event.step.id) == text:
                return
            self._last[entry.event.step.id] = text
        self._entries.append(
            Text(f"{entry.at:%H:%M:%S}  {text}", style=_style(entry), no_wrap=True, overflow="ellipsis")
        )

    def final(self) -> RenderableType:
        """The steps and the whole table, for good."""
        return Group(self._list(), Text(), self._table())

    def _draw(self) -> RenderableType:
        seconds = time.monotonic() - self._began
        record = Panel(
            Group(*self._entries), title="the record", title_align="left", border_style="dim", padding=(0, 1)
        )
        parts: list[RenderableType] = [Text(f"unleak demo   {seconds:5.1f} s", style="bold"), self._list()]
        if self._results:
            parts.append(self._table())
        if self._entries:
            parts.append(record)
        return Group(*parts)

    def _list(self) -> RenderableType:
        grid = Table.grid(padding=(0, 1))
        for n, (title, began) in enumerate(self._steps, 1):
            running = n == len(self._steps) and not self._ended
            ends = time.monotonic() if running else self._steps[n][1] if n < len(self._steps) else began
            mark: RenderableType = Spinner("dots", style="cyan") if running else Text("✓", style="green")
            took = f"{ends - began:4.1f} s" if ends > began else ""
            grid.add_row(mark, Text(title, style="bold" if running else ""), Text(took, style="dim"))
            for line in self._says.get(n, ()):
                grid.add_row("", Text(line, style="dim"), "")
        return grid

    def _table(self) -> RenderableType:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("with the")
        table.add_column("the attacker calls", no_wrap=True)
        for title in PHASES.values():
            table.add_column(title)
        for i, move in enumerate(self._technique.moves):
            cells = [_cell(self._results.get(phase, []), i, move) for phase in PHASES]
            style = "" if move.wanted else "dim"
            table.add_row(Text(move.holder, style="dim"), Text(move.action, style=style), *cells)
        return table


def _cell(results: list[Result], index: int, move: Move) -> Text:
    if index >= len(results):
        return Text("")
    result = results[index]
    if result.accepted is Tri.YES:
        return Text("accepted", style="bold red" if move.wanted else "dim")
    if result.accepted is Tri.NO:
        return Text("refused", style="bold green" if move.wanted else "dim")
    return Text(f"? {result.code}", style="yellow")


def _style(entry: Entry) -> str:
    event = entry.event
    if isinstance(event, Concluded):
        return "bold"
    if isinstance(event, Looked):
        if event.look.in_place is Tri.NO:
            return "red"
        return "yellow" if event.look.refused is Tri.NO else "green" if event.look.refused is Tri.YES else "dim"
    return ""
