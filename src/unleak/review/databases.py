"""Databases and their snapshots: open to the internet, or shared outside. Tables of DynamoDB, clusters of Redshift."""

from collections.abc import Iterator
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, medium, some
from unleak.review.listing import Listing

_INSTANCE = "AWS::RDS::DBInstance"
_TABLES = (
    Listing("AWS::RDS::DBCluster", "rds:DescribeDBClusters", "DBClusters", "DBClusterArn",
            name="DBClusterIdentifier", created="ClusterCreateTime", detail=("Engine", "Status")),
    Listing("AWS::DynamoDB::Table", "dynamodb:ListTables", "TableNames", "", "dynamodb:table/{id}"),
    Listing("AWS::Redshift::Cluster", "redshift:DescribeClusters", "Clusters", "ClusterIdentifier",
            "redshift:cluster:{id}", created="ClusterCreateTime", detail=("PubliclyAccessible", "NodeType")),
)  # fmt: skip
_SNAPSHOTS = (
    ("AWS::RDS::DBSnapshot", "describe_db_snapshots", "DBSnapshots", "DBSnapshot",
     "describe_db_snapshot_attributes"),
    ("AWS::RDS::DBClusterSnapshot", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshot",
     "describe_db_cluster_snapshot_attributes"),
)  # fmt: skip


class Databases:
    id = "databases"
    title = "Databases and their snapshots, open or shared"
    scope = Scope.REGIONAL
    permissions = (
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBSnapshotAttributes",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusterSnapshotAttributes",
        *(one.action for one in _TABLES),
    )
    types = (_INSTANCE, *(row[0] for row in _SNAPSHOTS), *(one.type for one in _TABLES))

    def look(self, place: Place) -> Iterator[Thing]:
        rds = place.client("rds")
        for one in place.listed(_INSTANCE, rds.items, "describe_db_instances", "DBInstances"):
            yield place.thing(
                _INSTANCE, one["DBInstanceArn"], one["DBInstanceIdentifier"], one.get("InstanceCreateTime"),
                detail=some(engine=one.get("Engine"), status=one.get("DBInstanceStatus")),
                concerns=(medium("reachable from the internet"),) if one.get("PubliclyAccessible") else (),
            )  # fmt: skip
        for row in _SNAPSHOTS:
            yield from _snapshots(place, rds, *row)
        for table in _TABLES:
            yield from place.listed(table.type, table.look, place)


def _snapshots(place: Place, rds: Any, kind: str, method: str, path: str, stem: str, shares: str) -> Iterator[Thing]:
    """Automatic ones cannot be shared, and go with their database."""
    for one in place.listed(kind, rds.items, method, path, SnapshotType="manual"):
        arn, name = one[f"{stem}Arn"], one[f"{stem}Identifier"]
        asked = {f"{stem}Identifier": name}
        told = place.ask(arn, getattr(rds, shares), **asked) or {}
        attributes = told.get(f"{stem}AttributesResult", {}).get(f"{stem}Attributes", ())
        concerns = tuple(c for a in attributes if a.get("AttributeName") == "restore" for c in _shared(a))
        yield place.thing(kind, arn, name, one.get("SnapshotCreateTime"), concerns=concerns)


def _shared(attribute: Any) -> Iterator[Concern]:
    for whom in attribute.get("AttributeValues", ()):
        yield high("shared with everybody") if whom == "all" else medium(f"shared with account {whom}")


CHECK = Databases()
