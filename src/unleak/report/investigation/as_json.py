"""The investigation for programs, whole and versioned: nothing is folded or left out."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from unleak.model.call import Call
from unleak.model.document import rfc3339, written
from unleak.model.investigation import HeldCredential, Investigation, PrincipalSeen, Remaining
from unleak.report.investigation.tools import tools_used

SCHEMA = "unleak.investigation/1"


def to_json(found: Investigation) -> str:
    """Times are RFC 3339 in UTC, texts as the trail has them, written in ASCII; what is not known is null."""
    return written(SCHEMA, document(found))


def document(found: Investigation) -> dict[str, Any]:
    return {
        "leaked": found.leaked,
        "leaked_at": rfc3339(found.leaked_at),
        "leaked_at_is_known": found.leaked_at_is_known,
        "exposure": _exposure(found),
        "credentials": [_credential(c) for c in found.credentials],
        "principals": [_principal(p) for p in found.principals],
        "suspects": [_principal(p) for p in found.suspects],
        "actions": _actions(found),
        "resources": [_resource(r) for r in found.remaining],
        "who": _who(found),
        "own_use": _own_use(found),
        "trail": _trail(found),
        "by_aws": [_by_aws(c) for c in found.by_aws],
        "capped": found.capped,
    }


def _exposure(found: Investigation) -> Mapping[str, Any]:
    """Seconds are null where the time of the leak is a guess."""
    first = found.first_call
    known = first is not None and found.leaked_at_is_known
    return {
        "from": rfc3339(found.leaked_at),
        "first_abuse": rfc3339(first.at if first else None),
        "last_accepted": rfc3339(max((c.at for c in found.calls if c.accepted), default=None)),
        "contained_at": rfc3339(found.contained_at),
        "seconds_to_first_abuse": (first.at - found.leaked_at).total_seconds() if first and known else None,
    }


def _credential(one: HeldCredential) -> Mapping[str, Any]:
    return {
        "key_id": one.key_id,
        "origin": one.origin.value,
        "parent": one.parent,
        "how": one.how,
        "principal": one.principal_arn,
        "account": one.account,
        "since": rfc3339(one.since),
        "first": rfc3339(one.first),
        "last": rfc3339(one.last),
        "events": one.events,
        "used": one.is_used,
        "confidence": one.certainty.value,
        "why": one.why,
        "proof": list(one.proof),
        "expires_at": rfc3339(one.expires_at),
        "shared": one.shared,
    }


def _principal(one: PrincipalSeen) -> Mapping[str, Any]:
    return {"arn": one.arn, "in": one.is_in, "why": one.why, "confidence": one.certainty.value}


def _actions(found: Investigation) -> list[Mapping[str, Any]]:
    """One for each rule and call."""
    return [
        {
            "technique": list(technique.techniques),
            "rule": technique.rule,
            "title": technique.title,
            "level": technique.level,
            "succeeded": call.accepted,
            "error": call.error,
            "event_id": call.event_id,
            "credential": call.key_id,
            "at": rfc3339(call.at),
            "action": call.action,
            "region": call.region,
            "address": call.address,
        }
        for technique in found.techniques
        for call in technique.calls
    ]


def _resource(one: Remaining) -> Mapping[str, Any]:
    return {
        "arn": one.arn,
        "type": one.type,
        "deed": one.deed,
        "detail": one.detail,
        "by": one.by,
        "at": rfc3339(one.at),
        "event_id": one.event_id,
        "state": one.state,
        "removed_at": rfc3339(one.removed_at),
        "removed_by": one.removed_by,
        "removed_event": one.removed_event,
        "grants": list(one.grants),
        "is_principal": one.is_principal,
    }


def _who(found: Investigation) -> Mapping[str, Any]:
    hours: dict[str, int] = {}
    regions: dict[str, int] = {}
    for call in found.calls:
        hour = call.at.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")
        hours[hour] = hours.get(hour, 0) + 1
        regions[call.region] = regions.get(call.region, 0) + 1
    return {
        "addresses": dict(found.addresses),
        "shared_addresses": list(found.shared_addresses),
        "agents": dict(found.agents),
        "tools": [
            {"name": t.name, "calls": n, "is_attack_tool": t.is_attack_tool} for t, n in tools_used(found.agents)
        ],
        "regions": regions,
        "hours": hours,
    }


def _own_use(found: Investigation) -> Mapping[str, Any]:
    use = found.own_use
    return {
        "before": use.before,
        "since": use.since,
        "addresses": list(use.addresses),
        "agents": list(use.agents),
        "actions": list(use.actions),
        "last_at": rfc3339(use.last_at),
    }


def _trail(found: Investigation) -> Mapping[str, Any]:
    seen = found.seen
    return {
        "records": seen.records,
        "first": rfc3339(seen.first),
        "last": rfc3339(seen.last),
        "gaps": [{"from": rfc3339(begin), "to": rfc3339(end)} for begin, end in seen.gaps],
        "problems": list(seen.problems),
        "limits": list(seen.limits),
        "integrity": seen.integrity,
    }


def _by_aws(call: Call) -> Mapping[str, Any]:
    return {
        "event_id": call.event_id,
        "at": rfc3339(call.at),
        "action": call.action,
        "region": call.region,
        "credential": call.key_id,
        "principal": call.principal_arn,
        "invoked_by": call.invoked_by,
        "succeeded": call.accepted,
    }
