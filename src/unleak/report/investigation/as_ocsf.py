"""The investigation as findings of the Open Cybersecurity Schema Framework, for a SIEM or a security lake.

One Detection Finding a line: that the leaked credential was used, and one for each technique.
https://schema.ocsf.io/1.7.0/classes/detection_finding
"""

import ipaddress
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from unleak import __version__
from unleak.model.call import Call
from unleak.model.document import rfc3339
from unleak.model.investigation import Investigation, Remaining, Technique
from unleak.report.investigation.verdict import verdict
from unleak.report.investigation.words import is_denial, outcome, told

VERSION = "1.7.0"
_CATEGORY, _CLASS, _CREATE = 2, 2004, 1
_IP_ADDRESS, _CREDENTIAL_ID = 2, 19
_RULE, _NEW, _LONGEST_NAME = 1, 1, 255
_SEVERITIES = {
    "informational": (1, "Informational"), "low": (2, "Low"), "medium": (3, "Medium"), "high": (4, "High"),
    "critical": (5, "Critical"),
}  # fmt: skip
_MOST_EVIDENCES, _MOST_RESOURCES, _MOST_OBSERVABLES = 100, 100, 50
_USED = Technique("leaked-credential-used", "Leaked credential was used", "high", ("T1078.004",), ())
"""Valid Accounts: Cloud Accounts."""


def to_ocsf(found: Investigation) -> str:
    """JSON lines; empty when no call of an attacker was seen."""
    return "".join(json.dumps(finding, separators=(",", ":")) + "\n" for finding in findings(found))


def findings(found: Investigation) -> Iterator[dict[str, Any]]:
    """The ids are the same whenever the same investigation is told again: a finding replaces its older self."""
    if found.calls:
        yield _finding(found, _USED, found.calls, " ".join(verdict(found)))
    for technique in found.techniques:
        if technique.calls:
            yield _finding(found, technique, technique.calls, technique.title)


def _finding(found: Investigation, rule: Technique, calls: Sequence[Call], desc: str) -> dict[str, Any]:
    ordered = sorted(calls, key=lambda c: (c.at, c.event_id))
    first, last = ordered[0], ordered[-1]
    severity_id, severity = _SEVERITIES.get(rule.level, (0, "Unknown"))
    made, accepted, refused = outcome(ordered)
    uid = f"unleak:{found.leaked}:{rule.rule}"
    return {
        "metadata": {
            "version": VERSION,
            "uid": uid,
            "correlation_uid": found.leaked,
            "profiles": ["cloud"],
            "product": {"name": "unleak", "vendor_name": "unleak", "version": __version__},
        },
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Detection Finding",
        "activity_id": _CREATE,
        "activity_name": "Create",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Detection Finding: Create",
        "time": _millis(last.at),
        "start_time": _millis(first.at),
        "end_time": _millis(last.at),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": _NEW,
        "status": "New",
        "status_detail": f"{told(made, accepted, refused)}, {accepted:,} accepted",
        "message": f"{rule.title}: {accepted:,} of {made:,} succeeded",
        "count": made,
        "cloud": _cloud(first),
        "finding_info": _info(rule, uid, first.at, last.at, desc),
        "evidences": [_evidence(c) for c in _spread(ordered, _MOST_EVIDENCES)],
        "resources": _resources(found, rule, ordered),
        "observables": _observables(ordered),
    }


def _info(rule: Technique, uid: str, first: datetime, last: datetime, desc: str) -> dict[str, Any]:
    info = {
        "uid": uid,
        "title": rule.title or rule.rule,
        "desc": desc,
        "analytic": {"name": rule.title or rule.rule, "uid": rule.rule, "type_id": _RULE, "type": "Rule"},
        "attacks": [_attack(t.upper()) for t in rule.techniques],
        "data_sources": ["AWS CloudTrail"],
        "created_time": _millis(last),
        "first_seen_time": _millis(first),
        "last_seen_time": _millis(last),
    }
    return {name: value for name, value in info.items() if value != []}


def _attack(technique: str) -> dict[str, Any]:
    """`T1098.001` is a technique and one below it."""
    above, dot, _ = technique.partition(".")
    attack: dict[str, Any] = {"technique": {"uid": above}}
    if dot:
        attack["sub_technique"] = {"uid": technique}
    return attack


def _evidence(call: Call) -> dict[str, Any]:
    """Who made this call, from where, with what result. `data` has what AWS's record is found by."""
    made: dict[str, Any] = {
        "actor": _actor(call),
        "api": {
            "operation": call.operation,
            "service": {"name": call.service},
            "request": {"uid": call.request_id or call.event_id},
            "response": {"error": call.error, "code": 403 if is_denial(call.error) else 400} if call.error else {},
        },
        "data": {
            "event_id": call.event_id,
            "time": rfc3339(call.at),
            "region": call.region,
            "user_agent": call.agent,
            "accepted": call.accepted,
        },
    }
    if not call.error:
        del made["api"]["response"]
    if call.address:
        made["src_endpoint"] = {"ip" if _is_ip(call.address) else "svc_name": call.address}
    return made


def _actor(call: Call) -> dict[str, Any]:
    """The credential is the session; a caller whose principal nobody told has no user."""
    actor: dict[str, Any] = {"session": {"credential_uid": call.key_id or "none"}}
    if call.principal_arn:
        account = {"uid": call.caller_account or call.account}
        actor["user"] = {
            "uid": call.principal_arn,
            "name": (call.user_name or _last(call.principal_arn))[:_LONGEST_NAME],
            "account": account,
        }
    return actor


def _resources(found: Investigation, rule: Technique, calls: Sequence[Call]) -> list[dict[str, Any]]:
    """What these calls made or changed; where that is nothing, the credentials that they were made with."""
    events = {c.event_id for c in calls}
    things = [r for r in found.remaining if r.event_id in events and (rule is not _USED or r.state != "removed")]
    if things:
        return [_thing(r) for r in things[:_MOST_RESOURCES]]
    keys = list(dict.fromkeys(c.key_id or c.principal_arn for c in calls))
    return [{"uid": key or "unknown", "type": "AWS::IAM::AccessKey"} for key in keys[:_MOST_RESOURCES]]


def _thing(one: Remaining) -> dict[str, Any]:
    data = {
        "deed": one.deed,
        "detail": one.detail,
        "state": one.state,
        "event_id": one.event_id,
        "grants": list(one.grants),
        "removed_at": rfc3339(one.removed_at),
    }
    names = {"uid": one.arn, "name": _last(one.arn)} if one.arn else {"name": one.detail or one.type or "not known"}
    return {**names, "type": one.type, "data": data}


def _cloud(call: Call) -> dict[str, Any]:
    account = {"uid": call.account, "type": "AWS Account", "type_id": 10}
    cloud: dict[str, Any] = {"provider": "AWS", "region": call.region}
    return {**cloud, "account": account} if call.account else cloud


def _observables(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """What a SIEM looks for elsewhere: the addresses and the credentials."""
    addresses = [a for a in dict.fromkeys(c.address for c in calls) if _is_ip(a)]
    keys = [k for k in dict.fromkeys(c.key_id for c in calls) if k]
    found = [("src_endpoint.ip", _IP_ADDRESS, "IP Address", a) for a in addresses[:_MOST_OBSERVABLES]]
    kind, where = "User Credential ID", "actor.session.credential_uid"
    found += [(where, _CREDENTIAL_ID, kind, k) for k in keys[:_MOST_OBSERVABLES]]
    return [{"name": f"evidences[].{name}", "type_id": i, "type": kind, "value": v} for name, i, kind, v in found]


def _spread(calls: Sequence[Call], most: int) -> Sequence[Call]:
    """The first ones that were accepted before others: they are what matters, in the order of time."""
    if len(calls) <= most:
        return calls
    best = sorted(calls, key=lambda c: not c.accepted)[:most]
    return sorted(best, key=lambda c: (c.at, c.event_id))


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _last(arn: str) -> str:
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1] or arn


def _millis(when: datetime) -> int:
    return int(when.timestamp() * 1000)
