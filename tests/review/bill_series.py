"""Series of costs by day: the nine weeks before a leak, and the days since."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from unleak.model.bill import Spending

LEAK = datetime(2026, 11, 23, 12, 33, tzinfo=UTC)
DAY = LEAK.date()
BEFORE = 63
Series = Callable[[date], float]


def spending(service: str, region: str, series: Series, since: Sequence[float] | int, first: int = BEFORE) -> Spending:
    """`since` are the amounts from the leak's day on, or for how many days the series goes on."""
    days = [DAY - timedelta(days=n) for n in range(first, 0, -1)]
    amounts = {d: series(d) for d in days}
    after = [series(DAY + timedelta(days=n)) for n in range(since)] if isinstance(since, int) else since
    amounts |= {DAY + timedelta(days=n): a for n, a in enumerate(after)}
    until = max(amounts, default=DAY) + timedelta(days=1)
    kept = {d: a for d, a in amounts.items() if a}
    return Spending("700000000001", "USD", DAY - timedelta(days=first), until, {(service, region): kept})


def flat(amount: float) -> Series:
    return lambda _: amount


def growing(amount: float, a_day: float) -> Series:
    return lambda d: amount * (1 + a_day * ((d - DAY).days + BEFORE))


def weekly(at_work: float, at_rest: float) -> Series:
    return lambda d: at_rest if d.weekday() >= 5 else at_work


def monthly(amount: float, day: int = 1) -> Series:
    return lambda d: amount if d.day == day else 0.0


def noisy(seed: int, series: Series, spread: float) -> Series:
    """Log-normal noise around it; the same for the same day."""
    return lambda d: series(d) * random.Random(f"{seed}/{d}").lognormvariate(0, spread)


def bursts(seed: int, amount: float, chance: float) -> Series:
    def of(d: date) -> float:
        dice = random.Random(f"{seed}/{d}")
        return amount * dice.uniform(0.7, 1.3) if dice.random() < chance else 0.0

    return of
