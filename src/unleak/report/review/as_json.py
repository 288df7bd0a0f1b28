"""The review for programs, whole and versioned: nothing is folded or left out."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from unleak.model.document import rfc3339, written
from unleak.model.evidence import Fact
from unleak.model.review import Age, Judged, Review, Unseen

SCHEMA = "unleak.review/1"


def to_json(found: Review) -> str:
    """Times are RFC 3339 in UTC; what is not known is null."""
    return written(SCHEMA, document(found))


def document(found: Review) -> dict[str, Any]:
    ages = Counter(j.age for j in found.judged)
    return {
        "accounts": list(found.accounts),
        "regions": list(found.regions),
        "regions_not_enabled": [{"account": account, "region": region} for account, region in found.regions_off],
        "regions_left_out": list(found.regions_left_out),
        "leaked_at": rfc3339(found.since),
        "counts": {age.value: ages[age] for age in Age},
        "things": [_thing(j) for j in found.judged],
        "not_met": [_fact(f) for f in found.unmet],
        "could_not_look": [_unseen(u) for u in found.unseen],
        "not_there": [_unseen(u) for u in found.absent],
        "remarks": list(found.remarks),
        "calls": found.calls,
        "throttled": found.throttled,
        "seconds": round(found.seconds, 1),
    }


def _thing(one: Judged) -> Mapping[str, Any]:
    thing = one.thing
    return {
        "account": thing.account,
        "region": thing.region,
        "arn": thing.arn or None,
        "type": thing.type,
        "name": thing.name,
        "created_at": rfc3339(thing.created_at),
        "age": one.age.value,
        "deed": one.deed or None,
        "by": one.by or None,
        "event_id": one.event_id or None,
        "detail": thing.detail,
        "weight": thing.weight.value,
        "concerns": list(thing.concerns),
    }


def _fact(fact: Fact) -> Mapping[str, Any]:
    return {
        "arn": fact.arn,
        "type": fact.type,
        "deed": fact.deed,
        "detail": fact.detail,
        "by": fact.by,
        "at": rfc3339(fact.at),
        "event_id": fact.event_id,
    }


def _unseen(one: Unseen) -> Mapping[str, Any]:
    return {
        "check": one.check,
        "account": one.account,
        "region": one.region,
        "thing": one.thing or None,
        "why": one.why,
    }
