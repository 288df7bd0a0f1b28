"""Incidents as they are now, read on from where this process stopped: most of a long record never changes."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import TypeVar

from unleak.engine.story import calls_from
from unleak.model.call import Call
from unleak.model.entry import Answered, Checked, Entry, Looked
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.report.words import sentence
from unleak.store.record import Record

_MOST = 64
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a sentence. `is_routine`: a look or a check that goes on all the time. `accounts`: those that it
    tells of beside the incident's own, and `less` what is told to whoever does not see them.
    """

    seq: int
    at: datetime
    type: str
    said: str
    step: str
    is_routine: bool
    accounts: tuple[str, ...] = ()
    less: str = ""

    def said_to(self, sees: Callable[[str], bool]) -> str:
        return self.said if all(map(sees, self.accounts)) else self.less


@dataclass(frozen=True, slots=True)
class Reading:
    incident: Incident = field(default_factory=Incident)
    lines: tuple[Line, ...] = ()


class Readings:
    """Of one process. The last ones that were asked for are kept."""

    def __init__(self, record: Record) -> None:
        self._record, self._lock = record, Lock()
        self._kept: OrderedDict[str, Reading] = OrderedDict()
        self._calls: OrderedDict[tuple[str, ...], list[Call]] = OrderedDict()

    def of(self, incident_id: str) -> Reading:
        """As it is now; `incident.seq` 0 where there is none."""
        with self._lock:
            known = self._kept.get(incident_id, Reading())
        new = self._record.entries(incident_id, known.incident.seq)
        if not new and known.incident.seq:
            return known
        read = Reading(fold(known.incident, new), (*known.lines, *(_line(e) for e in new)))
        if read.incident.seq:
            with self._lock:
                self._keep(self._kept, incident_id, read)
        return read

    def calls(self, incident: Incident) -> Sequence[Call]:
        """Of every credential, as the last reading of the trail kept them."""
        name = tuple(read.exhibit.sha256 for read in incident.calls.values())
        with self._lock:
            known = self._calls.get(name)
        if known is None:
            known = calls_from(self._record, incident)
            with self._lock:
                self._keep(self._calls, name, known)
        return known

    @staticmethod
    def _keep(where: "OrderedDict[_K, _V]", name: _K, value: _V) -> None:
        where[name] = value
        where.move_to_end(name)
        while len(where) > _MOST:
            where.popitem(last=False)


def _line(entry: Entry) -> Line:
    event = entry.event
    step = getattr(event, "step", None)
    routine = isinstance(event, Looked) or (isinstance(event, Checked) and not event.evidence and not event.unknown)
    line = Line(entry.seq, entry.at, type(event).__name__, sentence(event), step.id if step else "", routine)
    if not isinstance(event, Answered):
        return line
    return replace(line, accounts=event.accounts, less=f"{event.what} for {event.asked_by}, of other accounts too")
