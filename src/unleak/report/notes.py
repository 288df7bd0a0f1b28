"""What people noted on an incident, and what of it is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unleak.model.entry import Noted
from unleak.report.investigation.words import counted

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Note:
    """`how_soon` is in words, empty where nothing is due."""

    text: str
    who: str
    due: datetime | None = None
    how_soon: str = ""


def notes_of(noted: Iterable[Noted], now: datetime) -> tuple[Note, ...]:
    """What is due first comes first, then the rest as it was written."""
    rows = [Note(n.text, n.who, n.due, how_soon(n.due, now) if n.due else "") for n in noted]
    return tuple(sorted(rows, key=lambda n: n.due or datetime.max.replace(tzinfo=UTC)))


def how_soon(due: datetime, now: datetime) -> str:
    """`due in 3 days`, `OVERDUE by 2 hours`."""
    left = abs(due - now)
    said = (
        counted(left // _DAY, "day") if left >= _DAY
        else counted(left // _HOUR, "hour") if left >= _HOUR
        else counted(left // timedelta(minutes=1), "minute")
    )  # fmt: skip
    return f"due in {said}" if due > now else f"OVERDUE by {said}"
