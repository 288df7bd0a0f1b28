"""AWS Health: AWS has seen a key in public, or its abuse, or suspects either.

All of it is AWS's word, on which AWS itself attaches its quarantine. The event's time is when AWS saw it, later than
the leak. Entities and metadata may both name keys; an event of many comes in pages, each with keys of its own.
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.aws_events.kind import Content, Kind, keys_named, passed
from unleak.intake.scanner_reports.fields import at, rows_at, text_at
from unleak.intake.words import address, said
from unleak.model.alert import Ground

_EXPOSED = "AWS_RISK_CREDENTIALS_EXPOSED"
CODES = {
    _EXPOSED,
    "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED",
    "AWS_RISK_CREDENTIALS_COMPROMISED",
    "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED",
    "AWS_RISK_IAM_QUARANTINE",
}
_PREFIXES = ("AKIA", "ASIA")


def _read(event: Any) -> Content:
    detail = at(event, "detail")
    code = text_at(detail, "eventTypeCode")
    if code not in CODES:
        return Content(Ground.CLAIM, said(code, 80), passed("the event", "AWS Health tells of something else"))
    keys = tuple(_keys(event, detail))
    user = said(text_at(detail, "eventMetadata", "userName"), 64)
    reason = f"{code}, user {user}" if user else code
    if not keys:
        why = "it names no key: look at the account's AWS Health and support cases"
        return Content(Ground.AWS, reason, passed(reason, why))
    url = address(text_at(detail, "eventMetadata", "exposedUrl"))
    return Content(Ground.AWS, reason, keys_named(reason, keys, url, public=True if code == _EXPOSED else None))


def _keys(event: Any, detail: Any) -> Iterator[str]:
    """What else is an entity, such as a user or a policy, is none."""
    named = [text_at(detail, "eventMetadata", "publicKey"), text_at(detail, "affectedAccount")]
    named += [text_at(one, "entityValue") for one in rows_at(detail, "affectedEntities")]
    named += [one for one in rows_at(event, "resources") if isinstance(one, str)]
    yield from (n for n in named if n.startswith(_PREFIXES))


KIND = Kind(
    id="health_exposure",
    title="AWS Health: credentials exposed or compromised",
    source="aws.health",
    detail_types=frozenset({"AWS Health Event"}),
    references=(
        "https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html",
        "https://github.com/aws/aws-health-tools/tree/master/automated-actions/AWS_RISK_CREDENTIALS_EXPOSED",
    ),
    read=_read,
)
