"""Deletes what the attacker gave a user to sign in with beside keys and passwords: an SSH key, a signing certificate, a
credential for one service, a second factor.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import GONE, Parts, PuttingRight, spoken
from unleak.model.errors import NotFound
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_LISTS = {
    "ssh": ("list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", "delete_ssh_public_key"),
    "certificate": ("list_signing_certificates", "Certificates", "CertificateId", "delete_signing_certificate"),
    "service": ("list_service_specific_credentials", "ServiceSpecificCredentials", "ServiceSpecificCredentialId",
                "delete_service_specific_credential"),
    "mfa": ("list_mfa_devices", "MFADevices", "SerialNumber", "deactivate_mfa_device"),
}  # fmt: skip
_MADE = {
    "AWS::IAM::SSHPublicKey": "ssh", "AWS::IAM::SigningCertificate": "certificate",
    "AWS::IAM::ServiceSpecificCredential": "service",
}  # fmt: skip


class DeleteUserCredential(PuttingRight):
    id = "delete_user_credential"
    title = "Delete an SSH key, certificate, service credential or second factor that the attacker gave a user"
    permissions = (
        "iam:ListSSHPublicKeys", "iam:DeleteSSHPublicKey", "iam:ListSigningCertificates",
        "iam:DeleteSigningCertificate", "iam:ListServiceSpecificCredentials", "iam:DeleteServiceSpecificCredential",
        "iam:ListMFADevices", "iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice",
    )  # fmt: skip
    reversible = False
    deletes = True
    undone_by = "nothing: what is deleted is gone"
    by_hand = ByHand(
        console="IAM > Users > {name} > Security credentials",
        cli="aws iam delete-ssh-public-key --user-name {name} --ssh-public-key-id ID  # or "
        "delete-signing-certificate, delete-service-specific-credential, deactivate-mfa-device",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        kind, _, number = deed.part.partition("|")
        made = deed.deed == "created" and _MADE.get(deed.type) == kind
        factor = deed.type == "AWS::IAM::User" and kind == "mfa" and not deed.part.endswith(GONE)
        if (made or factor) and number:
            yield deed.part, None

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        """When it was made, and its status: nothing that could sign in."""
        iam = context.aws.client(target.account, "iam", fresh=fresh)
        kind, _, number = part.partition("|")
        method, field, name, _ = _LISTS[kind]
        try:
            found = next((c for c in _listed(iam, method, field, target.name) if c[name] == number), None)
        except NotFound:
            return None
        if found is None:
            return None
        made = next((str(found[k]) for k in ("UploadDate", "CreateDate", "EnableDate") if found.get(k)), "")
        return {"status": found.get("Status", ""), "made": made}

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del value
        iam = context.aws.client(target.account, "iam")
        kind, _, number = part.partition("|")
        _, _, name, delete = _LISTS[kind]
        try:
            getattr(iam, delete)(**{"UserName": target.name, name: number})
            if kind == "mfa":
                _forget(iam, number)
        except NotFound:
            return

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = ", ".join(spoken(p) for p in parts)
        return (
            f"delete of user {target.name}: {told}",
            "whoever signs in with it",
            "never: a credential that was deleted cannot be had again",
        )


def _listed(iam: Client, method: str, field: str, user: str) -> Any:
    """Of the credentials for services, AWS's client knows no pages: a user has two for each service at most."""
    if field == "ServiceSpecificCredentials":
        return getattr(iam, method)(UserName=user)[field]
    return iam.pages(method, field, UserName=user)


def _forget(iam: Client, serial: str) -> None:
    """A virtual device is deleted when nobody has it; one of hardware has no ARN.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html
    """
    if ":mfa/" in serial:
        iam.delete_virtual_mfa_device(SerialNumber=serial)


ACTION = DeleteUserCredential()
