"""Calls whose answer is a credential."""

from collections.abc import Iterator
from datetime import datetime

from unleak.investigate.chain.follow import expiration
from unleak.investigate.chain.leads import Because, KeyGiven, Lead
from unleak.investigate.trail.table import made_key
from unleak.model.call import Call
from unleak.model.credential import Origin


def leads(call: Call, because: Because) -> Iterator[Lead]:
    """Whatever the operation is called: an id in the answer is proof."""
    key_id = made_key(call)
    if key_id and key_id != call.key_id:
        is_made = call.operation == "CreateAccessKey"
        origin = Origin.CREATED if is_made else Origin.MINTED
        arn = _user_arn(call) if is_made else _session_arn(call)
        yield KeyGiven(because, key_id, origin, arn, _account(arn) or call.account, _expiry(call))
    elif call.action == "iam:CreateServiceSpecificCredential":
        made = call.response.get("serviceSpecificCredential")
        found = made.get("serviceSpecificCredentialId") if isinstance(made, dict) else None
        if isinstance(found, str) and found:
            yield KeyGiven(because, found, Origin.CREATED, _user_arn(call), call.account)


def _user_arn(call: Call) -> str:
    made = call.response.get("accessKey")
    name = made.get("userName") if isinstance(made, dict) else None
    name = name or call.request.get("userName") or ""
    return f"arn:{call.partition}:iam::{call.account}:user/{name}" if name else call.principal_arn


def _session_arn(call: Call) -> str:
    """The ARN of the session, of the role, or of the caller himself (GetSessionToken)."""
    for name in ("assumedRoleUser", "federatedUser"):
        made = call.response.get(name)
        if isinstance(made, dict) and isinstance(made.get("arn"), str):
            return str(made["arn"])
    return str(call.request.get("roleArn") or call.principal_arn)


def _account(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""  # noqa: PLR2004  arn:partition:service:region:account:resource


def _expiry(call: Call) -> datetime | None:
    made = call.response.get("credentials")
    return expiration(made.get("expiration")) if isinstance(made, dict) else None
