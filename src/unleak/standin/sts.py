"""STS, answered by ourselves: moto's hands out constants."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

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
from unleak.standin.principals import AccountView, Kind, Principal, RoleView
from unleak.standin.request import ApiCall
from unleak.standin.sessions import Sessions

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_HOUR, _HALF_DAY, _DAY_AND_HALF = 3600, 43_200, 129_600
_SHORTEST = 900


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

    def text(self, name: str) -> str:
        return str(self.call.parameters.get(name, ""))

    def seconds(self, default: int, most: int) -> int:
        """Raises StsError outside of what AWS takes."""
        raw = self.text("DurationSeconds") or str(default)
        if not raw.isdigit() or not _SHORTEST <= int(raw) <= most:
            raise StsError("ValidationError", f"DurationSeconds must be between {_SHORTEST} and {most}")
        return int(raw)


def answer(request: StsRequest) -> dict[str, Any]:
    """The result as nested names and texts. Raises StsError; an unknown operation is InvalidAction."""
    operation = _OPERATIONS.get(request.call.operation)
    if operation is None:
        raise StsError("InvalidAction", f"The stand-in does not know the operation {request.call.operation}")
    return operation(request)


def to_xml(operation: str, result: dict[str, Any], request_id: str) -> bytes:
    body = f"<{operation}Result>{_elements(result)}</{operation}Result>"
    meta = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{_NAMESPACE}">{body}{meta}</{operation}Response>'.encode()


def _elements(tree: dict[str, Any]) -> str:
    return "".join(f"<{k}>{_elements(v) if isinstance(v, dict) else escape(str(v))}</{k}>" for k, v in tree.items())


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
    seconds = request.seconds(_HOUR if is_root else _HALF_DAY, _HOUR if is_root else _DAY_AND_HALF)
    return {"Credentials": _credentials(request.sessions.mint(p, request.caller.now, seconds))}


def _federation_token(request: StsRequest) -> dict[str, Any]:
    p = request.caller.principal
    if p.is_session:
        raise StsError("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
    name = request.text("Name")
    like = replace(
        p,
        kind=Kind.FEDERATED,
        arn=f"arn:aws:sts::{p.account}:federated-user/{name}",
        unique_id=f"{p.account}:{name}",
        session_policies=_session_policies(request, p.account) or (),
    )
    session = request.sessions.mint(like, request.caller.now, request.seconds(_HALF_DAY, _DAY_AND_HALF))
    user = {"FederatedUserId": like.unique_id, "Arn": like.arn}
    return {"Credentials": _credentials(session), "FederatedUser": user, "PackedPolicySize": 1}


def _assume_role(request: StsRequest) -> dict[str, Any]:
    arn, name = request.text("RoleArn"), request.text("RoleSessionName")
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""  # noqa: PLR2004  arn:partition:service:region:account:…
    role = request.view_of(account).roles.get(arn.rsplit("/", 1)[-1])
    p = request.caller.principal
    denied = StsError(
        "AccessDenied", f"User: {p.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
    )
    if role is None or role.arn != arn or not _may_assume(request, role, same_account=account == p.account):
        raise denied
    longest = _HOUR if p.kind is Kind.ROLE else role.max_session_seconds
    like = Principal(
        kind=Kind.ROLE,
        account=account,
        arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}",
        unique_id=f"{role.unique_id}:{name}",
        key_id="",
        secret="",
        name=role.name,
        session_policies=_session_policies(request, account),
        source_arn=role.arn,
        source_id=role.unique_id,
    )
    session = request.sessions.mint(like, request.caller.now, request.seconds(_HOUR, longest))
    assumed = {"AssumedRoleId": like.unique_id, "Arn": like.arn}
    return {"Credentials": _credentials(session), "AssumedRoleUser": assumed, "PackedPolicySize": 1}


def _may_assume(request: StsRequest, role: RoleView, *, same_account: bool) -> bool:
    """The role must trust the caller, and the caller's own policies must allow it; the trust is enough by itself where
    a role of the caller's own account names the caller's very user, role or session.
    """
    caller, p = request.caller, request.caller.principal
    given = {"sts:externalid": request.text("ExternalId"), "sts:rolesessionname": request.text("RoleSessionName")}
    context = {key: value for key, value in given.items() if value}
    if p.kind is Kind.ROOT or never_with_this_session("sts:AssumeRole", p) or not trusts(role.trust, caller, context):
        return False
    own, question = policies_of(p, caller.view), PolicyRequest("sts:AssumeRole", role.arn, context_of(caller) | context)
    if not same_account:
        return evaluate(question, own).allowed
    by_itself = replace(own, resource=(naming(role.trust, p.arn),), resource_is_direct=True)
    by_role = replace(own, resource=(naming(role.trust, principal_arn(p)),))
    return evaluate(question, by_itself).allowed or evaluate(question, by_role).allowed


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
}
