"""The body of a message in a queue of SQS → what it says: an event as EventBridge put it there, or SNS did.

A queue has no signatures. Whoever may send to it can say anything in AWS's name: its policy must let nobody but
EventBridge, or the topic.
"""

from collections.abc import Collection

from unleak.intake.aws_events import heard_of
from unleak.intake.body import id_of, json_of
from unleak.intake.notice import Heard
from unleak.intake.senders.sns import event_in
from unleak.intake.sns_envelope import NOTIFICATION, envelope_of, is_envelope


def from_queue(body: bytes, topics: Collection[str]) -> Heard:
    """Raises Refused. `topics` are those whose messages are taken from the queue. SQS may deliver twice: same `id`."""
    value = json_of(body)
    if not is_envelope(value):
        return heard_of(value, id_of("queue", body), "SQS")
    envelope = envelope_of(value, topics)
    event = event_in(envelope) if envelope.type == NOTIFICATION else None
    return heard_of(event, envelope.id, "SNS and SQS")
