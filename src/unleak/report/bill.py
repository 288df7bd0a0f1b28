"""What it costs: as text, and as JSON, which can be read again."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from unleak.model.bill import Anomaly, Behind, Bill, Kind
from unleak.model.document import written
from unleak.model.errors import Misuse
from unleak.report.investigation.words import said, stamp

SCHEMA = "unleak.bill/1"
_MOST_BEHIND, _MOST_DAYS = 5, 7


def to_text(bill: Bill) -> str:
    """Dearest first; what something of the incident stands behind before the rest."""
    return "\n".join(_lines(bill))


def _lines(bill: Bill) -> Iterator[str]:
    yield f"{said(bill.key_id, 40) or 'accounts ' + ', '.join(bill.accounts)}: {_verdict(bill)}"
    yield ""
    yield f"  accounts {', '.join(bill.accounts) or 'none'}, since {stamp(bill.since)} UTC"
    if bill.accounts:
        yield f"  spent {_money(bill, bill.spent)}, usual would be {_money(bill, bill.usual)}"
        yield f"  above the usual {_money(bill, bill.above)}"
        yield f"  of it {_money(bill, bill.above_of_incident)} has something of the incident behind it"
    for anomaly in bill.anomalies:
        yield ""
        yield from _anomaly(bill, anomaly)
    yield from ("", "What this does not tell")
    yield f"  nothing can be known yet of what was done after {stamp(bill.unknown_from)} UTC: Cost Explorer lags a day"
    if bill.estimated_from:
        yield f"  from {bill.estimated_from} on AWS calls its numbers estimated: they may still rise"
    yield "  before credits, refunds, taxes, discounts and support fees"
    yield from (f"  {limit}" for limit in bill.limits)
    yield from (f"  could not look: {said(problem, 300)}" for problem in bill.problems)
    yield f"  {bill.requests} questions to Cost Explorer, {bill.requests / 100:.2f} dollars"


def _verdict(bill: Bill) -> str:
    if bill.anomalies:
        return f"{len(bill.anomalies)} COSTS OUT OF THE USUAL"
    return "COULD NOT LOOK" if bill.problems else "nothing out of the usual"


def _anomaly(bill: Bill, a: Anomaly) -> Iterator[str]:
    what = "cost nothing before" if a.kind is Kind.NEW else f"{_money(bill, a.usual)} a day would be usual"
    yield f"  {said(a.service, 60)} in {said(a.region, 30)} (account {a.account}): {what}"
    yield f"    {_money(bill, a.above)} above the usual since {a.since}"
    days = ", ".join(f"{day:%m-%d} {amount:,.2f}" for day, amount in a.days[-_MOST_DAYS:])
    more = len(a.days) - _MOST_DAYS
    yield f"    {f'{more} days before, ' if more > 0 else ''}{days}"
    if not a.behind:
        yield "    nothing that is known of the incident explains it: look yourself"
    for one in (*a.behind[:_MOST_BEHIND], *a.named[:_MOST_BEHIND]):
        when = f" at {stamp(one.at)}" if one.at else ""
        state = f" ({one.state})" if one.state else ""
        yield f"    {said(one.name, 90)}: {said(one.what, 90)} by {said(one.by, 40)}{when}{state}"
    left = max(len(a.behind) - _MOST_BEHIND, 0) + max(len(a.named) - _MOST_BEHIND, 0)
    if left:
        yield f"    and {left} more: see --format json"


def _money(bill: Bill, amount: float) -> str:
    """Cents are kept of what is cheap."""
    digits = 2 if amount >= 1 or amount == 0 else 4
    return f"{amount:,.{digits}f} {bill.currency}".strip()


def to_json(bill: Bill) -> str:
    """`unleak.bill/1`."""
    sums = {"above": bill.above, "above_of_incident": bill.above_of_incident}
    return written(SCHEMA, {**sums, **asdict(bill), "anomalies": [_named(a) for a in bill.anomalies]})


def _named(a: Anomaly) -> dict[str, Any]:
    return {**asdict(a), "days": [{"day": day, "amount": amount} for day, amount in a.days]}


def from_json(text: str) -> Bill:
    """What `to_json` wrote. Raises Misuse for anything else."""
    try:
        told = json.loads(text)
        if told.get("schema") != SCHEMA:
            raise ValueError(told.get("schema"))  # noqa: TRY301  told below
        return _bill(told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Misuse("that is no bill", f"make one: unleak bill KEY_ID --format json ({SCHEMA})") from error


def _bill(told: dict[str, Any]) -> Bill:
    estimated = told["estimated_from"]
    return Bill(
        key_id=str(told["key_id"]),
        accounts=tuple(map(str, told["accounts"])),
        since=datetime.fromisoformat(told["since"]),
        unknown_from=datetime.fromisoformat(told["unknown_from"]),
        currency=str(told["currency"]),
        spent=float(told["spent"]),
        usual=float(told["usual"]),
        anomalies=tuple(map(_read, told["anomalies"])),
        estimated_from=date.fromisoformat(estimated) if estimated else None,
        weeks_before=int(told["weeks_before"]),
        requests=int(told["requests"]),
        problems=tuple(map(str, told["problems"])),
        limits=tuple(map(str, told["limits"])),
    )


def _read(told: dict[str, Any]) -> Anomaly:
    return Anomaly(
        account=str(told["account"]),
        service=str(told["service"]),
        region=str(told["region"]),
        kind=Kind(told["kind"]),
        since=date.fromisoformat(told["since"]),
        usual=float(told["usual"]),
        above=float(told["above"]),
        days=tuple((date.fromisoformat(d["day"]), float(d["amount"])) for d in told["days"]),
        behind=_causes(told["behind"]),
        named=_causes(told["named"]),
    )


def _causes(told: list[dict[str, Any]]) -> tuple[Behind, ...]:
    at = [datetime.fromisoformat(b["at"]) if b["at"] else None for b in told]
    return tuple(Behind(b["name"], b["what"], b["by"], t, b["state"]) for b, t in zip(told, at, strict=True))
