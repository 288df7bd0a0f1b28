"""What checks bring home: the closed union that the fold, the playbook and the reports read.

Bulk evidence lies in the store as a file; its entry names hash and count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from unleak.model.credential import CredentialKind, Origin
from unleak.model.plan import Target, TargetKind


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file of evidence in the store: JSON lines, `count` of them."""

    sha256: str
    count: int
    size: int


class KeyStatus(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"
    ABSENT = "absent"
    UNKNOWN = "unknown"  # IAM keeps no list of sessions, nor tells of other people's accounts


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose credential this is. `user_arn` is None where no user stands behind it (root, a role, absent); `role_arn` is
    that of a role's session. `request_ids` are those of our own calls with the leaked pair.
    """

    key_id: str
    account: str
    status: KeyStatus
    user_arn: str | None = None
    kind: CredentialKind = CredentialKind.USER_KEY
    role_arn: str | None = None
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    last_used_service: str = ""
    last_used_region: str = ""
    request_ids: tuple[str, ...] = ()

    @property
    def is_root(self) -> bool:
        return self.kind.is_root

    @property
    def principal_arn(self) -> str | None:
        """Whose permissions the credential has; None for root, and where nobody knows."""
        return self.user_arn or self.role_arn


@dataclass(frozen=True, slots=True)
class KeyTried:
    """The leaked pair was tried before containment. `accepted` proves that the secret belongs to the key.

    `key_probe` and `session_probe` name harmless read actions that were accepted then, for later trials with the key
    and with a witness session minted from it (15 minutes, memory only). `request_ids` are those of our own calls.
    """

    key_id: str
    accepted: bool
    principal_arn: str = ""
    code: str = ""
    key_probe: str = ""
    session_probe: str = ""
    witness_key_id: str = ""
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrincipalSaved:
    """A principal as it was before we touched it; the whole of it lies in `exhibit`."""

    principal_arn: str
    exhibit: Exhibit
    attached: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str = ""
    key_ids: tuple[str, ...] = ()
    has_console_login: bool = False


@dataclass(frozen=True, slots=True)
class Danger:
    """One dangerous action that the principal may do, and why that matters."""

    action: str
    why: str


@dataclass(frozen=True, slots=True)
class PermissionsRead:
    """What the principal may do of what matters. `unread` names policies that could not be read."""

    principal_arn: str
    dangers: tuple[Danger, ...]
    is_admin: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LastingCall:
    """An accepted call whose effect outlives the credential and may let its holder back in. `name`: to what."""

    action: str
    name: str
    at: datetime
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class UseBefore:
    """What a credential did before it leaked: an application's rightful use, as far as the trail tells."""

    accepted: int = 0
    last_at: datetime | None = None
    actions: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallsRead:
    """The trail of one credential, our own trial calls left out; the calls lie in `exhibit`.

    `unread` names the regions that could not be looked at. `last_accepted_at` does not count GetCallerIdentity, which
    no deny can refuse. `strange` are addresses that had a call accepted since the leak and none before it. `outlives`
    are accepted calls whose fruit no deny ends (a token for another system, an open shell).
    """

    key_id: str
    exhibit: Exhibit
    accepted: int
    denied: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_accepted_at: datetime | None = None
    addresses: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    lasting: tuple[LastingCall, ...] = ()
    before: UseBefore = UseBefore()
    strange: tuple[str, ...] = ()
    outlives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganizationFound:
    """Whether a service control policy could bind an account. `management` is the account that would write it; empty
    where there is no organisation. `why_not` is empty where it binds and we reach the management account.
    """

    account: str
    management: str = ""
    why_not: str = ""

    @property
    def binds(self) -> bool:
        return not self.why_not


@dataclass(frozen=True, slots=True)
class CredentialFound:
    """A credential that another one made: it joins the incident. `principal_arn` is whose permissions it carries."""

    key_id: str
    parent: str
    origin: Origin
    how: str
    principal_arn: str
    account: str
    at: datetime
    event_id: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResourceFound:
    """Something a credential created. `profile` names the instance profile that it was started with; `from_template`:
    a template may have given it one that the call does not name.
    """

    target: Target
    by_key: str
    how: str
    at: datetime
    event_id: str
    profile: str = ""
    from_template: bool = False

    @property
    def is_machine(self) -> bool:
        return self.target.kind is TargetKind.INSTANCE


@dataclass(frozen=True, slots=True)
class InstanceRole:
    """The role that an instance of this incident holds."""

    instance_arn: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that an attacker brought about and that still stands, as far as the trail tells. `by`: the credential.

    `is_principal`: it can hold or give credentials. `grants`: outsiders that it lets in. `action` is the call's. `part`
    is what hangs on the thing: empty for the thing itself, `policy|ARN`, `inline|NAME`, `trust`; it ends with |gone
    where it was taken away. `former`: the parameters of the call that had last written it before, where they are known;
    empty where nothing was there. `account`: in whose trail it is.
    """

    arn: str
    type: str
    deed: str
    detail: str
    by: str
    at: datetime
    event_id: str
    is_principal: bool = False
    grants: tuple[str, ...] = ()
    action: str = ""
    part: str = ""
    former: Mapping[str, Any] | None = None
    account: str = ""


def without_gone(part: str) -> tuple[str, bool]:
    """The part, and whether it was taken away."""
    if part == "gone":
        return "", True
    return part.removesuffix("|gone"), part.endswith("|gone")


@dataclass(frozen=True, slots=True)
class DescentRead:
    """What came of the leaked credential, followed through the trail. All that the attacker brought about lies in
    `exhibit`, removed or not; `standing` are those of it that stand, the worst first, at most 500.

    `stolen` are long-term keys of others that were probably stolen: told, and not touched. `capped` says that more was
    there than was followed. `ended` are the events of which the trail says that nothing stands any more; `made` the
    principals that the attacker made, whether they stand or not.
    """

    key_id: str
    exhibit: Exhibit
    credentials: int
    calls: int
    standing: tuple[Fact, ...] = ()
    removed: int = 0
    stolen: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    capped: str = ""
    ended: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


Evidence = (
    KeyOwner
    | KeyTried
    | PrincipalSaved
    | PermissionsRead
    | CallsRead
    | OrganizationFound
    | CredentialFound
    | ResourceFound
    | InstanceRole
    | DescentRead
)
