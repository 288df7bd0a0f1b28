"""Security Hub: findings of others about a key, as ASFF and as OCSF.

Only GuardDuty's own are worth what GuardDuty's are: its product is AWS's, and nobody else may import for it. Anybody
who may import findings may name any key in one of their own, so those are a claim. An event whose findings differ in
that is worth the least of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unleak.intake.aws_events.guardduty_finding import ground_of
from unleak.intake.aws_events.kind import Content, Kind, keys_named
from unleak.intake.scanner_reports.fields import at, rows_at, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver
from unleak.intake.words import said
from unleak.model.alert import Ground

_GUARDDUTY = re.compile(r"arn:aws[a-z-]*:securityhub:[a-z0-9-]*::product(?:v2)?/aws/guardduty")
_TYPES = {"AwsIamAccessKey", "AWS::IAM::AccessKey"}
_ID = re.compile(r"(?:AWS::IAM::AccessKey:)?(A[KS]IA[A-Z0-9]{12,124})")
_DONE = {"SUPPRESSED", "RESOLVED"}
_TOLD = {"suppressed", "resolved", "archived"}


@dataclass(frozen=True, slots=True)
class _Finding:
    """One, in either form. `done` is what somebody has made of it, or ""."""

    product: str
    types: tuple[str, ...]
    title: str
    keys: tuple[str, ...]
    done: str = ""

    @property
    def ground(self) -> Ground:
        """GuardDuty's types stand at the end of its path in ASFF, with a hyphen for its stroke."""
        if not _GUARDDUTY.fullmatch(self.product):
            return Ground.CLAIM
        named = [t.rpartition("/")[2].replace("-", "/", 1) for t in self.types]
        abuse = any(ground_of(t) is Ground.ABUSE for t in (*self.types, *named))
        return Ground.ABUSE if abuse else Ground.CLAIM

    @property
    def is_sample(self) -> bool:
        return self.title.startswith("[SAMPLE]") or any("GeneratedFinding" in k for k in self.keys)


def _read(event: Any) -> Content:
    findings = [_finding(one) for one in rows_at(event, "detail", "findings")]
    items = tuple(item for number, f in enumerate(findings, 1) for item in _items(number, f))
    grounds = {f.ground for f in findings if f.keys and not f.done and not f.is_sample}
    reason = "; ".join(dict.fromkeys(said(f.title, 100) for f in findings[:3] if f.title))
    ground = grounds.pop() if len(grounds) == 1 else Ground.CLAIM
    return Content(ground, reason, items or (PassedOver("the event", "no finding stands in it"),))


def _items(number: int, finding: _Finding) -> Iterator[Item]:
    where = f"finding {number}"
    if finding.is_sample:
        yield PassedOver(where, "it is a sample")
    elif finding.done:
        yield PassedOver(where, f"it is {finding.done.lower()} at Security Hub")
    elif not finding.keys:
        yield PassedOver(where, "it names no key")
    else:
        yield from keys_named(where, finding.keys)


def _finding(one: Any) -> _Finding:
    return _asff(one) if at(one, "ProductArn") is not None else _ocsf(one)


def _asff(one: Any) -> _Finding:
    """https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html"""
    keys: list[str] = []
    for resource in rows_at(one, "Resources"):
        if text_at(resource, "Type") in _TYPES:
            keys += [text_at(resource, "Details", "AwsIamAccessKey", "AccessKeyId"), text_at(resource, "Id")]
    state = text_at(one, "Workflow", "Status")
    archived = "archived" if text_at(one, "RecordState") == "ARCHIVED" else ""
    types = tuple(t for t in rows_at(one, "Types") if isinstance(t, str))
    return _Finding(
        text_at(one, "ProductArn"), types, text_at(one, "Title"), _named(keys), state if state in _DONE else archived
    )


def _ocsf(one: Any) -> _Finding:
    """https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-v2-cwe-event-formats.html"""
    keys = [text_at(r, "uid") for r in rows_at(one, "resources") if text_at(r, "type") in _TYPES]
    state = text_at(one, "status").lower()
    types = tuple(t for t in rows_at(one, "finding_info", "types") if isinstance(t, str))
    return _Finding(
        text_at(one, "metadata", "product", "uid"),
        types,
        text_at(one, "finding_info", "title"),
        _named(keys),
        state if state in _TOLD else "",
    )


def _named(ids: list[str]) -> tuple[str, ...]:
    """A sample names a key that cannot be one."""
    found = (_ID.fullmatch(i) for i in ids)
    generated = [i for i in ids if "GeneratedFinding" in i]
    return tuple(dict.fromkeys([*(m.group(1) for m in found if m), *generated]))


KIND = Kind(
    id="security_hub",
    title="Security Hub: findings about a key",
    source="aws.securityhub",
    detail_types=frozenset({"Security Hub Findings - Imported", "Findings Imported V2"}),
    references=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-v2-cwe-event-formats.html",
    ),
    read=_read,
)
