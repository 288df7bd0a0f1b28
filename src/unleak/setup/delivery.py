"""Where the events go: to the service, or into a queue that it reads. What cannot be delivered is kept in another."""

from collections.abc import Iterator

from unleak.setup.asked import SENDER, Asked
from unleak.setup.events import BUS, bus, delivering, of_eventbridge
from unleak.setup.responder import document, statement
from unleak.setup.service_url import hook_of
from unleak.setup.things import Destination, Document, Queue, Role, Rule, Setting, Target, Thing

QUEUE, DEAD_LETTERS, DELIVERS = "unleak", "unleak-dead-letters", "unleak-delivers"
API_KEY = Setting(
    "ApiKey", "What [hooks.eventbridge] of unleak.toml has as its secret", "[!-~]{16,512}", secret=True
)  # fmt: skip
_HEADER = "x-api-key"
_A_SECOND = 20


def delivery(asked: Asked) -> Iterator[Thing]:
    letters = "<DeadLetters.arn>"
    target = (
        Target("<Service.arn>", "<Delivers.arn>", letters) if asked.service_url else Target("<Queue.arn>", "", letters)
    )
    rules = tuple(delivering(asked, target))
    yield Queue("DeadLetters", DEAD_LETTERS, _only_from(asked, DEAD_LETTERS, rules))
    yield bus(asked)
    if asked.service_url:
        yield from _service(asked)
    else:
        yield Queue("Queue", QUEUE, _only_from(asked, QUEUE, rules))
    yield from rules


def queue_read(asked: Asked) -> str:
    """The ARN of the queue that the service reads; none where it is posted to."""
    return "" if asked.service_url else _queue_arn(asked, QUEUE)


def _service(asked: Asked) -> Iterator[Thing]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html"""
    yield Destination("Service", "unleak", hook_of(asked.service_url, SENDER), _HEADER, f"<{API_KEY.id}>", _A_SECOND)
    own = {"posts": document(statement("Allow", ["events:InvokeApiDestination"], "<Service.arn>"))}
    yield Role("Delivers", DELIVERS, "What EventBridge posts to the service with", of_eventbridge(), own)


def _only_from(asked: Asked, queue: str, rules: tuple[Rule, ...]) -> Document:
    """A queue has no signatures: nobody but our rules may put anything in, whatever their own policies allow."""
    arns = [_rule_arn(asked, rule) for rule in rules]
    send, arn = ["sqs:SendMessage"], _queue_arn(asked, queue)
    lets = statement("Allow", send, arn, Sid="OurRules", Principal={"Service": "events.amazonaws.com"},
                     Condition={"ArnEquals": {"aws:SourceArn": arns}})  # fmt: skip
    bars = statement("Deny", send, arn, Sid="NobodyElse", Principal="*",
                     Condition={"ArnNotEquals": {"aws:SourceArn": arns}})  # fmt: skip
    return document(lets, bars)


def _queue_arn(asked: Asked, name: str) -> str:
    return f"arn:{asked.partition}:sqs:{asked.home}:<Account>:{name}"


def _rule_arn(asked: Asked, rule: Rule) -> str:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html"""
    path = f"{BUS}/{rule.name}" if rule.bus else rule.name
    return f"arn:{asked.partition}:events:{asked.home}:<Account>:rule/{path}"
