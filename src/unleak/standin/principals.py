"""Who can sign a request: long-term keys and sessions, as IAM sees them at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from unleak.iam.policy import Policy


class Kind(StrEnum):
    """CloudTrail's `userIdentity.type`."""

    ROOT = "Root"
    USER = "IAMUser"
    ROLE = "AssumedRole"
    FEDERATED = "FederatedUser"
    ANONYMOUS = "AWSAccount"


@dataclass(frozen=True, slots=True)
class Principal:
    """The signer of a request. `name` is the user or role that the permissions come from, `source_arn` and `source_id`
    are its ARN and unique id; for a session, `arn` and `unique_id` are the session's own. `mfa_at`: when a second
    factor was given for the session. `tags` are the session's. `of_machine`, `of_console`: it was
    made for an instance, or by signing in.
    """

    kind: Kind
    account: str
    arn: str
    unique_id: str
    key_id: str
    secret: str = field(repr=False)
    name: str = ""
    token: str = field(default="", repr=False)
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    session_policies: tuple[Policy, ...] | None = None
    source_arn: str = ""
    source_id: str = ""
    mfa_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    of_machine: bool = False
    of_console: bool = False

    @property
    def is_session(self) -> bool:
        return self.issued_at is not None


def role_session(role: "RoleView", account: str, name: str) -> Principal:
    """A role under a session's name, before it is given credentials."""
    return Principal(
        kind=Kind.ROLE,
        account=account,
        arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}",
        unique_id=f"{role.unique_id}:{name}",
        key_id="",
        secret="",
        name=role.name,
        source_arn=role.arn,
        source_id=role.unique_id,
    )


NOBODY = Principal(Kind.ANONYMOUS, "", "", "", "", "")
"""Whoever has not signed."""


@dataclass(frozen=True, slots=True)
class KeyView:
    key_id: str
    secret: str = field(repr=False)
    active: bool = True
    user: str = ""


@dataclass(frozen=True, slots=True)
class UserView:
    name: str
    arn: str
    unique_id: str
    policies: tuple[Policy, ...]
    boundary: tuple[Policy, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoleView:
    name: str
    arn: str
    unique_id: str
    policies: tuple[Policy, ...]
    trust: Policy
    boundary: tuple[Policy, ...] | None = None
    max_session_seconds: int = 3600
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AccountView:
    """One account's IAM as decisions see it. Roles by name; instance profiles map to the ARN of their role."""

    users: Mapping[str, UserView] = field(default_factory=dict)
    roles: Mapping[str, RoleView] = field(default_factory=dict)
    keys: Mapping[str, KeyView] = field(default_factory=dict)
    profiles: Mapping[str, str] = field(default_factory=dict)

    def holder(self, unique_id: str) -> UserView | RoleView | None:
        """By unique id: a user or role that was made anew under an old name is another."""
        return self.by_id.get(unique_id)

    @cached_property
    def by_id(self) -> Mapping[str, UserView | RoleView]:
        holders: list[UserView | RoleView] = [*self.users.values(), *self.roles.values()]
        return {h.unique_id: h for h in holders}
