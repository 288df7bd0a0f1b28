"""Which of AWS's events tell of a leaked key, as rules of EventBridge: what `intake/aws_events` reads, and no more.

A rule at home delivers. Elsewhere, and in members, it hands the event on to our bus at home, where one more rule
delivers what comes in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from unleak.intake.aws_events import guardduty_finding, health_exposure, quarantine_attached
from unleak.intake.aws_events.kind import Kind
from unleak.setup.asked import Asked
from unleak.setup.responder import document, statement
from unleak.setup.things import Bus, Document, Role, Rule, Target, Thing, Where

BUS, FORWARDS = "unleak", "unleak-forwards"
_PUTS = ["events:PutEvents"]


@dataclass(frozen=True, slots=True)
class Watched:
    """`narrow` is what of the kind's events is wanted. `only_home`: it happens nowhere else."""

    name: str
    text: str
    kind: Kind
    narrow: Document
    only_home: bool = False

    @property
    def pattern(self) -> Document:
        wanted: dict[str, object] = {"source": [self.kind.source], "detail-type": sorted(self.kind.detail_types)}
        return {**wanted, "detail": self.narrow} if self.narrow else wanted


def watched(partition: str) -> tuple[Watched, ...]:
    """AWS Health tells of IAM in us-east-1, and again in us-west-2; CloudTrail in us-east-1 only; GuardDuty where it
    looks.

    https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html
    """
    quarantine = f"arn:{partition}:iam::aws:policy/AWSCompromisedKeyQuarantine"
    attached = {
        "eventSource": ["iam.amazonaws.com"],
        "eventName": ["AttachUserPolicy"],
        "requestParameters": {"policyArn": [{"prefix": quarantine}]},
    }
    return (
        Watched("health", "AWS Health saw a key exposed or abused", health_exposure.KIND,
                {"eventTypeCode": sorted(health_exposure.CODES)}),
        Watched("guardduty", "GuardDuty saw a key used as a thief would", guardduty_finding.KIND, {}),
        Watched("quarantine", "AWS attached its quarantine to a user", quarantine_attached.KIND, attached,
                only_home=True),
    )  # fmt: skip


def delivering(asked: Asked, target: Target) -> Iterator[Rule]:
    """At home, from the account's own bus, and what was handed on to ours."""
    every = watched(asked.partition)
    for one in every:
        yield Rule(_id(one), f"unleak-{one.name}", one.text, one.pattern, target)
    sources = {"source": sorted({one.kind.source for one in every})}
    yield Rule("HandedOnRule", "unleak-handed-on", "What other regions and members hand on", sources, target, "Bus")


def forwarding(asked: Asked, hub: str, *, at_home: bool) -> Iterator[Thing]:
    """To our bus at home, in the account that `hub` says. `at_home`: from home as well, as a member does."""
    bus = f"arn:{asked.partition}:events:{asked.home}:{hub}:event-bus/{BUS}"
    own = {"hands-on": document(statement("Allow", _PUTS, bus))}
    yield Role("Forwards", FORWARDS, "What EventBridge hands events on with", of_eventbridge(), own)
    target = Target(bus, f"arn:{asked.partition}:iam::<Account>:role/{FORWARDS}")
    for one in watched(asked.partition):
        name = f"unleak-hands-on-{one.name}"
        if at_home:
            yield Rule(_id(one), name, one.text, one.pattern, target, after=("Forwards",))
        if not one.only_home:
            away = f"HandsOn{one.name.capitalize()}"
            yield Rule(away, name, one.text, one.pattern, target, where=Where.ELSEWHERE)


def of_eventbridge() -> Document:
    """Who may assume a role that rules of this account use.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-manage-iam-access.html
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "<Account>"}},
        }
    )


def bus(asked: Asked) -> Bus:
    """Of an organisation, every member may put events on it. The rule takes AWS's own only, which nobody else can put.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """
    if not asked.organization:
        return Bus("Bus", BUS)
    own = f"arn:{asked.partition}:events:{asked.home}:<Account>:event-bus/{BUS}"
    inside = {"StringEquals": {"aws:PrincipalOrgID": "<OrganizationId>"}}
    return Bus("Bus", BUS, statement("Allow", _PUTS, own, Sid="Members", Principal="*", Condition=inside))


def _id(one: Watched) -> str:
    return f"{one.name.capitalize()}Rule"
