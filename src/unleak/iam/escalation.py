"""How somebody's rights can be rewritten: one's own, or those of another principal that can be become.

After Spencer Gietzen's list of IAM privilege escalation methods (2018) and its successors.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from unleak.iam.account import AccountDetails, Holder, Kind
from unleak.iam.actor import Actor, Cast, Standing, attaching
from unleak.iam.way import Step

T = TypeVar("T")
REWRITE = "iam:CreatePolicyVersion"
_SWITCH = "iam:SetDefaultPolicyVersion"
_WRITES = {
    Kind.USER: (("iam:PutUserPolicy", "writes {} any permission"), ("iam:AttachUserPolicy", "gives {} any policy")),
    Kind.ROLE: (("iam:PutRolePolicy", "writes {} any permission"), ("iam:AttachRolePolicy", "gives {} any policy")),
    Kind.GROUP: (("iam:PutGroupPolicy", "writes {} any permission"), ("iam:AttachGroupPolicy", "gives {} any policy")),
}
_UNBOUND = {
    Kind.USER: ("iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
    Kind.ROLE: ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
}

ASKED = (
    REWRITE,
    _SWITCH,
    *(action for writes in _WRITES.values() for action, _ in writes),
    *(action for actions in _UNBOUND.values() for action in actions),
)


def rewritable(whom: Actor, details: AccountDetails) -> set[str]:
    """The ARNs of everything that `rewrites` may change."""
    groups = (details.groups[name].arn for name in whom.groups if name in details.groups)
    return {whom.arn, *groups, *(arn for arn, _ in managed_of(whom, details))}


def may_rewrite(actor: Actor, targets: Mapping[str, T]) -> Iterator[T]:
    """Of `targets` by ARN, those that are worth looking at with `rewrites`: few, for most."""
    for action in (REWRITE, *(action for writes in _WRITES.values() for action, _ in writes)):
        if actor.names(action):
            yield from actor.candidates(action, targets)


def rewrites(actor: Actor, whom: Actor, details: AccountDetails) -> Iterator[Step]:
    """Steps by which `actor` gives `whom` any permission: on its own policies, its groups, managed policies of both."""
    target = whom.holder
    if not target.is_aws_own:
        who = "itself" if target.arn == actor.arn else target.label
        yield from _written(actor, target, who)
    for name in whom.groups:
        if group := details.groups.get(name):
            yield from _written(actor, group, group.label)
    if actor.names(REWRITE):
        yield from _versions(actor, whom, details)


def _written(actor: Actor, target: Holder, who: str) -> Iterator[Step]:
    for action, how in _WRITES[target.kind]:
        if actor.names(action):
            more = {**_bounded_by(target), **(attaching(target) if ":Attach" in action else {})}
            if grant := actor.allows(action, target.arn, more):
                yield Step(actor.arn, (action,), target.arn, how.format(who), grant.conditions)


def _versions(actor: Actor, whom: Actor, details: AccountDetails) -> Iterator[Step]:
    for arn, where in managed_of(whom, details):
        held = details.managed.get(arn)
        if (held is None or not held.is_aws_own) and (grant := actor.allows(REWRITE, arn)):
            yield Step(actor.arn, (REWRITE,), arn, f"rewrites the policy, which {where} has", grant.conditions)


def managed_of(whom: Actor, details: AccountDetails) -> Iterator[tuple[str, str]]:
    """Managed policies that the principal has, itself or by a group, and who has them."""
    yield from ((arn, whom.holder.label) for arn in whom.holder.attached)
    for name in whom.groups:
        if group := details.groups.get(name):
            yield from ((arn, group.label) for arn in group.attached)


@dataclass(frozen=True, slots=True)
class Switch:
    """Another version of a policy, and what the principal is with it."""

    step: Step
    standing: Standing


def switches(actor: Actor, standing: Standing, cast: Cast) -> Iterator[Switch]:
    """Older versions are kept, and often wider. Those with which it stands no higher are left out."""
    if not actor.names(_SWITCH):
        return
    for arn, where in managed_of(actor, cast.details):
        held = cast.details.managed.get(arn)
        if held is None or held.is_aws_own:
            continue
        grant = actor.allows(_SWITCH, arn)
        for version in held.versions if grant else ():
            after = cast.switched(actor, arn, version) if version != held.default else None
            if grant and after and (risen := after.standing()[0]) > standing:
                how = f"goes back to its version {version}, which {where} then has"
                yield Switch(Step(actor.arn, (_SWITCH,), arn, how, grant.conditions), risen)


def unbinds(by: Actor, whom: Holder, details: AccountDetails) -> Step | None:
    """How `by` frees `whom` of its permissions boundary."""
    if not whom.boundary or whom.is_aws_own:
        return None
    limitless = {"iam:permissionsboundary": attaching(whom)["iam:policyarn"]}
    delete, put = _UNBOUND[whom.kind]
    found: tuple[tuple[str, str, dict[str, str], str], ...] = (
        (delete, whom.arn, _bounded_by(whom), "removes its boundary"),
        (put, whom.arn, limitless, "changes its boundary to one that limits nothing"),
        (REWRITE, whom.boundary, {}, "rewrites its boundary"),
    )
    for action, on, context, how in found:
        fixed = action == REWRITE and (held := details.managed.get(on)) is not None and held.is_aws_own
        if not fixed and by.names(action) and (grant := by.allows(action, on, context)):
            return Step(by.arn, (action,), on, how, grant.conditions)
    return None


def _bounded_by(holder: Holder) -> dict[str, str]:
    """What a request that changes the policies of a user or role carries.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    return {"iam:permissionsboundary": holder.boundary} if holder.boundary else {}
