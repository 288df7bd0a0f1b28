"""Deletes a snapshot of a database or of a cluster that the attacker made.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteSnapshot.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.evict.putting_right import last_of
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteDatabaseSnapshot(Deleting):
    id = "delete_database_snapshot"
    title = "Delete a snapshot of a database that the attacker made"
    permissions = (
        "rds:DescribeDBSnapshots", "rds:DeleteDBSnapshot", "rds:DescribeDBClusterSnapshots",
        "rds:DeleteDBClusterSnapshot",
    )  # fmt: skip
    service = "rds"
    types = ("RDS::DBSnapshot", "RDS::DBClusterSnapshot")
    noun = "snapshot"
    by_hand = ByHand(
        console="RDS (region {region}) > Snapshots > {name} > Actions > Delete snapshot",
        cli="aws rds delete-db-snapshot --region {region} --db-snapshot-identifier NAME  # or "
        "delete-db-cluster-snapshot",
    )
    references = ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteSnapshot.html",)

    def look(self, client: Client, target: Target) -> Any:
        if _is_of_cluster(target):
            found = client.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=last_of(target))
            return next(({"of": s.get("DBClusterIdentifier", "")} for s in found["DBClusterSnapshots"]), None)
        found = client.describe_db_snapshots(DBSnapshotIdentifier=last_of(target))
        return next(({"of": s.get("DBInstanceIdentifier", "")} for s in found["DBSnapshots"]), None)

    def delete(self, client: Client, target: Target) -> None:
        if _is_of_cluster(target):
            client.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=last_of(target))
        else:
            client.delete_db_snapshot(DBSnapshotIdentifier=last_of(target))


def _is_of_cluster(target: Target) -> bool:
    return ":cluster-snapshot:" in target.id


ACTION = DeleteDatabaseSnapshot()
