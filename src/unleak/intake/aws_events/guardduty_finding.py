"""GuardDuty: a key, or a session, was used as only a thief would.

A call from a known bad place is observed abuse. A model's surprise, a root login or a changed setting is not: those are
a claim. The key id is of an authenticated call, so nobody can have another's key named here.
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.aws_events.kind import Content, Kind, keys_named, passed
from unleak.intake.scanner_reports.fields import at, rows_at, text_at
from unleak.intake.words import account, said
from unleak.model.alert import Ground

_ABUSE = (
    "/InstanceCredentialExfiltration",
    "/MaliciousIPCaller",
    "/TorIPCaller",
    "/KaliLinux",
    "/ParrotLinux",
    "/PentooLinux",
)
_SEQUENCES = {"AttackSequence:IAM/CompromisedCredentials", "AttackSequence:S3/CompromisedData"}


def ground_of(finding_type: str) -> Ground:
    """https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html"""
    name = "/" + finding_type.partition("/")[2]
    observed = finding_type in _SEQUENCES or name.startswith(_ABUSE)
    return Ground.ABUSE if observed else Ground.CLAIM


def _read(event: Any) -> Content:
    detail = at(event, "detail")
    kind, of = text_at(detail, "type"), account(text_at(detail, "accountId"))
    reason = f"{said(kind, 100)}, account {of}" if of else said(kind, 100)
    if at(detail, "service", "additionalInfo", "sample") is True or text_at(detail, "title").startswith("[SAMPLE]"):
        return Content(Ground.CLAIM, reason, passed("the finding", "it is a sample of GuardDuty"))
    if at(detail, "service", "archived") is True:
        return Content(Ground.CLAIM, reason, passed("the finding", "it is archived at GuardDuty"))
    keys = tuple(_keys(detail))
    if not keys:
        return Content(Ground.CLAIM, reason, passed("the finding", "it names no key"))
    return Content(ground_of(kind), reason, keys_named("the finding", keys))


def _keys(detail: Any) -> Iterator[str]:
    """The one that called; in a sequence of calls, all of them."""
    named = [text_at(detail, "resource", "accessKeyDetails", "accessKeyId")]
    called = rows_at(detail, "service", "detection", "sequence", "resources")
    named += [text_at(one, "uid") for one in called if text_at(one, "resourceType") == "ACCESS_KEY"]
    yield from filter(None, named)


KIND = Kind(
    id="guardduty_finding",
    title="GuardDuty: findings about a key or a session",
    source="aws.guardduty",
    detail_types=frozenset({"GuardDuty Finding"}),
    references=(
        "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html",
        "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html",
    ),
    read=_read,
)
