"""What SNS wraps a message in, read and named; and what of it is signed.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from unleak.intake.notice import Reason, Refused
from unleak.intake.scanner_reports.fields import text_at
from unleak.model.clock import parse_stamp

NOTIFICATION, CONFIRM, UNSUBSCRIBED = "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRM: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    UNSUBSCRIBED: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_MAY_LACK = {"Subject"}
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_TOPIC = re.compile(r"arn:(aws[a-z-]*):sns:([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """`host` is where the topic's own SNS is."""

    fields: Mapping[str, str] = field(repr=False)
    type: str
    topic: str
    host: str
    sent_at: datetime

    @property
    def id(self) -> str:
        """The same when SNS tries again, and whichever way it comes."""
        return f"sns:{self.fields['MessageId']}"

    @property
    def signed(self) -> bytes:
        """Names and values of what is signed, one a line, in the order of the alphabet."""
        named = [(n, self.fields[n]) for n in _SIGNED[self.type] if n in self.fields]
        return "".join(f"{name}\n{value}\n" for name, value in named).encode("utf-8", "surrogatepass")


def is_envelope(value: Any) -> bool:
    return isinstance(value, dict) and "TopicArn" in value and text_at(value, "Type") in _SIGNED


def envelope_of(value: Any, topics: Collection[str]) -> Envelope:
    """Raises Refused for what is no message of SNS, or is one of another topic."""
    if not is_envelope(value):
        raise Refused(Reason.NOT_UNDERSTOOD, "the body is no message of SNS", "switch raw message delivery off")
    fields = {name: text for name, text in value.items() if isinstance(text, str)}
    lacking = [n for n in _SIGNED[value["Type"]] if n not in fields and (n not in _MAY_LACK or value.get(n))]
    topic = _TOPIC.fullmatch(fields.get("TopicArn", ""))
    if lacking or topic is None or not _ID.fullmatch(fields["MessageId"]):
        raise Refused(Reason.NOT_UNDERSTOOD, "the message of SNS is damaged")
    if topic.string not in topics:
        raise Refused(Reason.UNKNOWN_KEY, "the message is of a topic that is not configured", "name it in `topics`")
    try:
        sent_at = parse_stamp(fields["Timestamp"]).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(Reason.NOT_UNDERSTOOD, "the message of SNS is damaged: it has no time") from None
    suffix = ".cn" if topic.group(1) == "aws-cn" else ""
    return Envelope(fields, value["Type"], topic.string, f"sns.{topic.group(2)}.amazonaws.com{suffix}", sent_at)


def topics_in(text: str) -> frozenset[str]:
    """Separated by commas or spaces."""
    return frozenset(re.split(r"[,\s]+", text.strip())) - {""}
