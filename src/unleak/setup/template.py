"""The whole template: of one account, or of the management account of an organisation with all its members."""

from unleak.setup.asked import Asked
from unleak.setup.delivery import API_KEY, DEAD_LETTERS, QUEUE, delivery, queue_read
from unleak.setup.events import forwarding
from unleak.setup.responder import ORGANIZATION, RESPONDER, organization, responder
from unleak.setup.things import Setting, StackSet, Template

HUB = Setting("Hub", "The account that takes the events in", "[0-9]{12}")
ORGANIZATION_ID = Setting("OrganizationId", "The organization's id, as o-exampleorgid", "o-[a-z0-9]{10,32}")
UNITS = Setting("Units", "Organizational units to cover, or the root for all: ids, with commas", many=True)
REGIONS = Setting("Regions", "Where members look: home first, then where GuardDuty looks", many=True)


def template_of(asked: Asked) -> Template:
    settings = (API_KEY,) if asked.service_url else ()
    role = ORGANIZATION if asked.organization else RESPONDER
    outputs = {"RoleArn": f"arn:{asked.partition}:iam::<Account>:role/{role}"}
    if not asked.service_url:
        outputs["QueueUrl"] = _queue_url(asked, QUEUE)
    outputs["DeadLettersUrl"] = _queue_url(asked, DEAD_LETTERS)
    things = (*delivery(asked), *forwarding(asked, "<Account>", at_home=False))
    queue = queue_read(asked)
    if not asked.organization:
        return Template(_text(asked), asked.home, settings, (*responder(asked, queue), *things), outputs)
    settings = (*settings, ORGANIZATION_ID, UNITS, _regions(asked))
    return Template(
        _text(asked), asked.home, settings, (*organization(asked, queue), *things, _members(asked)), outputs
    )


def member_of(asked: Asked) -> Template:
    """What each member gets: the responder's role, and rules that hand on to the management account."""
    text = f"unleak in a member: the responder's role ({asked.home} only), and events that are handed on."
    things = (*responder(asked), *forwarding(asked, f"<{HUB.id}>", at_home=True))
    return Template(text, asked.home, (HUB,), things)


def _members(asked: Asked) -> StackSet:
    return StackSet(
        "Members",
        "unleak-members",
        "unleak in every member",
        member_of(asked),
        {HUB.id: "<Account>"},
        UNITS.id,
        REGIONS.id,
    )


def _text(asked: Asked) -> str:
    where = "the management account" if asked.organization else "an account"
    second = " and in us-west-2, where AWS Health repeats itself" if asked.partition == "aws" else ""
    return (
        f"unleak in {where}. Deploy it in {asked.home} first, where IAM's events are; then again wherever GuardDuty "
        f"looks{second}: there it hands events on to {asked.home}, and makes nothing else."
    )


def _regions(asked: Asked) -> Setting:
    default = "us-east-1,us-west-2" if asked.partition == "aws" else asked.home
    return Setting(REGIONS.id, REGIONS.text, default=default, many=True)


def _queue_url(asked: Asked, name: str) -> str:
    suffix = "amazonaws.com.cn" if asked.partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{asked.home}.{suffix}/<Account>/{name}"
