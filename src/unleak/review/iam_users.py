"""Users, and whatever signs in as one: access keys, passwords, credentials for one service, certificates, SSH keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, medium, some
from unleak.review.documents import powers
from unleak.review.iam_details import details

_OF_SERVICE, _LIST_OF_SERVICE = "AWS::IAM::ServiceSpecificCredential", "list_service_specific_credentials"
_LISTS = (
    ("AWS::IAM::SigningCertificate", "list_signing_certificates", "Certificates", "CertificateId", "UploadDate"),
    ("AWS::IAM::SSHPublicKey", "list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", "UploadDate"),
    ("AWS::IAM::MFADevice", "list_mfa_devices", "MFADevices", "SerialNumber", "EnableDate"),
)  # fmt: skip
_ACTIVE = "Active"


class IamUsers:
    id = "iam_users"
    title = "Users and their credentials"
    scope = Scope.GLOBAL
    permissions = (
        "iam:GetAccountAuthorizationDetails",
        "iam:ListAccessKeys",
        "iam:GetLoginProfile",
        "iam:ListServiceSpecificCredentials",
        "iam:ListSigningCertificates",
        "iam:ListSSHPublicKeys",
        "iam:ListMFADevices",
    )
    types = (
        "AWS::IAM::User",
        "AWS::IAM::AccessKey",
        "AWS::IAM::LoginProfile",
        _OF_SERVICE,
        *(row[0] for row in _LISTS),
    )

    def look(self, place: Place) -> Iterator[Thing]:
        iam, arns = place.client("iam"), dict[str, str]()
        for user in details(place, "User"):
            arns[user["UserName"]] = user["Arn"]
            yield _user(place, user)
            yield from _credentials(place, iam, str(user["UserName"]), str(user["Arn"]))
        listed = place.listed(_OF_SERVICE, iam.items, _LIST_OF_SERVICE, "ServiceSpecificCredentials", AllUsers=True)
        for one in listed:
            name = str(one["UserName"])
            detail = some(of=name, status=one.get("Status"), service=one.get("ServiceName"))
            arn = arns.get(name) or place.arn("iam", f"user/{name}", everywhere=True)
            yield place.thing(
                _OF_SERVICE, arn, one["ServiceSpecificCredentialId"], one.get("CreateDate"), detail=detail
            )


def _user(place: Place, user: Mapping[str, Any]) -> Thing:
    boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    concerns = powers(user.get("AttachedManagedPolicies"), user.get("UserPolicyList"))
    groups = ", ".join(user.get("GroupList", ()))
    return place.thing(
        "AWS::IAM::User", user["Arn"], user["UserName"], user.get("CreateDate"),
        detail=some(groups=groups, boundary=boundary), concerns=concerns,
    )  # fmt: skip


def _credentials(place: Place, iam: Any, name: str, arn: str) -> Iterator[Thing]:
    for key in place.listed(arn, iam.items, "list_access_keys", "AccessKeyMetadata", UserName=name):
        yield place.thing(
            "AWS::IAM::AccessKey", arn, key["AccessKeyId"], key.get("CreateDate"),
            detail=some(of=name, status=key.get("Status")), concerns=_leaked(place, key),
        )  # fmt: skip
    profile = place.ask(arn, iam.get_login_profile, none=("NoSuchEntity",), UserName=name)
    if profile:
        made = profile["LoginProfile"].get("CreateDate")
        yield place.thing("AWS::IAM::LoginProfile", arn, name, made, detail="password for the console")
    for kind, method, path, its_id, created in _LISTS:
        items = place.listed(arn, iam.items, method, path, UserName=name)
        for one in items:
            yield place.thing(
                kind, arn, one[its_id], one.get(created),
                detail=some(of=name, status=one.get("Status")),
            )  # fmt: skip


def _leaked(place: Place, key: Mapping[str, Any]) -> tuple[Concern, ...]:
    if not place.key_id or key["AccessKeyId"] != place.key_id:
        return ()
    active = key.get("Status") == _ACTIVE
    return (
        (high("the leaked key itself, and it is active"),) if active else (medium("the leaked key itself, inactive"),)
    )


CHECK = IamUsers()
