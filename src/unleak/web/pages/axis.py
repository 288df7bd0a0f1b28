"""Our entries and the attacker's calls on one axis, the newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from unleak.report.story import CallRow
from unleak.web.readings import Line

SHOWS = {"": "what matters", "all": "everything", "ours": "what unleak did", "theirs": "what the key did"}


@dataclass(frozen=True, slots=True)
class Moment:
    """`whose`: `ours` or `theirs`. `outcome`, of theirs: `accepted`, or AWS's error."""

    at: datetime
    whose: str
    what: str
    detail: str = ""
    outcome: str = ""
    who: str = ""
    after_containment: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """`older`, `newer`: where to begin for the next page, None at an end."""

    moments: tuple[Moment, ...]
    count: int
    older: int | None
    newer: int | None


def stretch(
    lines: Sequence[Line], calls: Sequence[CallRow], sees: Callable[[str], bool], show: str, begin: int, size: int
) -> Stretch:
    """`sees`: of which accounts may be told. `lines` and `calls` come in the order of their time."""
    ours = [] if show == "theirs" else [x for x in lines if show == "all" or not x.is_routine]
    theirs = [] if show == "ours" else calls
    count = len(ours) + len(theirs)
    begin = max(0, min(begin, count - 1))
    both = merge(
        (_ours(x, sees) for x in reversed(ours)), map(_theirs, reversed(theirs)), key=lambda m: m.at, reverse=True
    )
    older = begin + size if begin + size < count else None
    return Stretch(tuple(islice(both, begin, begin + size)), count, older, max(0, begin - size) if begin else None)


def _ours(line: Line, sees: Callable[[str], bool]) -> Moment:
    return Moment(line.at, "ours", line.said_to(sees))


def _theirs(call: CallRow) -> Moment:
    where = " ".join(filter(None, (call.region, f"from {call.address}" if call.address else "")))
    detail = " ".join(filter(None, (call.detail, where)))
    return Moment(call.at, "theirs", call.action, detail, call.outcome, f"…{call.key_id[-4:]}", call.after_containment)
