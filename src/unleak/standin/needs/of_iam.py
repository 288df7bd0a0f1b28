"""What calls of IAM need."""

from collections.abc import Mapping
from typing import Any

from unleak.iam.policy import Context
from unleak.standin.needs.need import Need, pass_role, tags_asked, tags_held
from unleak.standin.principals import AccountView, Kind, Principal
from unleak.standin.request import ApiCall

# The calls of IAM that mean the caller's own user where they name none.
OWN_USER = frozenset(
    {
        "ChangePassword",
        "CreateAccessKey",
        "DeleteAccessKey",
        "DeleteSigningCertificate",
        "GetUser",
        "ListAccessKeys",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListSigningCertificates",
        "UpdateAccessKey",
        "UpdateSigningCertificate",
        "UploadSigningCertificate",
    }
)
_OF_ROOT = OWN_USER | {"GetLoginProfile", "DeleteLoginProfile", "DeactivateMFADevice", "GetAccessKeyLastUsed"}
# What is made with tags needs the right to tag as well: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
_TAGGED = {
    "CreateUser": "TagUser",
    "CreateRole": "TagRole",
    "CreatePolicy": "TagPolicy",
    "CreateInstanceProfile": "TagInstanceProfile",
}
# Where nothing is named, the kind is.
_LISTED = {
    "ListUsers": "user/",
    "ListRoles": "role/",
    "ListGroups": "group/",
    "ListPolicies": "policy/",
    "ListInstanceProfiles": "instance-profile/",
    "ListVirtualMFADevices": "mfa/",
}


def of_iam(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    need = Need(f"iam:{call.operation}", _resource(call, caller, view), _conditions(call, view))
    if call.parameters.get("Tags") and call.operation in _TAGGED:
        return (need, Need(f"iam:{_TAGGED[call.operation]}", need.resource, need.context))
    if call.operation != "AddRoleToInstanceProfile":
        return (need,)
    return (need, pass_role(_role_arn(_text(call.parameters, "RoleName"), caller.account, view)))


def _resource(call: ApiCall, caller: Principal, view: AccountView) -> str:
    p, base, path = call.parameters, f"arn:aws:iam::{caller.account}:", _text(call.parameters, "Path") or "/"
    if call.operation in _LISTED:
        return base + _LISTED[call.operation]
    if "GroupName" in p:
        return f"{base}group{path}{_text(p, 'GroupName')}"
    if call.operation == "CreateVirtualMFADevice":
        return f"{base}mfa{path}{_text(p, 'VirtualMFADeviceName')}"
    if "UserName" in p:
        user = view.users.get(_text(p, "UserName"))
        return user.arn if user else f"{base}user{path}{_text(p, 'UserName')}"
    if "InstanceProfileName" in p:
        return f"{base}instance-profile{path}{_text(p, 'InstanceProfileName')}"
    if "RoleName" in p:
        return _role_arn(_text(p, "RoleName"), caller.account, view, path)
    if call.operation == "CreatePolicy":
        return f"{base}policy{path}{_text(p, 'PolicyName')}"
    if call.operation in OWN_USER and caller.kind is Kind.USER:
        return caller.source_arn
    if call.operation in _OF_ROOT and caller.kind is Kind.ROOT:
        return base + "root"
    return _text(p, "PolicyArn") or _text(p, "PolicySourceArn") or _text(p, "SerialNumber") or "*"


def _conditions(call: ApiCall, view: AccountView) -> Context:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""
    p = call.parameters
    holder = view.users.get(_text(p, "UserName")) or view.roles.get(_text(p, "RoleName"))
    boundary = _text(p, "PermissionsBoundary") or _boundary_of(holder)
    named = {"iam:policyarn": _text(p, "PolicyArn"), "iam:permissionsboundary": boundary}
    held = tags_held(holder.tags) if holder is not None else {}
    of_iam_own = {k.replace("aws:", "iam:", 1): v for k, v in held.items()}
    return {**{k: v for k, v in named.items() if v}, **held, **of_iam_own, **tags_asked(p.get("Tags"))}


def _boundary_of(holder: Any) -> str:
    return str(holder.boundary[0].name) if holder is not None and holder.boundary else ""


def _text(parameters: Mapping[str, Any], name: str) -> str:
    value = parameters.get(name, "")
    return value if isinstance(value, str) else ""


def _role_arn(name: str, account: str, view: AccountView, path: str = "/") -> str:
    role = view.roles.get(name)
    return role.arn if role else f"arn:aws:iam::{account}:role{path}{name}"
