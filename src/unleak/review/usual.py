"""What a service usually costs in a region: a robust level, its growth, its weekends, and how far it strays.

Medians throughout, so that a day or two of the weeks before that went astray move nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

WEEKS = 4
BEFORE = timedelta(days=7 * WEEKS)
FLOOR = 0.5
"""What a day must cost beyond the usual, at least: of a thing in use, not of one that was not."""
_SIGMA = 1.4826
"""A normal distribution's standard deviation, in median absolute deviations."""
_SPREADS, _BEYOND, _SHARE = 5.0, 1.5, 0.1
_ASTRAY = 2
_GROWS = 0.58
"""Of all pairs of days so many rise where there is growth: one standard deviation from chance, of 28 days."""
_PAYS = 2 / 3
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Usual:
    """`of` a day of the future; `limit` is what it may cost, `most` what it may cost once in a while.

    `strays` is a share of the day's usual where every day has cost something, else an amount (`scales`).
    """

    middle: date
    week: float
    weekend: float
    slope: float
    strays: float
    strays_most: float
    scales: bool = False

    def of(self, day: date) -> float:
        level = self.weekend if day.weekday() >= _SATURDAY else self.week
        ahead = min((day - self.middle).days, 2 * BEFORE.days)
        return max(level + self.slope * ahead, 0.0)

    def limit(self, day: date) -> float:
        usual = self.of(day)
        return usual + max(self.strays * (usual if self.scales else 1.0), _SHARE * usual, FLOOR)

    def most(self, day: date) -> float:
        return max(self.limit(day), self.of(day) + self.strays_most)


def usual_of(amounts: Mapping[date, float], first: date, until: date) -> Usual | None:
    """From the four weeks before `until`; None where nothing was paid in them. What is older, back to `first`, tells
    only how high a single day may rise (what is charged once a month).
    """
    start = max(first, until - BEFORE)
    days = [start + timedelta(days=n) for n in range((until - start).days)]
    paid = [max(amounts.get(day, 0.0), 0.0) for day in days]
    if not any(paid):
        return None
    middle = days[len(days) // 2]
    slope = _slope(paid)
    flat = [p - slope * (d - middle).days for d, p in zip(days, paid, strict=True)]
    week, weekend = _levels(days, flat)
    bare = Usual(middle, week, weekend, slope, 0.0, 0.0)
    scales = all(bare.of(d) > 0 for d in days)
    strayed = ((p - bare.of(d)) / (bare.of(d) if scales else 1.0) for d, p in zip(days, paid, strict=True))
    off = sorted(strayed, reverse=True)
    spread = _SIGMA * median(abs(o) for o in off)
    strays = max(_SPREADS * spread, _BEYOND * off[min(_ASTRAY, len(off) - 1)], 0.0)
    older = [max(a, 0.0) - bare.of(d) for d, a in amounts.items() if first <= d < until]
    return Usual(middle, week, weekend, slope, strays, _BEYOND * max([*older, 0.0]), scales)


def highest(amounts: Mapping[date, float], first: date, until: date) -> float:
    """The dearest day before `until`."""
    return max((a for d, a in amounts.items() if first <= d < until), default=0.0)


def _slope(paid: Sequence[float]) -> float:
    """Growth a day (Theil and Sen's estimate), where it is growth and no chance; zero else, and for what declines."""
    slopes = [(b - a) / (j - i) for i, a in enumerate(paid) for j, b in enumerate(paid) if j > i]
    rising = sum(s > 0 for s in slopes)
    return median(slopes) if slopes and rising > _GROWS * len(slopes) else 0.0


def _levels(days: Sequence[date], paid: Sequence[float]) -> tuple[float, float]:
    """Of working days and of weekends: one level for both unless two explain much more."""
    one = median(paid)
    at_work = [p for d, p in zip(days, paid, strict=True) if d.weekday() < _SATURDAY]
    at_rest = [p for d, p in zip(days, paid, strict=True) if d.weekday() >= _SATURDAY]
    if not at_work or not at_rest:
        return one, one
    week, weekend = median(at_work), median(at_rest)
    apart = sum(abs(p - week) for p in at_work) + sum(abs(p - weekend) for p in at_rest)
    return (week, weekend) if apart < _PAYS * sum(abs(p - one) for p in paid) else (one, one)
