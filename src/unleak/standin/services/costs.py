"""Cost Explorer: what was spent, by day, as it was laid.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from unleak.standin.services.service import Holding, OwnService, ServiceError

_DIMENSIONS = {"SERVICE": "service", "REGION": "region", "LINKED_ACCOUNT": "account", "USAGE_TYPE": "usage_type"}
_MONTHLY = "MONTHLY"


def _cost(holding: Holding, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    del now
    period = asked.get("TimePeriod") or {}
    try:
        start, end = date.fromisoformat(str(period["Start"])[:10]), date.fromisoformat(str(period["End"])[:10])
    except (KeyError, ValueError) as error:
        raise ServiceError("ValidationException", "Start and End are dates") from error
    if start >= end:
        raise ServiceError("ValidationException", "Start date (and hour) should be before end date (and hour)")
    metrics = asked.get("Metrics") or ["UnblendedCost"]
    groups = [_DIMENSIONS.get(str(g.get("Key")), "service") for g in asked.get("GroupBy") or ()]
    monthly = asked.get("Granularity") == _MONTHLY
    return {
        "ResultsByTime": [_period(holding, a, b, groups, metrics) for a, b in _periods(start, end, monthly=monthly)],
        "DimensionValueAttributes": [],
    }


def _periods(start: date, end: date, *, monthly: bool) -> list[tuple[date, date]]:
    found = []
    while start < end:
        month_ends = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        until = min(end, month_ends if monthly else start + timedelta(days=1))
        found.append((start, until))
        start = until
    return found


def _period(holding: Holding, start: date, end: date, groups: list[str], metrics: list[str]) -> dict[str, Any]:
    days = [t for t in holding.things.values() if start.isoformat() <= t["day"] < end.isoformat()]
    made: dict[str, Any] = {"TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()}, "Estimated": False}
    if not groups:
        return {**made, "Total": _amounts(sum(t["amount"] for t in days), metrics), "Groups": []}
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for thing in days:
        sums[tuple(str(thing.get(g, "")) for g in groups)] += thing["amount"]
    listed = [{"Keys": list(keys), "Metrics": _amounts(amount, metrics)} for keys, amount in sorted(sums.items())]
    return {**made, "Total": {}, "Groups": listed}


def _amounts(amount: float, metrics: list[str]) -> dict[str, Any]:
    return {m: {"Amount": f"{amount:.10f}", "Unit": "USD"} for m in metrics}


def _lay(holding: Holding, given: Mapping[str, Any], now: datetime) -> None:
    """`given`: `day` (today where it is not said), `service`, `region`, `usage_type`, `amount` in dollars."""
    day = str(given.get("day") or now.date().isoformat())
    more = {k: str(given[k]) for k in ("service", "region", "usage_type") if k in given}
    holding.things[uuid.uuid4().hex] = {
        "day": date.fromisoformat(day).isoformat(),
        "amount": float(given.get("amount", 0)),
        "account": holding.account,
        **more,
    }


SERVICE = OwnService({"GetCostAndUsage": _cost}, _lay, everywhere=True)
