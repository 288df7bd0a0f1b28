"""What hangs on a user: it must be taken off before IAM deletes the user, and is saved so that it can be put back.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import AwsError, NotFound


@dataclass(frozen=True, slots=True)
class Part:
    """`read` lists them; `field` and `id` as the list has them; `remove` takes the id as `argument`."""

    name: str
    read: str
    field: str
    id: str
    remove: str
    argument: str

    def ids(self, iam: Client, user: str) -> list[str]:
        found = getattr(iam, self.read)(UserName=user)[self.field]
        return sorted(str(one[self.id]) if isinstance(one, dict) else str(one) for one in found)

    def take_off(self, iam: Client, user: str, one: str) -> None:
        with suppress(NotFound):
            getattr(iam, self.remove)(UserName=user, **{self.argument: one})


CREDENTIALS = (
    Part("keys", "list_access_keys", "AccessKeyMetadata", "AccessKeyId", "delete_access_key", "AccessKeyId"),
    Part("ssh_keys", "list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", "delete_ssh_public_key",
         "SSHPublicKeyId"),
    Part("certificates", "list_signing_certificates", "Certificates", "CertificateId", "delete_signing_certificate",
         "CertificateId"),
    Part("service_credentials", "list_service_specific_credentials", "ServiceSpecificCredentials",
         "ServiceSpecificCredentialId", "delete_service_specific_credential", "ServiceSpecificCredentialId"),
    Part("mfa", "list_mfa_devices", "MFADevices", "SerialNumber", "deactivate_mfa_device", "SerialNumber"),
)  # fmt: skip
RIGHTS = (
    Part("attached", "list_attached_user_policies", "AttachedPolicies", "PolicyArn", "detach_user_policy", "PolicyArn"),
    Part("inline", "list_user_policies", "PolicyNames", "PolicyName", "delete_user_policy", "PolicyName"),
    Part("groups", "list_groups_for_user", "Groups", "GroupName", "remove_user_from_group", "GroupName"),
)
PERMISSIONS = (
    "iam:GetUser", "iam:GetUserPolicy", "iam:GetLoginProfile",
    "iam:ListAccessKeys", "iam:ListSSHPublicKeys", "iam:ListSigningCertificates", "iam:ListServiceSpecificCredentials",
    "iam:ListMFADevices", "iam:ListAttachedUserPolicies", "iam:ListUserPolicies", "iam:ListGroupsForUser",
    "iam:DeleteAccessKey", "iam:DeleteSSHPublicKey", "iam:DeleteSigningCertificate",
    "iam:DeleteServiceSpecificCredential", "iam:DeactivateMFADevice", "iam:DetachUserPolicy", "iam:DeleteUserPolicy",
    "iam:RemoveUserFromGroup", "iam:DeleteLoginProfile", "iam:DeleteUser",
    "iam:CreateUser", "iam:TagUser", "iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup",
    "iam:PutUserPermissionsBoundary",
)  # fmt: skip


def image_of(iam: Client, user: str) -> dict[str, Any] | None:
    """All that hangs on the user, without secrets; None where there is no such user."""
    try:
        found = iam.get_user(UserName=user)["User"]
    except NotFound:
        return None
    image: dict[str, Any] = {part.name: part.ids(iam, user) for part in (*CREDENTIALS, *RIGHTS)}
    documents = {n: iam.get_user_policy(UserName=user, PolicyName=n)["PolicyDocument"] for n in image["inline"]}
    return image | {
        "path": found["Path"],
        "tags": {t["Key"]: t["Value"] for t in found.get("Tags", ())},
        "boundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "inline": documents,
        "password": _has_password(iam, user),
    }


def _has_password(iam: Client, user: str) -> bool:
    try:
        iam.get_login_profile(UserName=user)
    except NotFound:
        return False
    return True


def take_apart(iam: Client, user: str) -> None:
    """Whatever hangs on it now, not only what was saved: an attacker may have added to it. What denies goes last, so
    that whoever is stopped in between leaves nobody with rights and without denies.
    """
    with suppress(NotFound):
        iam.delete_login_profile(UserName=user)
    try:
        held = [(part, one) for part in (*CREDENTIALS, *RIGHTS) for one in part.ids(iam, user)]
    except NotFound:
        return
    for part, one in sorted(held, key=lambda h: _denies(h[1])):
        part.take_off(iam, user, one)


def _denies(name: str) -> bool:
    return "unleak-inc-" in name or "AWSCompromisedKeyQuarantine" in name


def lacks(present: dict[str, Any], image: dict[str, Any]) -> bool:
    """Whether a user that is there has less than it had."""
    rights = any(not set(image[part.name]) <= set(present[part.name]) for part in RIGHTS)
    return rights or (image["boundary"] and present["boundary"] != image["boundary"])


def put_back(iam: Client, user: str, image: dict[str, Any]) -> None:
    """The user and its rights; no key, no password, no second factor. Goes on where it was interrupted."""
    tags = [{"Key": k, "Value": v} for k, v in image["tags"].items()]
    try:
        iam.create_user(UserName=user, Path=image["path"], Tags=tags)
    except AwsError as error:
        if error.code not in {"EntityAlreadyExists", "EntityAlreadyExistsException"}:
            raise
    if image["boundary"]:
        iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=image["boundary"])
    for arn in image["attached"]:
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    for name, document in image["inline"].items():
        iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=_text(document))
    for group in image["groups"]:
        iam.add_user_to_group(GroupName=group, UserName=user)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)
