"""Who can be become from here in one step: roles, users, and oneself in another group."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unleak.iam.account import AccountDetails, Holder, Kind
from unleak.iam.actor import EVERYTHING, Actor
from unleak.iam.starts import STARTS, Start
from unleak.iam.trust import ASSUME, Trusts
from unleak.iam.way import Step

# A password is set for whoever has none, and changed for whoever has one; the details do not tell.
_OF_USERS = (
    ("iam:CreateAccessKey", "makes a key for it", ()),
    ("iam:CreateLoginProfile", "gives it a password for the console", ("if it has no password yet",)),
    ("iam:UpdateLoginProfile", "changes its password for the console", ("if it has a password",)),
)
_RETRUST, _PASS, _JOIN = "iam:UpdateAssumeRolePolicy", "iam:PassRole", "iam:AddUserToGroup"
_PROFILE = ("iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile")


ASKED = (ASSUME, _RETRUST, _PASS, _JOIN, *_PROFILE, *(action for action, _, _ in _OF_USERS))
Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Takeover:
    """The step, and whom it leads to; `joined`: the same user, as a member of this group."""

    step: Step
    holder: Holder
    joined: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.holder.arn, self.joined


def takeovers(actor: Actor, details: AccountDetails, trusts: Trusts, wanted: Wanted) -> Iterator[Takeover]:
    """`wanted`: whether another way to this ARN is of use."""
    yield from _assumed(actor, trusts, wanted)
    yield from _retrusted(actor, details, wanted)
    yield from _passed(actor, trusts, wanted)
    yield from _users(actor, details, wanted)
    yield from _groups(actor, details)


def _assumed(actor: Actor, trusts: Trusts, wanted: Wanted) -> Iterator[Takeover]:
    for role in trusts.open_to(actor):
        if wanted(role.arn) and (invitation := trusts.invitation(role, actor)):
            yield Takeover(
                Step(actor.arn, (ASSUME,), role.arn, invitation.words, invitation.grant.conditions),
                role,
            )


def _retrusted(actor: Actor, details: AccountDetails, wanted: Wanted) -> Iterator[Takeover]:
    """Whoever writes the trust can name itself in it, and then needs no other permission."""
    if not actor.names(_RETRUST):
        return
    is_user = actor.holder.kind is Kind.USER
    for role in actor.candidates(_RETRUST, details.roles):
        fixed = role.is_aws_own or not wanted(role.arn)
        written = None if fixed else actor.allows(_RETRUST, role.arn)
        if written and actor.invited(ASSUME, role.arn, (EVERYTHING,), direct=is_user):
            step = Step(actor.arn, (_RETRUST, ASSUME), role.arn, "has it trust itself", written.conditions)
            yield Takeover(step, role)


def _passed(actor: Actor, trusts: Trusts, wanted: Wanted) -> Iterator[Takeover]:
    passes = actor.names(_PASS)
    for start in STARTS:
        roles = trusts.by_service.get(f"{start.service}.amazonaws.com")
        if not roles or not (start.existing or passes) or not all(map(actor.names, start.actions)):
            continue
        conditions = actor.somewhere(start.actions)
        if conditions is None:
            continue
        for role in roles.values() if start.existing else actor.candidates(_PASS, roles):
            if wanted(role.arn) and (step := _started(actor, start, role, conditions)):
                yield Takeover(step, role)


def _started(actor: Actor, start: Start, role: Holder, conditions: tuple[str, ...]) -> Step | None:
    if role.is_aws_own:
        return None
    if start.existing:
        if start.service == "ec2" and not role.profiles:
            return None
        there = f"if {start.existing} runs with it"
        return Step(actor.arn, start.actions, role.arn, start.how, (there, *conditions))
    service = f"{start.service}.amazonaws.com"
    grant = actor.allows(_PASS, role.arn, {"iam:passedtoservice": service})
    if grant is None:
        return None
    actions = (_PASS, *start.actions)
    if start.service == "ec2" and not role.profiles:
        made = actor.somewhere(_PROFILE)
        if made is None:
            return None
        actions, conditions = (*_PROFILE, *actions), (*made, *conditions)
    return Step(actor.arn, actions, role.arn, start.how, tuple(dict.fromkeys((*conditions, *grant.conditions))))


def _users(actor: Actor, details: AccountDetails, wanted: Wanted) -> Iterator[Takeover]:
    for action, how, unless in _OF_USERS:
        if not actor.names(action):
            continue
        for user in actor.candidates(action, details.users):
            if wanted(user.arn) and (grant := actor.allows(action, user.arn)):
                yield Takeover(Step(actor.arn, (action,), user.arn, how, (*unless, *grant.conditions)), user)


def _groups(actor: Actor, details: AccountDetails) -> Iterator[Takeover]:
    """The group is the resource of the call."""
    if actor.holder.kind is not Kind.USER or actor.joined or not actor.names(_JOIN):
        return
    for group in actor.candidates(_JOIN, {g.arn: g for g in details.groups.values()}):
        if group.name not in actor.groups and (grant := actor.allows(_JOIN, group.arn)):
            step = Step(actor.arn, (_JOIN,), group.arn, "joins it", grant.conditions)
            yield Takeover(step, actor.holder, group.name)
