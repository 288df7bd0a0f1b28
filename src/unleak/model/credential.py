"""A credential, and the two parts of it that never print."""

import hashlib
import hmac
from enum import StrEnum
from typing import Never, final

from unleak.model.value import Value


class _Masked:
    """A value that lives in memory only: every way of printing, pickling or copying it gives the mask or refuses."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The value itself. Allowed only where a request is signed and where a secret goes to its consumer."""
        return self.__value

    def digest(self) -> str:
        """First 16 hex digits of the SHA-256: enough to recognise a value again, useless to find it."""
        return hashlib.sha256(self.__value.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(****)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and hmac.compare_digest(self.__value.encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(self.digest())

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(f"{type(self).__name__} stays in memory: it is neither pickled nor copied")


@final
class SecretKey(_Masked):
    """The 40-character half of a key pair."""

    __slots__ = ()


@final
class SessionToken(_Masked):
    """The third part of a temporary credential."""

    __slots__ = ()


class Credentials(Value):
    """What signs a request. `secret` and `token` never print."""

    key_id: str
    secret: SecretKey
    token: SessionToken | None = None


class Origin(StrEnum):
    """Where a credential of an incident came from. `created` ones are evicted, never rotated or restored."""

    LEAKED = "leaked"
    MINTED = "minted"
    CREATED = "created"
    STOLEN = "stolen"


class CredentialKind(StrEnum):
    """Which case of the decision table this is: where a deny must go, and what can be switched off at all."""

    USER_KEY = "user key"
    USER_SESSION = "user session"  # GetSessionToken
    FEDERATED_SESSION = "federated session"  # GetFederationToken
    ROLE_SESSION = "role session"
    ROOT_KEY = "root key"
    ROOT_SESSION = "root session"
    SERVICE_CREDENTIAL = "service-specific credential"  # Bedrock, CodeCommit, Keyspaces
    UNKNOWN_SESSION = "session of a principal that is not known yet"
    FOREIGN = "credential of an account that is not reached"

    @property
    def is_root(self) -> bool:
        return self in {CredentialKind.ROOT_KEY, CredentialKind.ROOT_SESSION}


class Vault:
    """The leaked credentials that this process has in hand, by key id. Gone when the process ends."""

    def __init__(self, *credentials: Credentials) -> None:
        self._held = {c.key_id: c for c in credentials}
        self._witnesses: dict[str, Credentials] = {}

    def get(self, key_id: str) -> Credentials | None:
        return self._held.get(key_id)

    def put(self, credentials: Credentials) -> None:
        self._held[credentials.key_id] = credentials

    def witness_of(self, key_id: str) -> Credentials | None:
        """A session that we minted from the leaked key before containment, to see it refused afterwards."""
        return self._witnesses.get(key_id)

    def put_witness(self, key_id: str, session: Credentials) -> None:
        self._witnesses[key_id] = session
