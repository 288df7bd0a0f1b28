"""What a table of DynamoDB can be restored from: a point in time, or a backup.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_howitworks.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unleak.aws.client import Client
from unleak.model.clock import stamp
from unleak.model.errors import NotFound


@dataclass(frozen=True, slots=True)
class Source:
    """A backup by its ARN, made at that time; without one, the table itself as of that time."""

    at: datetime
    backup: str = ""

    @property
    def version(self) -> str:
        return self.backup or stamp(self.at)


def described(client: Client, name: str) -> dict[str, Any] | None:
    """None where there is no such table, or soon will be none."""
    try:
        told: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except NotFound:
        return None
    return None if told.get("TableStatus") == "DELETING" else told


def source_of(client: Client, name: str, moment: datetime) -> Source | None:
    """For what the table held at that moment: point-in-time recovery where it was on; the backup that AWS makes of such
    a table when it is deleted; the newest backup from before. None where nothing is kept.
    """
    if _reaches(client, name, moment):
        return Source(moment)
    of_deletion = [s for s in _backups(client, name, "SYSTEM") if s.at >= moment]
    if of_deletion:
        return min(of_deletion, key=lambda s: s.at)
    return max((s for s in _backups(client, name, "USER") if s.at < moment), key=lambda s: s.at, default=None)


def _reaches(client: Client, name: str, moment: datetime) -> bool:
    try:
        told = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    except NotFound:
        return False
    recovery = told.get("PointInTimeRecoveryDescription", {})
    since = recovery.get("EarliestRestorableDateTime")
    return recovery.get("PointInTimeRecoveryStatus") == "ENABLED" and (since is None or since <= moment)


def _backups(client: Client, name: str, kind: str) -> list[Source]:
    listed = client.pages("list_backups", "BackupSummaries", TableName=name, BackupType=kind)
    return [
        Source(b["BackupCreationDateTime"], str(b["BackupArn"])) for b in listed if b["BackupStatus"] == "AVAILABLE"
    ]
