"""A secret's versions, without their values.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from unleak.aws.client import Client

CURRENT = "AWSCURRENT"


@dataclass(frozen=True, slots=True)
class SecretVersion:
    id: str
    at: datetime
    stages: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return CURRENT in self.stages


@dataclass(frozen=True, slots=True)
class Secret:
    """`deleted_at`: when it was told to be deleted; until it is gone it can be restored. `versions`: newest first."""

    arn: str
    versions: tuple[SecretVersion, ...]
    deleted_at: datetime | None = None

    @property
    def current(self) -> SecretVersion | None:
        return next((v for v in self.versions if v.is_current), None)

    def before(self, at: datetime, theirs: frozenset[str] = frozenset()) -> SecretVersion | None:
        """The newest that was made before that time and is not theirs."""
        return next((v for v in self.versions if v.at < at and v.id not in theirs), None)


def secret_of(client: Client, arn: str) -> Secret:
    """Raises NotFound where it is gone."""
    name = arn.split(":secret:", 1)[-1]
    told = client.describe_secret(SecretId=arn if arn[-7:-6] == "-" else name)
    if told.get("DeletedDate"):
        return Secret(told["ARN"], (), told["DeletedDate"])
    found = sorted(_versions(client, told["ARN"]), key=lambda v: v.at, reverse=True)
    return Secret(told["ARN"], tuple(found))


def _versions(client: Client, arn: str) -> Iterator[SecretVersion]:
    """Page by page: botocore has no paginator for it."""
    asked = {"SecretId": arn, "IncludeDeprecated": True}
    while True:
        answer = client.list_secret_version_ids(**asked)
        for told in answer.get("Versions", ()):
            yield SecretVersion(told["VersionId"], told["CreatedDate"], tuple(told.get("VersionStages", ())))
        if not answer.get("NextToken"):
            return
        asked["NextToken"] = answer["NextToken"]
