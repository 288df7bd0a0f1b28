"""STS, answered by ourselves: moto's hands out constants."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from unleak.iam.evaluate import Request as PolicyRequest
from unleak.iam.evaluate import evaluate
from unleak.iam.key_id import account_of
from unleak.iam.policy import Policy, PolicyError, parse_policy
from unleak.model.clock import stamp
from unleak.standin.authorize import (
    Caller,
    context_of,
    naming,
    never_with_this_session,
    policies_of,
    principal_arn,
    trusts,
)
from unleak.standin.organization import membership_of
from unleak.standin.principals import AccountView, Kind, Principal, RoleView, role_session
from unleak.standin.request import ApiCall
from unleak.standin.sessions import Sessions
from unleak.standin.totp import is_code_of

_HOUR, _HALF_DAY, _DAY_AND_HALF = 3600, 43_200, 129_600
_SHORTEST = 900
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_FEDERATED_NAME = re.compile(r"[\w+=,.@-]{2,32}", re.ASCII)
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+")
_TASKS = frozenset(
    f"arn:aws:iam::aws:policy/root-task/{name}"
    for name in (
        "IAMAuditRootUserCredentials",
        "IAMCreateRootUserPassword",
        "IAMDeleteRootUserCredentials",
        "S3UnlockBucketPolicy",
        "SQSUnlockQueuePolicy",
    )
)


class StsError(Exception):
    """AWS's code, status and message for a request that STS refuses."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class StsRequest:
    call: ApiCall
    caller: Caller
    sessions: Sessions
    view_of: Callable[[str], AccountView]
    managed_policy: Callable[[str, str], Policy | None]
    root_features: Callable[[str], frozenset[str]] = lambda _: frozenset()
    mfa_seed: Callable[[str, str, str], str | None] = lambda *_: None

    def text(self, name: str) -> str:
        return str(self.call.parameters.get(name, ""))

    def seconds(self, default: int, most: int) -> int:
        """Raises StsError outside of what AWS takes."""
        raw = self.text("DurationSeconds") or str(default)
        if not (raw.isascii() and raw.isdecimal() and len(raw) < len("9999999")) or not _SHORTEST <= int(raw) <= most:
            raise StsError("ValidationError", f"DurationSeconds must be between {_SHORTEST} and {most}")
        return int(raw)


def answer(request: StsRequest) -> dict[str, Any]:
    """The result as nested names and texts. Raises StsError; an unknown operation is InvalidAction."""
    operation = _OPERATIONS.get(request.call.operation)
    if operation is None:
        raise StsError("InvalidAction", f"The stand-in does not know the operation {request.call.operation}")
    return operation(request)


def _caller_identity(request: StsRequest) -> dict[str, Any]:
    p = request.caller.principal
    return {"Arn": p.arn, "UserId": p.unique_id, "Account": p.account}


def _key_info(request: StsRequest) -> dict[str, Any]:
    account = account_of(request.text("AccessKeyId"))
    if account is None:
        raise StsError("ValidationError", "The access key id is not valid")
    return {"Account": account}


def _session_token(request: StsRequest) -> dict[str, Any]:
    p = request.caller.principal
    if p.is_session:
        raise StsError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    is_root = p.kind is Kind.ROOT
    seconds = request.seconds(_HOUR if is_root else _HALF_DAY, _DAY_AND_HALF)
    like = replace(p, mfa_at=_second_factor(request))
    return {"Credentials": _credentials(request.sessions.mint(like, request.caller.now, min(seconds, _most(p))))}


def _most(p: Principal) -> int:
    """Root's sessions are cut to an hour, whatever was asked."""
    return _HOUR if p.kind is Kind.ROOT else _DAY_AND_HALF


def _second_factor(request: StsRequest) -> datetime | None:
    """When it was given; None where it was not. Raises StsError for a wrong one."""
    serial, code = request.text("SerialNumber"), request.text("TokenCode")
    if not serial and not code:
        return None
    seed = request.mfa_seed(request.caller.principal.account, request.caller.principal.name, serial)
    if seed is None or not is_code_of(seed, code, request.caller.now):
        raise StsError("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", 403)
    return request.caller.now


def _federation_token(request: StsRequest) -> dict[str, Any]:
    p = request.caller.principal
    if p.is_session:
        raise StsError("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
    name = request.text("Name")
    _check(_FEDERATED_NAME, name, "name")
    like = replace(
        p,
        kind=Kind.FEDERATED,
        arn=f"arn:aws:sts::{p.account}:federated-user/{name}",
        unique_id=f"{p.account}:{name}",
        session_policies=_session_policies(request, p.account) or (),
    )
    seconds = request.seconds(_HOUR if p.kind is Kind.ROOT else _HALF_DAY, _DAY_AND_HALF)
    session = request.sessions.mint(like, request.caller.now, min(seconds, _most(p)))
    user = {"FederatedUserId": like.unique_id, "Arn": like.arn}
    return {"Credentials": _credentials(session), "FederatedUser": user, "PackedPolicySize": 1}


def _assume_root(request: StsRequest) -> dict[str, Any]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html"""
    p, target = request.caller.principal, request.text("TargetPrincipal").rsplit(":", 1)[0].rsplit(":", 1)[-1]
    asked = request.call.parameters.get("TaskPolicyArn")
    arn = str(asked.get("arn", "")) if isinstance(asked, dict) else ""
    member = membership_of(target)
    denied = StsError("AccessDenied", f"User: {p.arn} is not authorized to perform: sts:AssumeRoot", 403)
    if p.kind is Kind.ROOT or member is None or p.account != member.management or target == member.management:
        raise denied
    if "RootSessions" not in request.root_features(p.account):
        raise denied
    if arn not in _TASKS:
        raise StsError("ValidationError", "The task policy is none of those for AssumeRoot")
    like = Principal(
        kind=Kind.ROOT,
        account=target,
        arn=f"arn:aws:iam::{target}:root",
        unique_id=target,
        key_id="",
        secret="",
        session_policies=(_existing(request.managed_policy(target, arn), arn),),
        source_arn=f"arn:aws:iam::{target}:root",
        source_id=target,
    )
    session = request.sessions.mint(like, request.caller.now, request.seconds(_SHORTEST, _SHORTEST))
    return {"Credentials": _credentials(session), "SourceIdentity": request.text("SourceIdentity") or None}


def _assume_role(request: StsRequest) -> dict[str, Any]:
    arn, name = request.text("RoleArn"), request.text("RoleSessionName")
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""  # noqa: PLR2004  arn:partition:service:region:account:…
    role = request.view_of(account).roles.get(arn.rsplit("/", 1)[-1])
    p = request.caller.principal
    if p.kind is Kind.ROOT:
        raise StsError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    _check(_ROLE_ARN, arn, "roleArn")
    _check(_SESSION_NAME, name, "roleSessionName")
    denied = StsError(
        "AccessDenied", f"User: {p.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
    )
    if role is None or role.arn != arn or not _may_assume(request, role, same_account=account == p.account):
        raise denied
    longest = _HOUR if p.kind is Kind.ROLE else role.max_session_seconds
    asked = request.text("DurationSeconds")
    if asked.isdecimal() and len(asked) < len("999999") and int(asked) > longest:
        why = (
            "the 1 hour session limit for roles assumed by role chaining"
            if p.kind is Kind.ROLE
            else ("the MaxSessionDuration set for this role")
        )
        raise StsError("ValidationError", f"The requested DurationSeconds exceeds {why}.")
    like = replace(
        role_session(role, account, name),
        session_policies=_session_policies(request, account),
        mfa_at=_second_factor(request),
        tags=_session_tags(request),
    )
    session = request.sessions.mint(like, request.caller.now, request.seconds(_HOUR, longest))
    assumed = {"AssumedRoleId": like.unique_id, "Arn": like.arn}
    return {"Credentials": _credentials(session), "AssumedRoleUser": assumed, "PackedPolicySize": 1}


def _may_assume(request: StsRequest, role: RoleView, *, same_account: bool) -> bool:
    """The role must trust the caller, and the caller's own policies must allow it; the trust is enough by itself where
    a role of the caller's own account names the caller's very user, role or session.
    """
    p = request.caller.principal
    given = {
        "sts:externalid": request.text("ExternalId"),
        "sts:rolesessionname": request.text("RoleSessionName"),
        "sts:sourceidentity": request.text("SourceIdentity"),
    }
    context = {key: value for key, value in given.items() if value}
    if request.text("SerialNumber"):
        _second_factor(request)
        context |= {"aws:multifactorauthpresent": "true", "aws:multifactorauthage": "0"}
    if p.kind is Kind.ROOT or never_with_this_session("sts:AssumeRole", p):
        return False
    context |= {f"aws:requesttag/{k.lower()}": v for k, v in _session_tags(request).items()}
    return all(_may(action, request, role, context, same_account) for action in _asked_of_a_role(request))


def _asked_of_a_role(request: StsRequest) -> list[str]:
    """Tags and a source identity are permissions of their own, on both sides."""
    tags = ["sts:TagSession"] if _session_tags(request) else []
    source = ["sts:SetSourceIdentity"] if request.text("SourceIdentity") else []
    return ["sts:AssumeRole", *tags, *source]


def _may(action: str, request: StsRequest, role: RoleView, context: dict[str, str], same_account: bool) -> bool:  # noqa: FBT001
    caller, p = request.caller, request.caller.principal
    if not trusts(role.trust, caller, context, action):
        return False
    own, question = policies_of(p, caller.view), PolicyRequest(action, role.arn, context_of(caller) | context)
    if not same_account:
        return evaluate(question, own).allowed
    by_itself = replace(own, resource=(naming(role.trust, p.arn),), resource_is_direct=True)
    by_role = replace(own, resource=(naming(role.trust, principal_arn(p)),))
    return evaluate(question, by_itself).allowed or evaluate(question, by_role).allowed


def _session_tags(request: StsRequest) -> dict[str, str]:
    given = request.call.parameters.get("Tags")
    tags = [t for t in given if isinstance(t, dict)] if isinstance(given, list) else []
    return {str(t.get("Key", "")): str(t.get("Value", "")) for t in tags}


def _check(shape: re.Pattern[str], text: str, name: str) -> None:
    if not shape.fullmatch(text):
        raise StsError(
            "ValidationError",
            f"1 validation error detected: Value '{text[:64]}' at '{name}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {shape.pattern}",
        )


def _session_policies(request: StsRequest, account: str) -> tuple[Policy, ...] | None:
    """None where the caller gave none: no limit, then."""
    document = request.text("Policy")
    asked = request.call.parameters.get("PolicyArns")
    arns = [str(p.get("arn", "")) for p in asked if isinstance(p, dict)] if isinstance(asked, list) else []
    if not document and not arns:
        return None
    try:
        inline = [parse_policy(document, "session policy")] if document else []
    except (PolicyError, ValueError) as error:
        raise StsError("MalformedPolicyDocument", str(error)) from error
    return (*inline, *(_existing(request.managed_policy(account, arn), arn) for arn in arns))


def _existing(policy: Policy | None, arn: str) -> Policy:
    if policy is None:
        raise StsError("ValidationError", f"The session policy {arn} does not exist or is not attachable")
    return policy


def _credentials(session: Principal) -> dict[str, str]:
    return {
        "AccessKeyId": session.key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": stamp(session.expires_at) if session.expires_at else "",
    }


_OPERATIONS: dict[str, Callable[[StsRequest], dict[str, Any]]] = {
    "GetCallerIdentity": _caller_identity,
    "GetAccessKeyInfo": _key_info,
    "GetSessionToken": _session_token,
    "GetFederationToken": _federation_token,
    "AssumeRole": _assume_role,
    "AssumeRoot": _assume_root,
}
