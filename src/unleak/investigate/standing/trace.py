"""What a call did to one thing, and what of it still stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Deed(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    SHARED = "shared"
    DELETED = "deleted"
    STARTED = "started"
    """A session, a command, a task: something that runs."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What one accepted call did to one thing.

    `fact` is the identity of what it brought about: the thing itself, or the thing, a bar, and what hangs on it
    (`arn:…:user/mallory|policy|arn:…`); `aliases` are other identities of it. `undoes` are the identities that it ends,
    with all that hangs on them. The root of an identity leaves an IAM path out, for later calls do not give it; `arn`
    has it where it is known. `grants` are the outsiders let in, `named` every principal that the policy names. `mark`
    is a fact and the word that it is told with from now on, without an end of it: ("…|key|AKIA...", "inactive").
    """

    arn: str
    type: str
    deed: Deed
    detail: str = ""
    undoes: tuple[str, ...] = ()
    fact: str = ""
    grants: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    mark: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One fact that the attacker brought about, and whether it still stands as far as the trail tells.

    `by` is the key id of the call, `removed_by` that of the call that ended it, or its caller where there is no key.
    `times` counts the calls that did the same again. What was deleted stands as deleted until it is made again.
    `action` is the call's, `part` what hangs on the thing: empty for the thing itself, and it ends with |gone where it
    was taken away.
    """

    arn: str
    type: str
    deed: Deed
    detail: str
    grants: tuple[str, ...]
    by: str
    principal_arn: str
    at: datetime
    event_id: str
    state: Literal["stands", "removed"] = "stands"
    removed_at: datetime | None = None
    removed_by: str = ""
    removed_event: str = ""
    is_principal: bool = False
    times: int = 1
    action: str = ""
    part: str = ""
    account: str = ""


PRINCIPALS = frozenset(
    f"AWS::{name}"
    for name in (
        "IAM::User", "IAM::Role", "IAM::AccessKey", "IAM::LoginProfile", "IAM::ServiceSpecificCredential",
        "IAM::SSHPublicKey", "IAM::SigningCertificate", "IAM::SAMLProvider", "IAM::OIDCProvider",
        "IAM::InstanceProfile", "RolesAnywhere::TrustAnchor", "RolesAnywhere::Profile", "IdentityStore::User",
        "SSO::Assignment", "SSO::PermissionSet", "Cognito::IdentityPool", "Cognito::UserPoolUser", "EKS::AccessEntry",
        "EKS::PodIdentityAssociation", "Organizations::Account",
    )
)  # fmt: skip
"""Types that hold credentials or give them. What runs code with a role that it was given is not among them."""
