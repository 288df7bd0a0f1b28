"""Whether a principal may make a call, as the view that has reached it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unleak.iam.evaluate import Decision, Policies, Request, Ruling, evaluate
from unleak.iam.policy import Policy, Statement, as_tuple
from unleak.model.clock import stamp
from unleak.standin.actions import Need, needs_of
from unleak.standin.principals import AccountView, Kind, Principal
from unleak.standin.request import ApiCall

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


@dataclass(frozen=True, slots=True)
class Denial:
    action: str
    resource: str
    ruling: Ruling


def authorize(call: ApiCall, caller: Caller) -> Denial | None:
    """None when every permission that the call needs is granted. The trust policy of a role is asked elsewhere."""
    for need in needs_of(call, caller.principal, caller.view):
        if (ruling := rule(need, caller)).decision is not Decision.ALLOWED:
            return Denial(need.action, need.resource, ruling)
    return None


def rule(need: Need, caller: Caller) -> Ruling:
    principal = caller.principal
    if never_with_this_session(need.action, principal):
        return Ruling(Decision.IMPLICIT_DENY)
    if principal.kind is Kind.ROOT:
        return Ruling(Decision.ALLOWED, "root")
    request = Request(need.action, need.resource, {**context_of(caller), **need.context})
    return evaluate(request, policies_of(principal, caller.view))


def never_with_this_session(action: str, principal: Principal) -> bool:
    """GetSessionToken: no IAM without MFA, and of STS two calls. GetFederationToken: no IAM, and of STS one call.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    if not principal.is_session or principal.kind is Kind.ROLE:
        return False
    if action.startswith("iam:"):
        return action != "iam:PassRole"
    allowed = _FEDERATED_STS if principal.kind is Kind.FEDERATED else _SESSION_TOKEN_STS
    return action.startswith("sts:") and action not in allowed


def policies_of(principal: Principal, view: AccountView) -> Policies:
    """A user or role that is gone has no permissions left."""
    holder = view.roles.get(principal.name) if principal.kind is Kind.ROLE else view.users.get(principal.name)
    if holder is None:
        return Policies()
    limits = [holder.boundary] if holder.boundary is not None else []
    if principal.session_policies is not None:
        limits.append(principal.session_policies)
    return Policies(identity=holder.policies, limits=tuple(limits))


def context_of(caller: Caller) -> dict[str, str]:
    """The global condition keys of a request, in lower case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    p = caller.principal
    found = {
        "aws:principalarn": principal_arn(p),
        "aws:principalaccount": p.account,
        "aws:principaltype": {Kind.USER: "User", Kind.ROOT: "Account"}.get(p.kind, p.kind.value),
        "aws:userid": p.unique_id,
        "aws:sourceip": caller.address,
        "aws:useragent": caller.agent,
        "aws:requestedregion": caller.region,
        "aws:currenttime": stamp(caller.now),
        "aws:epochtime": str(int(caller.now.timestamp())),
        "aws:securetransport": "false",
        "aws:viaawsservice": "false",
    }
    if p.kind is Kind.USER:
        found["aws:username"] = p.name
    if p.issued_at is not None:
        found["aws:tokenissuetime"] = stamp(p.issued_at)
        found["aws:multifactorauthpresent"] = "false"
    return found


def principal_arn(p: Principal) -> str:
    """The role's ARN for its sessions; the federated user's own for GetFederationToken."""
    return p.source_arn if p.kind is Kind.ROLE else p.arn


def trusts(trust: Policy, caller: Caller, context: Mapping[str, str]) -> bool:
    """Whether a role's trust policy lets this caller in; naming the account lets in whom its own policies let."""
    request = {**context_of(caller), **context}
    matching = [
        s for s in trust.statements if _names(s, caller.principal) and s.applies("sts:assumerole", "*", request)
    ]
    return any(s.effect == "Allow" for s in matching) and not any(s.effect == "Deny" for s in matching)


def _names(statement: Statement, p: Principal) -> bool:
    account = f"arn:aws:iam::{p.account}:root"
    return any(n in {"*", p.account, account, p.arn, principal_arn(p)} for n in _named(statement))


def _named(statement: Statement) -> tuple[Any, ...]:
    who: Any = statement.principal
    return ("*",) if who == "*" else as_tuple(who.get("AWS") if isinstance(who, dict) else None)


def naming(trust: Policy, arn: str) -> Policy:
    """The part of a trust policy that names this very ARN."""
    return Policy(tuple(s for s in trust.statements if arn in _named(s)), trust.name)
