"""A database is copied into a snapshot, which is shared with another account."""

from typing import Any

from unleak.drill.documents import STRANGER, be_administrator
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques.data_destroyed import DATABASE, make_database

_COPY: dict[str, Any] = {"DBSnapshotIdentifier": "copy"}


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    make_database(stage)


TECHNIQUE = Technique(
    id="database_shared",
    title="A database copied and shared",
    attack=("T1537", "T1530"),
    prepare=prepare,
    moves=(
        call("rds:DescribeDBInstances"),
        call("rds:CreateDBSnapshot", DBInstanceIdentifier=DATABASE, **_COPY),
        call("rds:ModifyDBSnapshotAttribute", AttributeName="restore", ValuesToAdd=[STRANGER], **_COPY),
    ),
    seen=Traces(rules=("snapshot-created", "rds-snapshot-shared"), things=("RDS::DBSnapshot",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("database snapshot copy",),
    only_standin=LEAVES,
)
