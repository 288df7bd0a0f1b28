"""IAM's quotas, the rules about deleting and the codes of second factors, which moto does not know.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.iam.models import iam_backends

from unleak.standin.request import ApiCall
from unleak.standin.totp import consecutive_codes

_INLINE = {"User": 2048, "Group": 5120, "Role": 10_240}
_MANAGED, _TRUST, _ATTACHED, _GROUPS, _DEVICES = 6144, 2048, 10, 10, 8
_SPACE = re.compile(r"\s")
_AWS_OWN = "arn:aws:iam::aws:"
_CHANGES_OF_POLICY = frozenset(
    {
        "CreatePolicyVersion",
        "DeletePolicy",
        "DeletePolicyVersion",
        "SetDefaultPolicyVersion",
        "TagPolicy",
        "UntagPolicy",
    }
)


@dataclass(frozen=True, slots=True)
class Broken:
    code: str
    message: str
    status: int = 409


def exceeded(call: ApiCall, account: str, now: datetime) -> Broken | None:
    """What the call would break."""
    iam = iam_backends[account]["aws"]
    if call.operation in _CHANGES_OF_POLICY and str(call.parameters.get("PolicyArn", "")).startswith(_AWS_OWN):
        return Broken("AccessDenied", "AWS's own policies cannot be changed", 403)
    check = _CHECKS.get(call.operation)
    if call.operation == "EnableMFADevice" and not _codes_are_right(call, iam, now):
        return Broken("InvalidAuthenticationCode", "Authentication code for device is not valid.", 403)
    try:
        return check(call, iam) if check else None
    except (AttributeError, KeyError, TypeError):
        return None  # of something that is not there: moto says so


def _inline(kind: str) -> Callable[[ApiCall, Any], Broken | None]:
    def check(call: ApiCall, iam: Any) -> Broken | None:
        p = call.parameters
        held = _holder(kind, p, iam).policies
        others = sum(_size(document) for name, document in held.items() if name != p.get("PolicyName"))
        if others + _size(p.get("PolicyDocument", "")) <= _INLINE[kind]:
            return None
        return _limit(f"Maximum policy size of {_INLINE[kind]} bytes exceeded for {kind.lower()} {p[f'{kind}Name']}")

    return check


def _attached(kind: str) -> Callable[[ApiCall, Any], Broken | None]:
    def check(call: ApiCall, iam: Any) -> Broken | None:
        held = _holder(kind, call.parameters, iam).managed_policies
        if call.parameters.get("PolicyArn") in held or len(held) < _ATTACHED:
            return None
        return _limit(f"Cannot exceed quota for PoliciesPer{kind}: {_ATTACHED}")

    return check


def _holder(kind: str, parameters: Any, iam: Any) -> Any:
    name = parameters[f"{kind}Name"]
    if kind == "Role":
        return next(r for r in iam.roles.values() if r.name == name)
    return (iam.users if kind == "User" else iam.groups)[name]


def _managed(call: ApiCall, iam: Any) -> Broken | None:
    del iam
    too_large = _size(call.parameters.get("PolicyDocument", "")) > _MANAGED
    return _limit(f"Cannot exceed quota for PolicySize: {_MANAGED}") if too_large else None


def _trust(call: ApiCall, iam: Any) -> Broken | None:
    del iam
    document = call.parameters.get("AssumeRolePolicyDocument") or call.parameters.get("PolicyDocument", "")
    return _limit(f"Cannot exceed quota for ACLSizePerRole: {_TRUST}") if _size(document) > _TRUST else None


def _groups(call: ApiCall, iam: Any) -> Broken | None:
    name = call.parameters["UserName"]
    held = [g.name for g in iam.groups.values() if any(u.name == name for u in g.users)]
    if call.parameters["GroupName"] in held or len(held) < _GROUPS:
        return None
    return _limit(f"Cannot exceed quota for GroupsPerUser: {_GROUPS}")


def _devices(call: ApiCall, iam: Any) -> Broken | None:
    full = len(iam.users[call.parameters["UserName"]].mfa_devices) >= _DEVICES
    return _limit(f"Cannot exceed quota for MFADevicesPerUser: {_DEVICES}") if full else None


def _codes_are_right(call: ApiCall, iam: Any, now: datetime) -> bool:
    """Two codes of a virtual device, one after the other. Of a device that is not there, moto says so."""
    p = call.parameters
    device = iam.virtual_mfa_devices.get(p.get("SerialNumber"))
    if device is None:
        return True
    seed = device.base32_string_seed
    given = (str(p.get("AuthenticationCode1")), str(p.get("AuthenticationCode2")))
    return given in consecutive_codes(seed.decode() if isinstance(seed, bytes) else str(seed), now)


def _delete_user(call: ApiCall, iam: Any) -> Broken | None:
    user = iam.users[call.parameters["UserName"]]
    first = (
        (user.access_keys, "access keys"),
        (user.policies, "policies"),
        (user.managed_policies, "policies"),
        (user.mfa_devices, "MFA devices"),
        (getattr(user, "signing_certificates", None), "certificates"),
        (getattr(user, "service_credentials", None), "service specific credentials"),
        (user.password, "login profile"),
        ([g for g in iam.groups.values() if any(u.name == user.name for u in g.users)], "groups"),
    )
    left = next((what for held, what in first if held), None)
    if left is None:
        return None
    return Broken("DeleteConflict", f"Cannot delete entity, must delete or remove {left} first.")


def _delete_policy(call: ApiCall, iam: Any) -> Broken | None:
    policy = iam.managed_policies[call.parameters["PolicyArn"]]
    if policy.attachment_count:
        return Broken("DeleteConflict", "Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        return Broken("DeleteConflict", "This policy has more than one version. Delete the other ones first.")
    return None


def _size(document: object) -> int:
    """White space does not count."""
    return len(_SPACE.sub("", str(document)))


def _limit(message: str) -> Broken:
    return Broken("LimitExceeded", message)


_CHECKS: dict[str, Callable[[ApiCall, Any], Broken | None]] = {
    **{f"Put{kind}Policy": _inline(kind) for kind in _INLINE},
    **{f"Attach{kind}Policy": _attached(kind) for kind in _INLINE},
    "CreatePolicy": _managed,
    "CreatePolicyVersion": _managed,
    "CreateRole": _trust,
    "UpdateAssumeRolePolicy": _trust,
    "AddUserToGroup": _groups,
    "EnableMFADevice": _devices,
    "DeleteUser": _delete_user,
    "DeletePolicy": _delete_policy,
}
