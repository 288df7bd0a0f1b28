"""Cost Explorer: what was spent, by day, as it was laid.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from unleak.standin.services.service import Holding, OwnService, ServiceError

_DIMENSIONS = {
    "SERVICE": "service", "REGION": "region", "LINKED_ACCOUNT": "account", "USAGE_TYPE": "usage_type",
    "RECORD_TYPE": "record_type", "RESOURCE_ID": "resource",
}  # fmt: skip
_MONTHLY = "MONTHLY"
_PAGE = 500
"""Groups on a page; AWS does not tell its own number."""
_SETTLES = timedelta(days=2)
_OFF = "off"


def _cost(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if holding.things.get(_OFF):
        raise ServiceError("DataUnavailableException", "The requested data is unavailable.")
    start, end = _span(asked)
    metrics = asked.get("Metrics") or ["UnblendedCost"]
    groups = [_DIMENSIONS.get(str(g.get("Key")), "service") for g in asked.get("GroupBy") or ()]
    wanted = [t for key, t in holding.things.items() if key != _OFF and _matches(t, asked.get("Filter"))]
    estimated = (now - _SETTLES).date()
    monthly = asked.get("Granularity") == _MONTHLY
    results = [_period(wanted, a, b, groups, metrics, estimated) for a, b in _periods(start, end, monthly=monthly)]
    return {**_paged(results, str(asked.get("NextPageToken") or "0")), "DimensionValueAttributes": []}


def _span(asked: Mapping[str, Any]) -> tuple[date, date]:
    period = asked.get("TimePeriod") or {}
    try:
        start, end = date.fromisoformat(str(period["Start"])[:10]), date.fromisoformat(str(period["End"])[:10])
    except (KeyError, ValueError) as error:
        raise ServiceError("ValidationException", "Start and End are dates") from error
    if start >= end:
        raise ServiceError("ValidationException", "Start date (and hour) should be before end date (and hour)")
    return start, end


def _matches(thing: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> bool:
    """An expression of And, Or, Not and Dimensions; other kinds bind nothing."""
    if not wanted:
        return True
    if "And" in wanted:
        return all(_matches(thing, w) for w in wanted["And"])
    if "Or" in wanted:
        return any(_matches(thing, w) for w in wanted["Or"])
    if "Not" in wanted:
        return not _matches(thing, wanted["Not"])
    dimension = wanted.get("Dimensions") or {}
    field = _DIMENSIONS.get(str(dimension.get("Key")))
    return field is None or str(thing.get(field, "")) in dimension.get("Values", ())


def _periods(start: date, end: date, *, monthly: bool) -> list[tuple[date, date]]:
    found = []
    while start < end:
        month_ends = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = min(end, month_ends if monthly else start + timedelta(days=1))
        found.append((start, until))
        start = until
    return found


def _period(
    things: list[dict[str, Any]], start: date, end: date, groups: list[str], metrics: list[str], estimated: date
) -> dict[str, Any]:
    days = [t for t in things if start.isoformat() <= t["day"] < end.isoformat()]
    made: dict[str, Any] = {
        "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
        "Estimated": end > estimated,
    }
    if not groups:
        return {**made, "Total": _amounts(sum(t["amount"] for t in days), metrics), "Groups": []}
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for thing in days:
        sums[tuple(str(thing.get(g, "")) for g in groups)] += thing["amount"]
    listed = [{"Keys": list(keys), "Metrics": _amounts(amount, metrics)} for keys, amount in sorted(sums.items())]
    return {**made, "Total": {}, "Groups": listed}


def _paged(results: list[dict[str, Any]], token: str) -> dict[str, Any]:
    """A page ends where it is full; its next one may go on within a day."""
    skip, room, page = int(token), _PAGE, []
    for number, result in enumerate(results):
        groups = result["Groups"]
        if skip and skip >= max(len(groups), 1):
            skip -= max(len(groups), 1)
            continue
        taken = groups[skip : skip + room]
        page.append({**result, "Groups": taken})
        room -= max(len(taken), 1)
        left = len(groups) - skip - len(taken)
        skip = 0
        if room <= 0 and (left or number + 1 < len(results)):
            return {"ResultsByTime": page, "NextPageToken": str(int(token) + _PAGE)}
    return {"ResultsByTime": page}


def _amounts(amount: float, metrics: list[str]) -> dict[str, Any]:
    return {m: {"Amount": f"{amount:.10f}", "Unit": "USD"} for m in metrics}


def _lay(holding: Holding, given: Mapping[str, Any], now: datetime) -> None:
    """`given`: `day` (today where it is not said), `service`, `region`, `usage_type`, `record_type` (Usage),
    `resource`, `amount` in dollars; or `activated`, whether Cost Explorer is on at all.
    """
    if "activated" in given:
        holding.things[_OFF] = {} if given["activated"] else {"off": True}
        return
    day = str(given.get("day") or now.date().isoformat())
    more = {k: str(given[k]) for k in ("service", "region", "usage_type", "resource") if k in given}
    holding.things[uuid.uuid4().hex] = {
        "day": date.fromisoformat(day).isoformat(),
        "amount": float(given.get("amount", 0)),
        "account": holding.account,
        "record_type": str(given.get("record_type", "Usage")),
        **more,
    }


SERVICE = OwnService({"GetCostAndUsage": _cost, "GetCostAndUsageWithResources": _cost}, _lay, everywhere=True)
