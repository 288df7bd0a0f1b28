"""Calls over time as bars: accepted ones below, all others above them."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unleak.model.call import Call
from unleak.report.investigation.words import minute

_WIDE, _HIGH, _LEFT, _TOP, _BELOW, _MOST_BARS, _FEWEST_BARS = 960, 150, 46, 12, 24, 96, 24
_LABELS, _LABEL_WIDE = 6, 76


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    wide: float
    accepted_y: float
    accepted_high: float
    other_y: float
    other_high: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`unit` is what a bar stands for: `hour`, `3 hours`, `day`. `ticks` are places and words below the bars."""

    width: int
    height: int
    base: int
    left: int
    top: int
    most: int
    unit: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]


def chart(calls: Sequence[Call]) -> Chart | None:
    """An hour a bar, or more hours where there were too many; nothing without calls."""
    if not calls:
        return None
    begin = min(c.at for c in calls).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = int((max(c.at for c in calls) - begin) / timedelta(hours=1)) + 1
    size = _size(hours)
    accepted: Counter[int] = Counter(_bucket(c, begin, size) for c in calls if c.accepted)
    others: Counter[int] = Counter(_bucket(c, begin, size) for c in calls if not c.accepted)
    places = max(math.ceil(hours / size), _FEWEST_BARS)
    most = max((accepted + others).values())
    step = (_WIDE - _LEFT) / places
    bars = tuple(
        _bar(i, accepted[i], others[i], _HIGH / most, step, begin + timedelta(hours=size * i))
        for i in sorted(accepted.keys() | others.keys())
    )
    return Chart(
        width=_WIDE,
        height=_TOP + _HIGH + _BELOW,
        base=_TOP + _HIGH,
        left=_LEFT,
        top=_TOP,
        most=most,
        unit=_unit(size),
        bars=bars,
        ticks=_ticks(places, step, begin, size),
    )


def _size(hours: int) -> int:
    """Hours a bar."""
    for size in (1, 3, 6, 12):
        if hours <= _MOST_BARS * size:
            return size
    return 24 * math.ceil(hours / (24 * _MOST_BARS))


def _unit(size: int) -> str:
    if size % 24 == 0:
        return "day" if size == 24 else f"{size // 24} days"  # noqa: PLR2004  hours of a day
    return "hour" if size == 1 else f"{size} hours"


def _bucket(call: Call, begin: datetime, size: int) -> int:
    return int((call.at - begin) / timedelta(hours=size))


def _bar(i: int, accepted: int, others: int, scale: float, step: float, when: datetime) -> Bar:
    low = _TOP + _HIGH
    below = accepted * scale
    above = others * scale
    return Bar(
        x=round(_LEFT + i * step, 1),
        wide=round(max(step - 2, 1.5), 1),
        accepted_y=round(low - below, 1),
        accepted_high=round(below, 1),
        other_y=round(low - below - above, 1),
        other_high=round(above, 1),
        title=f"{minute(when)} UTC: {accepted:,} accepted, {others:,} refused or failed",
    )


def _ticks(places: int, step: float, begin: datetime, size: int) -> tuple[tuple[float, str], ...]:
    every = max(1, math.ceil(places / _LABELS))
    return tuple(
        (round(_LEFT + i * step, 1), minute(begin + timedelta(hours=size * i)))
        for i in range(0, places, every)
        if _LEFT + i * step < _WIDE - _LABEL_WIDE
    )
