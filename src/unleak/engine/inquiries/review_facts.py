"""What is known of an incident before its account is reviewed: when the key leaked, and what it brought about."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unleak.engine.inquiries.standpoint import Standpoint
from unleak.engine.inquiries.trails import sources_of
from unleak.investigate.run import Tell, Wish, investigate
from unleak.model.clock import parse_stamp
from unleak.model.errors import Misuse
from unleak.model.evidence import Fact
from unleak.model.incident import Incident

_REMOVED = "removed"
DESCENT = "descent"
"""The check that follows what came of the key."""


@dataclass(frozen=True, slots=True)
class Known:
    """`problems` are what the trail could not tell."""

    since: datetime | None = None
    facts: tuple[Fact, ...] = ()
    problems: tuple[str, ...] = ()


def known(
    stand: Standpoint, key_id: str, leak: datetime | None, trails: tuple[str, ...], account: str, tell: Tell
) -> Known:
    """From the record, and from trails where some are given. Raises Misuse for trails without a key."""
    if trails and not key_id:
        raise Misuse("--trail is asked about a key", "name it: unleak review AKIA... --trail SOURCE")
    since = leak or stand.leaked_at
    if trails:
        return _by_trail(stand, key_id, since, trails, account, tell)
    if stand.known is None:
        return Known(since)
    return Known(since, _by_record(stand, stand.known), tuple(_untold(stand.known)))


def _untold(incident: Incident) -> Iterator[str]:
    """What the incident's own look at the trail left open."""
    for check in incident.checks.values():
        if check.step.unit == DESCENT and check.unknown:
            yield f"the incident's trail was not read in full: {check.unknown}"
    if incident.descent is None:
        yield "the incident has not followed the key yet: run `unleak respond`, or give --trail SOURCE"
    elif incident.descent.capped:
        yield f"the incident followed a part only: {incident.descent.capped}"


def _by_record(stand: Standpoint, incident: Incident) -> tuple[Fact, ...]:
    """All of it lies in the exhibit; the entry has only the worst."""
    if incident.descent is None:
        return ()
    lines = [json.loads(line) for line in stand.load(incident.descent.exhibit)]
    whole = tuple(_fact(line) for line in lines if line.get("state") != _REMOVED)
    return whole or incident.descent.standing


def _fact(line: dict[str, Any]) -> Fact:
    at = parse_stamp(str(line["at"]))
    return Fact(
        line["arn"], line["type"], line["deed"], line["detail"], line["by"], at, line["event_id"],
        bool(line.get("is_principal")), tuple(line.get("grants", ())),
    )  # fmt: skip


def _by_trail(
    stand: Standpoint, key_id: str, since: datetime | None, trails: tuple[str, ...], account: str, tell: Tell
) -> Known:
    sources = sources_of(stand, key_id, account, trails)
    wish = Wish(key_id, stand.config.home / "trail", since, tell=tell, our_requests=stand.our_requests)
    found = investigate(wish, sources, stand.now())
    facts = tuple(
        Fact(r.arn, r.type, r.deed, r.detail, r.by, r.at, r.event_id, r.is_principal, r.grants)
        for r in found.remaining
        if r.state != _REMOVED
    )
    problems = tuple(filter(None, (found.capped, *found.seen.problems)))
    return Known(since or found.leaked_at, facts, problems)
