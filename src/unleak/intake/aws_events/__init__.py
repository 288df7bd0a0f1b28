"""AWS's events, as EventBridge writes them → what they say of keys. One file a kind, whichever way they come."""

from typing import Any

from unleak.intake.aws_events import guardduty_finding, health_exposure, quarantine_attached, security_hub
from unleak.intake.aws_events.kind import Content, Kind, passed, where
from unleak.intake.notice import Heard
from unleak.intake.scanner_reports import report_of
from unleak.intake.scanner_reports.fields import text_at
from unleak.intake.words import said
from unleak.model.alert import Ground

KINDS: tuple[Kind, ...] = (
    health_exposure.KIND,
    guardduty_finding.KIND,
    security_hub.KIND,
    quarantine_attached.KIND,
)

_SERVICES = {
    "aws.health": "AWS Health",
    "aws.guardduty": "GuardDuty",
    "aws.securityhub": "Security Hub",
    "aws.iam": "CloudTrail",
}


def heard_of(event: Any, message_id: str, way: str) -> Heard:
    """Raises nothing: what is no event that names a key, is passed over. `way` is how it came, in words."""
    kind = next((k for k in KINDS if k.recognises(event)), None)
    content = kind.read(event) if kind else Content(Ground.CLAIM, "", passed("the event", _what(event)))
    sender = _SERVICES[kind.source] if kind else "an event"
    who = ", ".join(filter(None, (sender, where(event))))
    report = report_of(f"{sender} by {way}", content.items)
    return Heard(
        message_id,
        who,
        content.ground,
        report.found,
        passed_over=report.passed_over,
        reason=content.reason,
    )


def _what(event: Any) -> str:
    source, kind = said(text_at(event, "source"), 60), said(text_at(event, "detail-type"), 60)
    return f"{kind} of {source} is none that names a leaked key" if source and kind else "it is no event of EventBridge"
