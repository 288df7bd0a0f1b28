"""What checks bring home: the closed union that the fold, the playbook and the reports read.

Bulk evidence lies in the store as a file; its entry names hash and count.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unleak.model.credential import Origin
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


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose key this is. `user_arn` is None where no user owns it (root, absent)."""

    key_id: str
    account: str
    status: KeyStatus
    user_arn: str | None = None
    is_root: bool = False
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    last_used_service: str = ""
    last_used_region: str = ""


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


@dataclass(frozen=True, slots=True)
class CallsRead:
    """The trail of one credential, our own trial calls left out; the calls lie in `exhibit`.

    `unread` names the regions that could not be looked at. `last_accepted_at` does not count GetCallerIdentity, which
    no deny can refuse.
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


Evidence = (
    KeyOwner | KeyTried | PrincipalSaved | PermissionsRead | CallsRead | CredentialFound | ResourceFound | InstanceRole
)
