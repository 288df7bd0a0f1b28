"""Takes a snapshot of a database or of a cluster back from the accounts that the attacker gave it to.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
"""

from collections.abc import Iterable

from unleak.aws.client import Client
from unleak.evict.putting_right import last_of
from unleak.evict.unsharing import Unsharing
from unleak.model.plan import Target
from unleak.unit import ByHand


class UnshareDatabaseSnapshot(Unsharing):
    id = "unshare_database_snapshot"
    title = "Take a snapshot of a database back from those whom the attacker gave it to"
    permissions = (
        "rds:DescribeDBSnapshotAttributes", "rds:ModifyDBSnapshotAttribute",
        "rds:DescribeDBClusterSnapshotAttributes", "rds:ModifyDBClusterSnapshotAttribute",
    )  # fmt: skip
    service = "rds"
    types = ("RDS::DBSnapshot", "RDS::DBClusterSnapshot")
    noun = "snapshot"
    by_hand = ByHand(
        console="RDS (region {region}) > Snapshots > {name} > Actions > Share snapshot",
        cli="aws rds modify-db-snapshot-attribute --region {region} --db-snapshot-identifier NAME "
        "--attribute-name restore --values-to-remove ACCOUNT  # or modify-db-cluster-snapshot-attribute",
    )
    references = ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",)

    def shared_with(self, client: Client, target: Target) -> Iterable[str]:
        kind, name = _named(target)
        describe = getattr(client, f"describe_db_{kind}snapshot_attributes")
        of_kind = "DBClusterSnapshot" if kind else "DBSnapshot"
        found = describe(**name)[f"{of_kind}AttributesResult"].get(f"{of_kind}Attributes", ())
        return [v for a in found if a["AttributeName"] == "restore" for v in a.get("AttributeValues", ())]

    def share(self, client: Client, target: Target, who: str, *, add: bool) -> None:
        kind, name = _named(target)
        modify = getattr(client, f"modify_db_{kind}snapshot_attribute")
        modify(**name, AttributeName="restore", **{"ValuesToAdd" if add else "ValuesToRemove": [who]})


def _named(target: Target) -> tuple[str, dict[str, str]]:
    """The word that the calls for clusters have, and the parameter that names the snapshot."""
    cluster = ":cluster-snapshot:" in target.id
    field = "DBClusterSnapshotIdentifier" if cluster else "DBSnapshotIdentifier"
    return "cluster_" if cluster else "", {field: last_of(target)}


ACTION = UnshareDatabaseSnapshot()
