"""What is known of an incident before its account is reviewed: when the key leaked, and what it brought about."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unleak.config import Config
    from unleak.model.evidence import Fact
    from unleak.model.incident import Incident

_REMOVED = "removed"
_FOLLOWS = "descent"


@dataclass(frozen=True, slots=True)
class Known:
    """`problems` are what the trail could not tell."""

    since: datetime | None = None
    facts: "tuple[Fact, ...]" = ()
    problems: tuple[str, ...] = ()


def known_of(config: "Config", key_id: str, leak: datetime | None, trails: tuple[str, ...], account: str) -> Known:
    """From the record, and from trails where some are given. Raises Misuse for trails without a key."""
    from unleak.cli.incident_named import incident_of_key
    from unleak.model.errors import Misuse

    if trails and not key_id:
        raise Misuse("--trail is asked about a key", "name it: unleak review AKIA... --trail SOURCE")
    incident = incident_of_key(config, key_id) if key_id else None
    since = leak or (incident.leaked_at if incident else None)
    if trails:
        return _by_trail(config, key_id, since, trails, account, incident)
    if incident is None:
        return Known(since)
    return Known(since, _by_record(config, incident), tuple(_untold(incident)))


def _untold(incident: "Incident") -> "Iterator[str]":
    """What the incident's own look at the trail left open."""
    for check in incident.checks.values():
        if check.step.unit == _FOLLOWS and check.unknown:
            yield f"the incident's trail was not read in full: {check.unknown}"
    if incident.descent is None:
        yield "the incident has not followed the key yet: run `unleak respond`, or give --trail SOURCE"
    elif incident.descent.capped:
        yield f"the incident followed a part only: {incident.descent.capped}"


def _by_record(config: "Config", incident: "Incident") -> "tuple[Fact, ...]":
    """All of it lies in the exhibit; the entry has only the worst."""
    import json

    from unleak.store.record import Record

    descent = incident.descent
    if descent is None:
        return ()
    record = Record(config.record_url)
    try:
        lines = [json.loads(line) for line in record.load(descent.exhibit)]
    finally:
        record.close()
    whole = tuple(_fact(line) for line in lines if line.get("state") != _REMOVED)
    return whole or descent.standing


def _fact(line: dict[str, Any]) -> "Fact":
    from unleak.model.clock import parse_stamp
    from unleak.model.evidence import Fact

    at = parse_stamp(str(line["at"]))
    return Fact(
        line["arn"], line["type"], line["deed"], line["detail"], line["by"], at, line["event_id"],
        bool(line.get("is_principal")), tuple(line.get("grants", ())),
    )  # fmt: skip


def _by_trail(
    config: "Config", key_id: str, since: datetime | None, trails: tuple[str, ...], account: str,
    incident: "Incident | None",
) -> Known:  # fmt: skip
    from datetime import UTC

    from unleak.aws.accounts import Accounts
    from unleak.cli.investigate_told import progress
    from unleak.iam.key_id import account_of
    from unleak.investigate.run import Wish, investigate
    from unleak.investigate.trail.opened import opened
    from unleak.model.evidence import Fact

    home = config.home / "trail"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    whose = account or account_of(key_id) or ""
    sources = opened(trails, lambda: Accounts(config), whose, home, config.lookups_a_second)
    ours = incident.our_request_ids if incident else frozenset()
    with progress() as tell:
        found = investigate(Wish(key_id, home, since, tell=tell, our_requests=ours), sources, datetime.now(UTC))
    facts = tuple(
        Fact(r.arn, r.type, r.deed, r.detail, r.by, r.at, r.event_id, r.is_principal, r.grants)
        for r in found.remaining
        if r.state != _REMOVED
    )
    problems = tuple(filter(None, (found.capped, *found.seen.problems)))
    return Known(since or found.leaked_at, facts, problems)
