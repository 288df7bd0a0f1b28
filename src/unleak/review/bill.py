"""What began to cost with a leak: the days since, beside the weeks before, by service and region. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from unleak.model.bill import Anomaly, Bill, Kind, Spending
from unleak.model.call import Call
from unleak.model.errors import CouldNotLook
from unleak.model.investigation import Remaining
from unleak.review.behind import behind
from unleak.review.usual import WEEKS, highest, usual_of

LAG = timedelta(hours=24)
"""Cost Explorer is brought up to date at least once a day.

https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html
"""
_OURS = "AWS Cost Explorer"
_OUR_CENTS = 1.0
_ONCE_MORE = 1.25
_DAYS_THAT_TELL = 2
_LEAST_HISTORY = 14


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the incident brought about, and the calls of its credentials: what may stand behind a cost."""

    things: Sequence[Remaining] = ()
    calls: Sequence[Call] = ()


def bill(
    key_id: str,
    since: datetime,
    now: datetime,
    spendings: Sequence[Spending],
    deeds: Deeds = Deeds(),
    problems: tuple[str, ...] = (),
) -> Bill:
    """Raises CouldNotLook where accounts are billed in different currencies."""
    currencies = {s.currency for s in spendings if s.currency}
    if len(currencies) > 1:
        told = " and ".join(sorted(currencies))
        raise CouldNotLook(f"the accounts are billed in {told}", "ask one account at a time: --account")
    found = [a for s in spendings for a in anomalies(s, since, deeds)]
    day = since.astimezone(UTC).date()
    return Bill(
        key_id=key_id,
        accounts=tuple(s.account for s in spendings),
        since=since,
        unknown_from=now - LAG,
        currency=next(iter(currencies), "USD"),
        spent=sum(sum(_after(s, amounts, day)) for s in spendings for amounts in s.amounts.values()),
        usual=sum(_usual_since(s, day) for s in spendings),
        anomalies=tuple(sorted(found, key=lambda a: (not a.behind, -a.above))),
        estimated_from=min((s.estimated_from for s in spendings if s.estimated_from), default=None),
        weeks_before=WEEKS,
        requests=sum(s.requests for s in spendings),
        problems=(*problems, *_too_early(since, now)),
        limits=tuple(_limits(spendings, day)),
    )


def _too_early(since: datetime, now: datetime) -> tuple[str, ...]:
    if since <= now - LAG:
        return ()
    return (f"Cost Explorer lags up to a day: ask again after {since + LAG:%Y-%m-%d %H:%M} UTC",)


def _limits(spendings: Sequence[Spending], day: date) -> Iterator[str]:
    for spending in spendings:
        if not any(d < day for amounts in spending.amounts.values() for d, a in amounts.items() if a > 0):
            yield f"account {spending.account} has no costs before the leak: everything since is told as new"
        elif (day - spending.first).days < _LEAST_HISTORY:
            yield f"of account {spending.account} less than two weeks before the leak are known"


def anomalies(spending: Spending, since: datetime, deeds: Deeds = Deeds()) -> Iterator[Anomaly]:
    """Nothing for growth as before, noise as before, and what is charged once a month. A service that cost nothing in
    a region for four weeks is told however cheap it is now.
    """
    day = since.astimezone(UTC).date()
    for (service, region), amounts in sorted(spending.amounts.items()):
        found = _anomaly(spending, service, region, amounts, day)
        if found is not None:
            causes = behind(found.account, service, region, deeds.things, deeds.calls)
            yield replace(found, behind=causes)


def _anomaly(spending: Spending, service: str, region: str, amounts: dict[date, float], day: date) -> Anomaly | None:
    usual = usual_of(amounts, spending.first, day)
    later = sorted((d, a) for d, a in amounts.items() if d >= day and a > 0)
    if usual is None:
        once = _ONCE_MORE * highest(amounts, spending.first, day)
        high = [d for d, a in later if a > once]
        certain = bool(high) and not _is_ours(service, later)
    else:
        high = [d for d, a in later if a > usual.limit(d)]
        certain = len(high) >= _DAYS_THAT_TELL or any(a > usual.most(d) for d, a in later)
    if not certain:
        return None
    days = tuple((d, a) for d, a in later if d >= high[0])
    levels = [usual.of(d) if usual else 0.0 for d, _ in days]
    return Anomaly(
        account=spending.account,
        service=service,
        region=region,
        kind=Kind.RISEN if usual else Kind.NEW,
        since=high[0],
        usual=sum(levels) / len(levels),
        above=sum(max(a - level, 0.0) for (_, a), level in zip(days, levels, strict=True)),
        days=days,
    )


def _is_ours(service: str, later: Sequence[tuple[date, float]]) -> bool:
    """What our own questions cost is no anomaly."""
    return service == _OURS and all(a <= _OUR_CENTS for _, a in later)


def _after(spending: Spending, amounts: dict[date, float], day: date) -> Iterator[float]:
    yield from (max(a, 0.0) for d, a in amounts.items() if day <= d < spending.until)


def _usual_since(spending: Spending, day: date) -> float:
    """Of the days that Cost Explorer tells anything of."""
    told = {d for amounts in spending.amounts.values() for d in amounts if d >= day}
    levels = (usual_of(amounts, spending.first, day) for amounts in spending.amounts.values())
    return sum(level.of(d) for level in levels if level is not None for d in told)
