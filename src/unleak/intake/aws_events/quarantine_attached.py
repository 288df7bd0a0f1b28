"""CloudTrail: AWS attached its quarantine to a user, in that user's name.

The call is AWS's where it came from inside AWS and was made as the very user that it restricts; its key, where one is
named, is the one that AWS quarantined. A person, or unleak, that attaches the policy calls from elsewhere. An event
without a key names a user only: that is told, since which of its keys leaked is for a person to say.
"""

import re
from typing import Any

from unleak.intake.aws_events.kind import Content, Kind, keys_named, passed
from unleak.intake.scanner_reports.fields import at, text_at
from unleak.intake.words import account, said
from unleak.model.alert import Ground

_POLICY = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(AWSCompromisedKeyQuarantine[A-Za-z0-9]{0,20})")
_INSIDE = "AWS Internal"


def _read(event: Any) -> Content:
    detail = at(event, "detail")
    policy = _POLICY.fullmatch(text_at(detail, "requestParameters", "policyArn"))
    if text_at(detail, "eventName") != "AttachUserPolicy" or policy is None:
        return Content(Ground.CLAIM, "", passed("the event", "it is another call than AWS's quarantine"))
    user, of = text_at(detail, "requestParameters", "userName"), account(text_at(detail, "recipientAccountId"))
    reason = f"{policy.group(1)} attached to user {said(user, 64)}" + (f" of account {of}" if of else "")
    if text_at(detail, "errorCode"):
        return Content(Ground.CLAIM, reason, passed(reason, "the call was refused"))
    if not _is_of_aws(detail, user):
        return Content(Ground.CLAIM, reason, passed(reason, "somebody did so, not AWS"))
    key = text_at(detail, "userIdentity", "accessKeyId")
    if not key:
        return Content(Ground.AWS, reason, passed(reason, "which of its keys leaked is not said: respond with --user"))
    return Content(Ground.AWS, reason, keys_named(reason, [key]))


def _is_of_aws(detail: Any, user: str) -> bool:
    inside = _INSIDE in {text_at(detail, "sourceIPAddress"), text_at(detail, "userIdentity", "invokedBy")}
    return inside and bool(user) and text_at(detail, "userIdentity", "userName") == user


KIND = Kind(
    id="quarantine_attached",
    title="CloudTrail: AWS's quarantine attached to a user",
    source="aws.iam",
    detail_types=frozenset({"AWS API Call via CloudTrail"}),
    references=(
        "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html",
    ),
    read=_read,
)
