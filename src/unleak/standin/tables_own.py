"""The backup that AWS makes of a table with point-in-time recovery when it is deleted, and backups by their kind.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_howitworks.html
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def keep_what_is_deleted() -> None:
    """From now on, in every account."""
    backend: Any = import_module("moto.dynamodb.models").DynamoDBBackend
    answers: Any = import_module("moto.dynamodb.responses").DynamoHandler
    if not hasattr(backend, "keeps_what_is_deleted"):
        backend.keeps_what_is_deleted = True
        backend.delete_table = _kept(backend.delete_table)
        answers.list_backups = _of_kind(answers.list_backups)


def _kept(delete: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def deleted(backend: Any, name: str) -> Any:
        table = delete(backend, name)
        recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
            kind = import_module("moto.dynamodb.models.table").Backup
            name = f"{table.name}$DeletedTableBackup"
            made = kind(backend.account_id, backend.region_name, name, table, type_="SYSTEM")
            backend.backups[made.arn] = made
        return table

    return deleted


def _of_kind(listing: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def listed(answers: Any) -> Any:
        told, kind = listing(answers), answers.body.get("BackupType", "ALL")
        if kind != "ALL":
            told.result["BackupSummaries"] = [b for b in told.result["BackupSummaries"] if b["BackupType"] == kind]
        return told

    return listed
