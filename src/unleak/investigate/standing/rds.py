"""RDS: databases, their snapshots, and snapshots that were given away.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
"""

from collections.abc import Iterator

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Own, Row, made_and_deleted
from unleak.investigate.standing.shared_lists import SharedList

_ONE, _CLUSTER = here("rds", "db:{dBInstanceIdentifier}"), here("rds", "cluster:{dBClusterIdentifier}")
_SNAPSHOT = here("rds", "snapshot:{dBSnapshotIdentifier}")
_CLUSTER_SNAPSHOT = here("rds", "cluster-snapshot:{dBClusterSnapshotIdentifier}")
_LIST = SharedList("AWS::RDS::DBSnapshot", _SNAPSHOT, "valuesToAdd", "valuesToRemove", "snapshot")
_CLUSTER_LIST = SharedList(
    "AWS::RDS::DBClusterSnapshot", _CLUSTER_SNAPSHOT, "valuesToAdd", "valuesToRemove", "snapshot"
)


def _database(noun: str, arn: str) -> Iterator[Row]:
    type_ = f"RDS::{noun}"
    yield from made_and_deleted(f"rds:{noun}", type_, arn, arn, "{engine}[, public: {publiclyAccessible}]")
    yield Row(
        f"rds:Modify{noun}", type_, CHANGED, arn,
        "changed[, public: {publiclyAccessible}]", key="settings",
    )  # fmt: skip
    yield Row(
        f"rds:Restore{noun}From{'DB' if noun == 'DBInstance' else ''}Snapshot rds:Restore{noun}FromS3"
        f" rds:Restore{noun}ToPointInTime", type_, CREATED,
        here("rds", "db:{targetDBInstanceIdentifier|dBInstanceIdentifier}") if noun == "DBInstance" else arn,
        "from {dBSnapshotIdentifier|snapshotIdentifier|sourceDBInstanceIdentifier|sourceDBClusterIdentifier"
        "|s3BucketName}",
    )  # fmt: skip
    yield Row(f"rds:Start{noun}", type_, CHANGED, arn, "started", mark="running")
    yield Row(f"rds:Stop{noun}", type_, CHANGED, arn, "stopped", mark="stopped")


ROWS: tuple[Row | Own, ...] = (
    *_database("DBInstance", _ONE),
    *_database("DBCluster", _CLUSTER),
    Row("rds:CreateDBInstanceReadReplica", "RDS::DBInstance", CREATED, _ONE, "copy [of {sourceDBInstanceIdentifier}]"),
    *made_and_deleted("rds:DBSnapshot", "RDS::DBSnapshot", _SNAPSHOT, _SNAPSHOT, "[of {dBInstanceIdentifier}]"),
    *made_and_deleted(
        "rds:DBClusterSnapshot", "RDS::DBClusterSnapshot", _CLUSTER_SNAPSHOT, _CLUSTER_SNAPSHOT,
        "[of {dBClusterIdentifier}]",
    ),
    Row(
        "rds:CopyDBSnapshot", "RDS::DBSnapshot", CREATED, here("rds", "snapshot:{targetDBSnapshotIdentifier}"),
        "[of {sourceDBSnapshotIdentifier}]",
    ),
    Row(
        "rds:CopyDBClusterSnapshot", "RDS::DBClusterSnapshot", CREATED,
        here("rds", "cluster-snapshot:{targetDBClusterSnapshotIdentifier}"), "[of {sourceDBClusterSnapshotIdentifier}]",
    ),
    Own("rds:ModifyDBSnapshotAttribute", _LIST.read),
    Own("rds:ModifyDBClusterSnapshotAttribute", _CLUSTER_LIST.read),
    Row(
        "rds:StartExportTask", "RDS::ExportTask", CREATED, here("rds", "export-task:{exportTaskIdentifier}"),
        "{sourceArn} [to bucket {s3BucketName}]",
    ),
    Row("rds:CancelExportTask", "RDS::ExportTask", DELETED, here("rds", "export-task:{exportTaskIdentifier}")),
    Row(
        "rds:AuthorizeDBSecurityGroupIngress", "RDS::DBSecurityGroup", CHANGED,
        here("rds", "secgrp:{dBSecurityGroupName}"),
        "opened to {cIDRIP}", key="ingress|{cIDRIP}", replaces=False,
    ),
    Row(
        "rds:RevokeDBSecurityGroupIngress", "RDS::DBSecurityGroup", CHANGED,
        here("rds", "secgrp:{dBSecurityGroupName}"),
        "closed to {cIDRIP}", key="ingress|{cIDRIP}", away=True,
    ),
)  # fmt: skip
