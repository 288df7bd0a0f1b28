"""Events of AWS that EventBridge posts to an API destination. What each is worth, its kind says: `aws_events`.

Nothing is signed: who knows the connection's secret can say anything in AWS's name.
"""

from unleak.intake.aws_events import heard_of
from unleak.intake.body import id_of, json_of
from unleak.intake.notice import Access, Heard, Message, Sender
from unleak.intake.shared_secret import NEEDS, TAKES, check_shown


def _hear(message: Message, access: Access) -> Heard:
    check_shown(message.headers, access)
    return heard_of(json_of(message.body), id_of("eventbridge", message.body), "EventBridge")


SENDER = Sender(
    id="eventbridge",
    title="AWS's events by EventBridge",
    needs=NEEDS,
    takes=TAKES,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html",
    ),
    hear=_hear,
)
