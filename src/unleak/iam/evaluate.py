"""Decides a request as AWS does.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from dataclasses import dataclass, field
from enum import StrEnum

from unleak.iam.policy import Context, Policy

IDENTITY, RESOURCE = "identity-based policy", "resource-based policy"
BOUNDARY, SESSION = "permissions boundary", "session policy"
LIMIT, ORGANISATION = "limiting policy", "service control policy"


class Decision(StrEnum):
    """The names are those of the IAM policy simulator."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource. Context keys in lower case; a key that the request does not carry is left out."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """What binds a caller. `identity` and `resource` may each grant; every one of `limits` (permissions boundary,
    session policy) and every level of the `organisation` must allow as well. An explicit deny anywhere is final.

    `resource` holds only statements that name this caller. Within one account such a grant is enough by itself, and is
    not limited by a boundary or a session policy when it names the session or user directly: `resource_is_direct`. The
    organisation limits it all the same. `limit_kinds` name the limits in their order, for who is told.
    """

    identity: tuple[Policy, ...] = ()
    limits: tuple[tuple[Policy, ...], ...] = ()
    resource: tuple[Policy, ...] = ()
    resource_is_direct: bool = False
    organisation: tuple[tuple[Policy, ...], ...] = ()
    limit_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """The decision and the policy that made it (empty for an implicit deny). `kind`: in AWS's words, what sort of
    policy denied, or did not allow.
    """

    decision: Decision
    by: str = ""
    kind: str = ""

    @property
    def allowed(self) -> bool:
        return self.decision is Decision.ALLOWED


def evaluate(request: Request, policies: Policies) -> Ruling:
    identity, resource = _alone(policies.identity, request), _alone(policies.resource, request)
    limits = [_alone(limit, request) for limit in policies.limits]
    organisation = [_alone(level, request) for level in policies.organisation]
    names = [*policies.limit_kinds, *[LIMIT] * len(limits)]
    for kind, ruling in (
        (IDENTITY, identity), (RESOURCE, resource), *zip(names, limits, strict=False),
        *((ORGANISATION, level) for level in organisation),
    ):  # fmt: skip
        if ruling.decision is Decision.EXPLICIT_DENY:
            return Ruling(ruling.decision, ruling.by, kind)
    if not all(ruling.allowed for ruling in organisation):
        return Ruling(Decision.IMPLICIT_DENY, kind=ORGANISATION)
    if not (resource.allowed and policies.resource_is_direct):
        for kind, ruling in zip(names, limits, strict=False):
            if not ruling.allowed:
                return Ruling(Decision.IMPLICIT_DENY, kind=kind)
    return resource if resource.allowed else identity


def _alone(policies: tuple[Policy, ...], request: Request) -> Ruling:
    """What these policies say of the request by themselves."""
    action, resource, context = request.action.lower(), request.resource, request.context
    granted = None
    for policy in policies:
        for statement in policy.naming(action):
            denies = statement.effect == "Deny"
            if (denies or granted is None) and statement.covers(resource, context):
                by = policy.name or statement.sid or statement.effect
                if denies:
                    return Ruling(Decision.EXPLICIT_DENY, by)
                granted = Ruling(Decision.ALLOWED, by)
    return granted or Ruling(Decision.IMPLICIT_DENY)
