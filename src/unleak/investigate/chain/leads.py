"""What a call of the attacker's makes worth looking for. `parent` is the credential that made the call."""

from dataclasses import dataclass
from datetime import datetime

from unleak.model.credential import Origin


@dataclass(frozen=True, slots=True)
class Because:
    """Where a lead comes from."""

    parent: str
    event_id: str
    at: datetime
    how: str


@dataclass(frozen=True, slots=True)
class KeyGiven:
    """The answer carries a credential."""

    because: Because
    key_id: str
    origin: Origin
    principal_arn: str
    account: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PrincipalMade:
    """A user or role of the attacker's own: all that is done with it is his."""

    because: Because
    arn: str


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """The attacker knows the console password of a user."""

    because: Because
    user_arn: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session whose holder may open the console with it, or log in a tool: more sessions under the same ARN."""

    because: Because
    arn: str
    address: str


@dataclass(frozen=True, slots=True)
class TrustOpened:
    """A role lets these in, who it did not before: account numbers, ARNs, providers, or `*`."""

    because: Because
    role_arn: str
    lets_in: frozenset[str]


@dataclass(frozen=True, slots=True)
class SessionsNamed:
    """Sessions of a machine, function, task or build bear its name. `role_arn` is empty where the call does not say.

    `taken`: it was there before and does its own work too, so that only use from elsewhere, or since then, tells.
    """

    because: Because
    name: str
    service: str
    role_arn: str = ""
    taken: bool = False


@dataclass(frozen=True, slots=True)
class RolePassed:
    """A role was given to a service, whose sessions do not say for whom they are: the last who passed it counts."""

    because: Because
    role_arn: str
    service: str


@dataclass(frozen=True, slots=True)
class ProviderMade:
    """An identity provider or trust anchor of the attacker's own: whoever comes through it is he."""

    because: Because
    arn: str


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A user of Identity Center who was made, or given an account, by the attacker; `name` as sessions bear it."""

    because: Because
    name: str
    made: bool


Lead = (
    KeyGiven
    | PrincipalMade
    | PasswordSet
    | SignedIn
    | TrustOpened
    | SessionsNamed
    | RolePassed
    | ProviderMade
    | DirectoryUser
)
