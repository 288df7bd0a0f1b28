"""What a channel is to be told now, and when to ask again: pure, from the record.

At least once: what was sent and not written down is sent again, with the same mark as long as nothing has been added
to it. Never more often than that: what was written down as told is not told again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from unleak.model.incident import Incident, ToldState
from unleak.model.occasion import Kind, Occasion
from unleak.model.plan import Plan
from unleak.notify.occasions import occasions
from unleak.notify_settings import NotifySetting

_AGAIN = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 60))
_MOST_TRIES = 30
"""Of which the most are an hour apart: more than a day."""
_APART = timedelta(minutes=5)
_DRIPS = frozenset({Kind.ACTED, Kind.WAITS, Kind.ABUSE, Kind.FAILED})
"""Of these more may come every second: later ones wait until the last message is a while ago, and go together."""
_SAID_AT_FIRST = (Kind.ACTED, Kind.WAITS)
_HISTORY = timedelta(days=2)
_STILL_OPEN = frozenset({Kind.WAITS, Kind.ESCALATED, Kind.FAILED})


@dataclass(frozen=True, slots=True)
class Due:
    """One message, about one kind; that of a new incident takes what was done and what waits along.

    `mark` is the same for the same channel and the same occasions: whoever gets it twice can tell.
    """

    kind: Kind
    occasions: tuple[Occasion, ...]
    mark: str


def due(
    incident: Incident, plan: Plan, setting: NotifySetting, now: datetime, *, at_once: bool = False
) -> tuple[tuple[Due, ...], datetime | None]:
    """The messages of now, and when there may be more. `at_once`: what waits for company goes without it."""
    ready, later = _ready(incident, plan, setting, now, at_once=at_once)
    if Kind.OPENED in ready:  # its message says all of that: one at the beginning, not three
        ready[Kind.OPENED] += [o for kind in _SAID_AT_FIRST for o in ready.pop(kind, [])]
    made = tuple(Due(kind, tuple(told), _mark(incident, setting, told)) for kind, told in ready.items())
    return made, min(later, default=None)


def _ready(
    incident: Incident, plan: Plan, setting: NotifySetting, now: datetime, *, at_once: bool
) -> tuple[dict[Kind, list[Occasion]], list[datetime]]:
    """What is to be told now, by kind, and when the rest is."""
    open_ = [o for o in _wanted(incident, plan, setting, now) if not _is_over(_state(incident, setting, o))]
    ready: dict[Kind, list[Occasion]] = {}
    later = []
    for kind in Kind:
        mine = [o for o in open_ if o.kind is kind]
        come = [o for o in mine if o.at <= now]
        later += [o.at for o in mine if o.at > now]
        if not come:
            continue
        earliest = min(_try_at(_state(incident, setting, o), now) for o in come)
        if kind in _DRIPS and not at_once:
            earliest = max(earliest, _apart(incident, setting, kind, now))
        if earliest > now:
            later.append(earliest)
        else:
            ready[kind] = come
    return ready, later


def _wanted(incident: Incident, plan: Plan, setting: NotifySetting, now: datetime) -> Iterable[Occasion]:
    """An incident in which nothing has happened for days is history: a new channel hears what is open."""
    old = incident.updated_at is not None and now - incident.updated_at > _HISTORY
    kinds = setting.occasions & _STILL_OPEN if old else setting.occasions
    return [o for o in occasions(incident, plan, setting.escalate, now) if o.kind in kinds]


def _state(incident: Incident, setting: NotifySetting, occasion: Occasion) -> ToldState | None:
    return incident.told.get((setting.name, occasion.id))


def _is_over(state: ToldState | None) -> bool:
    return state is not None and (state.ok or state.failures >= _MOST_TRIES)


def _try_at(state: ToldState | None, now: datetime) -> datetime:
    if state is None:
        return now
    return state.at + _AGAIN[min(state.failures, len(_AGAIN)) - 1]


def _apart(incident: Incident, setting: NotifySetting, kind: Kind, now: datetime) -> datetime:
    told = [
        s.at
        for (channel, occasion), s in incident.told.items()
        if channel == setting.name and s.ok and occasion.startswith(f"{kind}/")
    ]
    return max(told) + _APART if told else now


def _mark(incident: Incident, setting: NotifySetting, told: Sequence[Occasion]) -> str:
    parts = [incident.id, setting.name, *sorted(o.id for o in told)]
    return sha256("\0".join(parts).encode()).hexdigest()[:32]
