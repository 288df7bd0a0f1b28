"""Users, roles and their credentials, and how CloudTrail writes who called.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from incident_scribe import Place, stamp

# token: of GetSessionToken. console: of a sign-in as a user; web: of a sign-in by a federation or role session.
Kind = Literal["key", "root", "token", "federated", "role", "console", "web"]
_FOREVER = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class User:
    account: str
    name: str
    id: str

    @property
    def arn(self) -> str:
        kind = "root" if self.name == "root" else f"user/{self.name}"
        return f"arn:aws:iam::{self.account}:{kind}"


@dataclass(frozen=True, slots=True)
class Role:
    account: str
    name: str
    id: str
    path: str = "/"

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"


@dataclass(frozen=True, slots=True)
class Credential:
    """`arn` is the user's or role's; `identity` is what CloudTrail writes as userIdentity."""

    key_id: str
    account: str
    arn: str
    kind: Kind
    identity: dict[str, Any] = field(repr=False)
    born: datetime
    expires: datetime
    user: User | None = None


def key_of(user: User, key_id: str, at: datetime) -> Credential:
    root = user.name == "root"
    who = _user(user, key_id)
    return Credential(key_id, user.account, user.arn, "root" if root else "key", who, at, at + _FOREVER, user)


def _user(user: User, key_id: str = "") -> dict[str, Any]:
    who: dict[str, Any] = {"type": "IAMUser", "principalId": user.id, "arn": user.arn, "accountId": user.account}
    if user.name == "root":
        who |= {"type": "Root", "principalId": user.account}
    else:
        who["userName"] = user.name
    return {**who, "accessKeyId": key_id} if key_id else who


def signed_in(user: User) -> dict[str, Any]:
    """Who signs in to the console: without a key."""
    return _user(user)


def token_of(user: User, key_id: str, at: datetime, hours: float, kind: Kind = "token") -> Credential:
    who = _user(user, key_id)
    who["sessionContext"] = {"sessionIssuer": {}, "webIdFederationData": {}, "attributes": _attributes(at)}
    if kind == "console":
        who["sessionContext"] = {"attributes": _attributes(at)}
    return Credential(key_id, user.account, user.arn, kind, who, at, at + timedelta(hours=hours), user)


def _attributes(at: datetime) -> dict[str, Any]:
    return {"creationDate": stamp(at), "mfaAuthenticated": "false"}


def federated_of(
    user: User, name: str, key_id: str, at: datetime, hours: float, kind: Kind = "federated"
) -> Credential:
    issuer = _user(user) if user.name != "root" else {**_user(user), "userName": ""}
    who = {
        "type": "FederatedUser",
        "principalId": f"{user.account}:{name}",
        "arn": f"arn:aws:sts::{user.account}:federated-user/{name}",
        "accountId": user.account,
        "accessKeyId": key_id,
        "sessionContext": {"sessionIssuer": issuer, "webIdFederationData": {}, "attributes": _attributes(at)},
    }
    return Credential(key_id, user.account, user.arn, kind, who, at, at + timedelta(hours=hours), user)


def session_of(role: Role, name: str, key_id: str, at: datetime, seconds: int, kind: Kind = "role") -> Credential:
    issuer = {
        "type": "Role", "principalId": role.id, "arn": role.arn, "accountId": role.account, "userName": role.name,
    }  # fmt: skip
    who = {
        "type": "AssumedRole",
        "principalId": f"{role.id}:{name}",
        "arn": session_arn(role, name),
        "accountId": role.account,
        "accessKeyId": key_id,
        "sessionContext": {"sessionIssuer": issuer, "attributes": _attributes(at)},
    }
    return Credential(key_id, role.account, role.arn, kind, who, at, at + timedelta(seconds=seconds))


def session_arn(role: Role, name: str) -> str:
    return f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}"


def service(name: str) -> dict[str, Any]:
    return {"type": "AWSService", "invokedBy": f"{name}.amazonaws.com"}


def service_place(name: str, region: str) -> Place:
    return Place(f"{name}.amazonaws.com", f"{name}.amazonaws.com", region)
