"""IAM: keys, passwords, second factors, certificates, and outside identities that may sign in.

An access key has no ARN: it is told with its user's, and its fact hangs on the user.
"""

from collections.abc import Iterator

from unleak.investigate.standing.field import Scene, everywhere
from unleak.investigate.standing.iam import USER
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Own, Row
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

_MFA = everywhere("iam", "mfa/{virtualMFADeviceName}")
_SELF = "{@self}"
# CreateAccessKey, UpdateAccessKey and others without a user's name are about the caller.
_WHOSE = (USER, _SELF)


def _pair(what: str, kind: str, made: str, name: str, words: str) -> tuple[Row, ...]:
    """A credential of one kind: how it is made, changed between active and inactive, and deleted."""
    create = {"SSHPublicKey": "Upload", "SigningCertificate": "Upload"}.get(what, "Create")
    key = f"{kind}|{{{name}}}"
    whose = (everywhere("iam", f"user/{{{made.rpartition('.')[0]}.userName}}"), *_WHOSE)
    return (
        Row(
            f"iam:{create}{what}", f"IAM::{what}", CREATED, whose, f"{words} {{{made}}}", key=f"{kind}|{{{made}}}",
            quiet=True,
        ),
        Row(
            f"iam:Update{what}", f"IAM::{what}", CHANGED, _WHOSE, f"{words} {{{name}}} made {{status}}", key=key,
            mark="{status}",
        ),
        Row(f"iam:Delete{what}", f"IAM::{what}", DELETED, _WHOSE, f"{words} {{{name}}} deleted", key=key),
    )  # fmt: skip


def _new_password(call: Call) -> Iterator[Trace]:
    """A new password ends one that the attacker set; a profile that the attacker made is marked."""
    user = Scene(call).filled(USER)
    if user:
        yield Trace(
            arn=user,
            type="AWS::IAM::LoginProfile",
            deed=Deed.CHANGED,
            detail="password for the console changed",
            undoes=(f"{user}|password",),
            fact=f"{user}|password",
            mark=(f"{user}|login", "password changed since"),
        )


_PASSWORDS = (
    Row("iam:CreateLoginProfile", "IAM::LoginProfile", CREATED, _WHOSE, "password for the console", key="login"),
    Row("iam:DeleteLoginProfile", "IAM::LoginProfile", DELETED, _WHOSE, "password for the console", key="login"),
    Own("iam:UpdateLoginProfile", _new_password),
    Row("iam:ChangePassword", "IAM::LoginProfile", CHANGED, _SELF, "own password changed", key="password"),
)

_FACTORS = (
    Row(
        "iam:CreateVirtualMFADevice", "IAM::VirtualMFADevice", CREATED, ("{>virtualMFADevice.serialNumber}", _MFA)
    ),
    Row("iam:DeleteVirtualMFADevice", "IAM::VirtualMFADevice", DELETED, "{serialNumber}"),
    Row(
        "iam:EnableMFADevice", "IAM::User", CHANGED, _WHOSE, "MFA device {serialNumber} enabled",
        key="mfa|{serialNumber}", replaces=False, also=("{serialNumber}|enabled",),
    ),
    Row(
        "iam:DeactivateMFADevice", "IAM::User", CHANGED, _WHOSE, "MFA device {serialNumber} taken away",
        key="mfa|{serialNumber}", away=True,
    ),
    Row(
        "iam:ResyncMFADevice", "IAM::User", CHANGED, _WHOSE, "MFA device {serialNumber} synchronised",
        key="resync|{serialNumber}", replaces=False,
    ),
)  # fmt: skip

_PROVIDERS = (
    Row(
        "iam:CreateSAMLProvider", "IAM::SAMLProvider", CREATED,
        ("{>sAMLProviderArn}", everywhere("iam", "saml-provider/{name}")),
    ),
    Row("iam:UpdateSAMLProvider", "IAM::SAMLProvider", CHANGED, "{sAMLProviderArn}", "metadata changed", key="data"),
    Row("iam:DeleteSAMLProvider", "IAM::SAMLProvider", DELETED, "{sAMLProviderArn}"),
    Row(
        "iam:CreateOpenIDConnectProvider", "IAM::OIDCProvider", CREATED,
        ("{>openIDConnectProviderArn}", everywhere("iam", "oidc-provider/{url}")), "{url}",
    ),
    Row("iam:DeleteOpenIDConnectProvider", "IAM::OIDCProvider", DELETED, "{openIDConnectProviderArn}"),
    Row(
        "iam:AddClientIDToOpenIDConnectProvider", "IAM::OIDCProvider", CHANGED, "{openIDConnectProviderArn}",
        "client {clientID} added", key="client|{clientID}", replaces=False,
    ),
    Row(
        "iam:RemoveClientIDFromOpenIDConnectProvider", "IAM::OIDCProvider", CHANGED, "{openIDConnectProviderArn}",
        "client {clientID} removed", key="client|{clientID}", away=True,
    ),
    Row(
        "iam:UpdateOpenIDConnectProviderThumbprint", "IAM::OIDCProvider", CHANGED, "{openIDConnectProviderArn}",
        "thumbprints changed", key="thumbprints",
    ),
)  # fmt: skip

_SERVER_CERTIFICATE = everywhere("iam", "server-certificate/{serverCertificateName}")
_SPECIFIC = "serviceSpecificCredential"

ROWS: tuple[Row | Own, ...] = (
    *_pair("AccessKey", "key", ">accessKey.accessKeyId", "accessKeyId", "key"),
    *_pair("SSHPublicKey", "ssh", ">sSHPublicKey.sSHPublicKeyId", "sSHPublicKeyId", "SSH key"),
    *_pair("SigningCertificate", "certificate", ">certificate.certificateId", "certificateId", "certificate"),
    *_pair(
        "ServiceSpecificCredential", "service", f">{_SPECIFIC}.{_SPECIFIC}Id", f"{_SPECIFIC}Id",
        "credential for one service",
    ),
    Row(
        "iam:ResetServiceSpecificCredential", "IAM::ServiceSpecificCredential", CHANGED, _WHOSE,
        "credential {serviceSpecificCredentialId} made anew", key="reset|{serviceSpecificCredentialId}",
    ),
    *_PASSWORDS, *_FACTORS, *_PROVIDERS,
    Row(
        "iam:UploadServerCertificate", "IAM::ServerCertificate", CREATED,
        ("{>serverCertificateMetadata.arn}", _SERVER_CERTIFICATE), base=_SERVER_CERTIFICATE,
    ),
    Row("iam:DeleteServerCertificate", "IAM::ServerCertificate", DELETED, _SERVER_CERTIFICATE),
)  # fmt: skip
