"""Takes a snapshot of a volume back from the accounts that the attacker gave it to.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
"""

from collections.abc import Iterable

from unleak.aws.client import Client
from unleak.evict.unsharing import EVERYBODY, Unsharing
from unleak.model.plan import Target
from unleak.unit import ByHand


class UnshareSnapshot(Unsharing):
    id = "unshare_snapshot"
    title = "Take a snapshot of a volume back from those whom the attacker gave it to"
    permissions = ("ec2:DescribeSnapshotAttribute", "ec2:ModifySnapshotAttribute")
    service = "ec2"
    types = ("EC2::Snapshot",)
    noun = "snapshot"
    by_hand = ByHand(
        console="EC2 (region {region}) > Snapshots > {name} > Modify permissions",
        cli="aws ec2 modify-snapshot-attribute --region {region} --snapshot-id {name} "
        "--attribute createVolumePermission --operation-type remove --user-ids ACCOUNT",
    )
    references = ("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",)

    def shared_with(self, client: Client, target: Target) -> Iterable[str]:
        found = client.describe_snapshot_attribute(SnapshotId=target.name, Attribute="createVolumePermission")
        return [str(p.get("UserId") or p.get("Group")) for p in found.get("CreateVolumePermissions", ())]

    def share(self, client: Client, target: Target, who: str, *, add: bool) -> None:
        client.modify_snapshot_attribute(
            SnapshotId=target.name, Attribute="createVolumePermission", OperationType="add" if add else "remove",
            **{"GroupNames" if who == EVERYBODY else "UserIds": [who]},
        )  # fmt: skip


ACTION = UnshareSnapshot()
