"""Whether a principal may make a call, as the view that has reached it says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from unleak.iam.evaluate import BOUNDARY, SESSION, Decision, Policies, Request, Ruling, evaluate
from unleak.iam.policy import Context, Policy, Statement, parse_policy
from unleak.model.clock import stamp
from unleak.standin.needs import Need
from unleak.standin.organization import membership_of
from unleak.standin.principals import AccountView, Kind, Principal
from unleak.standin.resource_policies import (
    OnResource,
    account_names,
    denying,
    granting,
    named,
    on_resource,
    own_names,
)

_EVERYTHING = (
    parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
)
# Whoever has a thing of this name already does not come into it.
_OF_NOTHING_YET = frozenset({"s3:CreateBucket", "sqs:CreateQueue", "sns:CreateTopic"})
# Whatever a bucket's policy says, its account's root user can put it right.
_ROOT_REPAIRS = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})
_SESSION_TOKEN_STS = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})
_FEDERATED_STS = frozenset({"sts:GetCallerIdentity"})


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal in the circumstances of one request."""

    principal: Principal
    view: AccountView
    address: str
    agent: str
    region: str
    now: datetime
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Denial:
    action: str
    resource: str
    ruling: Ruling


def first_denial(needs: Iterable[Need], caller: Caller) -> Denial | None:
    """None when every permission is granted. The trust policy of a role is asked elsewhere."""
    for need in needs:
        if (ruling := rule(need, caller)).decision is not Decision.ALLOWED:
            return Denial(need.action, need.resource, ruling)
    return None


def rule(need: Need, caller: Caller) -> Ruling:
    p = caller.principal
    if never_with_this_session(need.action, p):
        return Ruling(Decision.IMPLICIT_DENY)
    held = on_resource(need.resource, p.account) if need.action not in _OF_NOTHING_YET else None
    request = Request(need.action, need.resource, {**context_of(caller), **need.context})
    return _ruled(request, p, policies_of(p, caller.view), held)


def _ruled(request: Request, p: Principal, own: Policies, held: OnResource | None) -> Ruling:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""
    if held is None:
        return evaluate(request, own)
    if p.kind is Kind.ROOT and held.account == p.account and request.action in _ROOT_REPAIRS:
        return evaluate(request, own)
    denied = denying(held.policy, p)
    direct, role = (granting(held.policy, names) for names in (own_names(p), {p.source_arn, "*"}))
    account = granting(held.policy, account_names(p.account)) if p.account else []
    foreign = p.account != held.account
    if foreign or held.delegates:
        theirs = Policies(identity=_said(held, [*denied, *direct, *role]), organisation=_resource_control(held))
        invited = evaluate(request, theirs)
        if invited.allowed and not foreign and p.kind is not Kind.ANONYMOUS:
            return evaluate(request, replace(own, resource=theirs.identity, resource_is_direct=bool(direct)))
        if not invited.allowed:
            invited = evaluate(request, replace(theirs, identity=_said(held, [*denied, *account])))
        if not invited.allowed or p.kind is Kind.ANONYMOUS:
            return invited
        return evaluate(request, own)
    own = replace(own, organisation=(*own.organisation, *_resource_control(held)))
    by_itself = evaluate(request, replace(own, resource=_said(held, [*denied, *direct]), resource_is_direct=True))
    if by_itself.allowed or by_itself.decision is Decision.EXPLICIT_DENY:
        return by_itself
    return evaluate(request, replace(own, resource=_said(held, [*denied, *role])))


def _said(held: OnResource, statements: list[Statement]) -> tuple[Policy, ...]:
    return (Policy(tuple(statements), held.policy.name),)


def _resource_control(held: OnResource) -> tuple[tuple[Policy, ...], ...]:
    """What the organisation of the resource says of whoever comes."""
    member = membership_of(held.account)
    return member.resource_control if member else ()


def never_with_this_session(action: str, principal: Principal) -> bool:
    """GetSessionToken: no IAM without MFA, and of STS two calls. GetFederationToken: no IAM, and of STS one call.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    if not principal.is_session or principal.kind is Kind.ROLE or _is_free(principal):
        return False
    if action.startswith("iam:"):
        return action != "iam:PassRole" and principal.mfa_at is None
    allowed = _FEDERATED_STS if principal.kind is Kind.FEDERATED else _SESSION_TOKEN_STS
    return action.startswith("sts:") and action not in allowed


def _is_free(p: Principal) -> bool:
    """A session of AssumeRoot, which a task's policy limits, and one of the console."""
    return p.of_console or (p.kind is Kind.ROOT and p.session_policies is not None)


def policies_of(principal: Principal, view: AccountView) -> Policies:
    """A user or role that is gone has no permissions left. Root may everything that its organisation allows."""
    member = membership_of(principal.account) if principal.account else None
    organisation = member.service_control if member else ()
    if principal.kind is Kind.ROOT:
        # The policies of root tasks do nothing but deny.
        return Policies(identity=(*_EVERYTHING, *(principal.session_policies or ())), organisation=organisation)
    if principal.source_id == principal.account and principal.kind is Kind.FEDERATED:
        return Policies(identity=_EVERYTHING, limits=(principal.session_policies or (),), organisation=organisation)
    holder = view.holder(principal.source_id)
    if holder is None:
        return Policies(organisation=organisation)
    limits = [(holder.boundary, BOUNDARY), (principal.session_policies, SESSION)]
    given = [(limit, kind) for limit, kind in limits if limit is not None]
    return Policies(
        identity=holder.policies,
        limits=tuple(limit for limit, _ in given),
        organisation=organisation,
        limit_kinds=tuple(kind for _, kind in given),
    )


def context_of(caller: Caller) -> dict[str, str | tuple[str, ...]]:
    """The global condition keys of a request, in lower case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    p = caller.principal
    if p.kind is Kind.ANONYMOUS:
        return {k: v for k, v in _of_request(caller).items() if v}
    found: dict[str, str | tuple[str, ...]] = {
        **_of_request(caller),
        "aws:principalarn": principal_arn(p),
        "aws:principalaccount": p.account,
        "aws:principaltype": {Kind.USER: "User", Kind.ROOT: "Account"}.get(p.kind, p.kind.value),
        "aws:userid": p.unique_id,
        "aws:viaawsservice": "false",
        "aws:principalisawsservice": "false",
    }
    found |= {f"aws:principaltag/{k.lower()}": v for k, v in {**_tags_of(caller), **p.tags}.items()}
    member = membership_of(p.account)
    if member is not None:
        found["aws:principalorgid"], found["aws:principalorgpaths"] = member.id, member.path
    if p.kind is Kind.USER:
        found["aws:username"] = p.name
    if p.kind is Kind.ROOT and p.session_policies:  # as AssumeRoot makes them
        found["aws:assumedroot"] = "true"
    if p.issued_at is not None:
        found["aws:tokenissuetime"] = stamp(p.issued_at)
        found["aws:multifactorauthpresent"] = "true" if p.mfa_at else "false"
    if p.mfa_at is not None:
        found["aws:multifactorauthage"] = str(int((caller.now - p.mfa_at).total_seconds()))
    return found


def _of_request(caller: Caller) -> dict[str, str]:
    return {
        "aws:sourceip": caller.address,
        "aws:useragent": caller.agent,
        "aws:requestedregion": caller.region,
        "aws:currenttime": stamp(caller.now),
        "aws:epochtime": str(int(caller.now.timestamp())),
        "aws:securetransport": "true" if caller.secure else "false",
    }


def _tags_of(caller: Caller) -> Mapping[str, str]:
    holder = caller.view.holder(caller.principal.source_id)
    return holder.tags if holder is not None else {}


def principal_arn(p: Principal) -> str:
    """The role's ARN for its sessions; the federated user's own for GetFederationToken."""
    return p.source_arn if p.kind is Kind.ROLE else p.arn


def trusts(trust: Policy, caller: Caller, context: Context, action: str = "sts:AssumeRole") -> bool:
    """Whether a role's trust policy lets this caller in; naming the account lets in whom its own policies let."""
    request = {**context_of(caller), **context}
    matching = [s for s in trust.statements if _names(s, caller.principal) and s.applies(action.lower(), "*", request)]
    return any(s.effect == "Allow" for s in matching) and not any(s.effect == "Deny" for s in matching)


def _names(statement: Statement, p: Principal) -> bool:
    account = f"arn:aws:iam::{p.account}:root"
    return any(n in {"*", p.account, account, p.arn, principal_arn(p)} for n in named(statement))


def naming(trust: Policy, arn: str) -> Policy:
    """The part of a trust policy that names this very ARN."""
    return Policy(tuple(s for s in trust.statements if arn in named(s)), trust.name)
