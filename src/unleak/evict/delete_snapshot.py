"""Deletes a snapshot of a volume that the attacker made.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteSnapshot(Deleting):
    id = "delete_snapshot"
    title = "Delete a snapshot of a volume that the attacker made"
    permissions = ("ec2:DescribeSnapshots", "ec2:DeleteSnapshot")
    service = "ec2"
    types = ("EC2::Snapshot",)
    noun = "snapshot"
    by_hand = ByHand(
        console="EC2 (region {region}) > Snapshots > {name} > Delete snapshot",
        cli="aws ec2 delete-snapshot --region {region} --snapshot-id {name}",
    )
    references = ("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html",)

    def look(self, client: Client, target: Target) -> Any:
        mine = [{"Name": "snapshot-id", "Values": [target.name]}]
        found = client.pages("describe_snapshots", "Snapshots", OwnerIds=["self"], Filters=mine)
        return next(({k: s.get(k, "") for k in ("VolumeId", "VolumeSize", "Description")} for s in found), None)

    def delete(self, client: Client, target: Target) -> None:
        client.delete_snapshot(SnapshotId=target.name)


ACTION = DeleteSnapshot()
