"""AWS's own quarantine policies: they are managed by AWS and change, so what they deny is read at run time.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unleak.aws.client import Client
from unleak.iam.danger import DANGERS
from unleak.iam.evaluate import Decision, Policies, Request, evaluate
from unleak.iam.policy import parse_policy
from unleak.model.errors import NotFound

PREFIX = "AWSCompromisedKeyQuarantine"
_OLDEST, _NEWEST_KNOWN = 2, 4


@dataclass(frozen=True, slots=True)
class Quarantine:
    """`denies` are the dangerous actions of this user that it refuses."""

    arn: str
    document: Mapping[str, Any]
    denies: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]


def is_quarantine(arn: str) -> bool:
    """AWS's own only: anybody may name a policy of the account like it."""
    return arn.split(":")[4] == "aws" and arn.split(":", 5)[5].startswith(f"policy/{PREFIX}")


def strongest(client: Client, partition: str, actions: list[str]) -> Quarantine | None:
    """The one that denies most of `actions`; of equals, the newest. None where the partition has none."""
    best: tuple[int, int, Quarantine] | None = None
    version = _OLDEST
    while True:
        arn = f"arn:{partition}:iam::aws:policy/{PREFIX}V{version}"
        document = _document(client, arn)
        if document is not None:
            denies = denied_by(document, actions)
            candidate = (len(denies), version, Quarantine(arn, document, denies))
            best = candidate if best is None or candidate[:2] > best[:2] else best
        elif version > _NEWEST_KNOWN:
            return best[2] if best else None
        version += 1


def dangers_of(dangers: tuple[str, ...], *, is_admin: bool) -> list[str]:
    """What a quarantine should refuse: what this user may do of what matters, or all where that is not known."""
    return list(dangers) if dangers and not is_admin else list(DANGERS)


def denied_by(document: Mapping[str, Any], actions: list[str]) -> tuple[str, ...]:
    policies = Policies(identity=(parse_policy(document),))
    return tuple(a for a in actions if evaluate(Request(a), policies).decision is Decision.EXPLICIT_DENY)


def _document(client: Client, arn: str) -> dict[str, Any] | None:
    try:
        version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    except NotFound:
        return None
    found = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return dict(found)
