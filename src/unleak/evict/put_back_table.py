"""Restores a table of DynamoDB as it was before the attacker wrote or deleted, to a new table beside it.

What is there is never touched: nobody but its owner knows what is to be kept of both. The owner compares, and lets the
applications use the new one or copies items over.
"""

from datetime import timedelta
from typing import Any

from unleak.aws.client import Client
from unleak.aws.table_backups import Source, described, source_of
from unleak.evict.asked import not_attributed, options_of
from unleak.model.clock import parse_stamp
from unleak.model.errors import NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

ON_OURS = (
    "dynamodb:DeleteTable", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
    "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
)  # fmt: skip
"""What restoring writes with, and what takes it back: needed on the new tables alone.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
"""
OURS = "arn:aws:dynamodb:*:*:table/*.unleak-*"
_LONGEST = 255
_BY_HAND = "compare both; then let applications use the new one, or copy its items. Its tags, alarms, policy, streams, "
_SETTINGS = "expiry and recovery settings are not restored"


class PutBackTable:
    id = "put_back_table"
    title = "Restore the table as it was, beside the one that is there"
    permissions = (
        "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:ListBackups",
        "dynamodb:RestoreTableToPointInTime", "dynamodb:RestoreTableFromBackup", *ON_OURS,
    )  # fmt: skip
    breaking = False
    reversible = True
    deletes = False
    undone_by = "deleting the new table, unless it is protected from that; a legal hold keeps it"
    by_hand = ByHand(
        console="DynamoDB (region {region}) > Tables > {name} > Backups > Restore",
        cli="aws dynamodb restore-table-to-point-in-time --region {region} --source-table-name {name} "
        "--target-table-name NEW --restore-date-time TIME",
    )
    references = (
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_howitworks.html",
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where nobody says what was changed and when, and where nothing from before is kept."""
        client = _dynamodb(context, target)
        source = self._source(context, client, target)
        new = _new_name(context, target, source)
        there = described(client, new)
        if there is not None and _is_ours(there, target):
            return None
        how = f"from backup {source.backup}" if source.backup else f"as of {source.version}"
        return Change(
            summary=f"restore table {target.name} {how}, to the new table {new}; by hand: {_BY_HAND}{_SETTINGS}",
            breaks="nothing: the table that is there is not touched. The new one costs as long as it is kept",
            undo="delete the new table; protect it from deletion where applications use it",
            before={"there": False},
            after={"table": new, "from": source.version},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        client, new, version = _dynamodb(context, target), str(change.after["table"]), str(change.after["from"])
        if described(client, new) is None and version.startswith("arn:"):
            client.restore_table_from_backup(TargetTableName=new, BackupArn=version)
        elif described(client, new) is None:
            client.restore_table_to_point_in_time(
                SourceTableName=target.name, TargetTableName=new, RestoreDateTime=parse_stamp(version)
            )
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        if change is None:
            return Look(Tri.YES, detail="it was restored before")
        new = str(change.after["table"])
        there = described(_dynamodb(context, target, fresh=True), new)
        if there is None or not _is_ours(there, target):
            return Look(Tri.NO, detail=f"there is no table {new}")
        if there["TableStatus"] != "ACTIVE" or there["RestoreSummary"].get("RestoreInProgress"):
            return Look(Tri.COULD_NOT_LOOK, detail=f"table {new} is still being restored")
        return Look(Tri.YES, detail=f"table {new} is restored")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        client, new = _dynamodb(context, target), str(change.after["table"])
        there = described(client, new)
        if there is None:
            return Outcome(OutcomeKind.ALREADY, f"there is no table {new}")
        if context.incident.is_held:
            return Outcome(OutcomeKind.ASK, f"a legal hold keeps table {new}")
        if not _is_ours(there, target) or there.get("DeletionProtectionEnabled"):
            return Outcome(OutcomeKind.ASK, f"table {new} is protected from deletion: somebody may use it")
        client.delete_table(TableName=new)
        return Outcome(OutcomeKind.DONE, f"table {new} deleted")

    def _source(self, context: Context, client: Client, target: Target) -> Source:
        """As a person says: a time, or a backup; else what is kept of the second before the attacker's first deed."""
        asked, standing = options_of(context, self.id, target).get("version", ""), context.incident.descent
        if asked.startswith("arn:"):
            return Source(context.clock.now(), asked)
        deeds = [f for f in standing.standing if f.arn == target.id] if standing else []
        lost = [f.at for f in deeds if f.type == "AWS::DynamoDB::Item" or f.deed == "deleted"]
        if not asked and not lost:
            raise not_attributed(target)
        moment = _moment(asked) if asked else min(lost) - timedelta(seconds=1)
        source = source_of(client, target.name, moment)
        if source is None:
            raise NotPossible(
                f"point-in-time recovery of {target.name} did not reach back to then, and no backup is kept",
                "look for a recovery point in AWS Backup, and for exports; else it is gone",
            )
        return source


def _moment(asked: str) -> Any:
    try:
        return parse_stamp(asked)
    except ValueError as error:
        raise NotPossible(f"{asked} is neither a time nor a backup", "write it like version=TIME") from error


def _new_name(context: Context, target: Target, source: Source) -> str:
    """The same for the same source, and one that nobody else has."""
    what = source.backup.rsplit("/", 1)[-1] if source.backup else f"{source.at:%Y%m%dT%H%M%S}"
    ours = f".{context.incident.name_of(what)}"
    return target.name[: _LONGEST - len(ours)] + ours


def _is_ours(there: dict[str, Any], target: Target) -> bool:
    return str(there.get("RestoreSummary", {}).get("SourceTableArn", "")) == target.id


def _dynamodb(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "dynamodb", target.region, fresh=fresh)


ACTION = PutBackTable()
