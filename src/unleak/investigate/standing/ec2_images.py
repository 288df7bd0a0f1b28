"""EC2: volumes, snapshots and images, made and given away."""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Own, Row
from unleak.investigate.standing.shared_lists import SharedList, unshared

# Snapshots and images have no account in their ARNs.
_SNAPSHOT = "arn:{@partition}:ec2:{@region}::snapshot/{snapshotId}"
_MADE_SNAPSHOT = "arn:{@partition}:ec2:{@region}::snapshot/{>snapshotId}"
_EACH_SNAPSHOT = "arn:{@partition}:ec2:{@region}::snapshot/{.snapshotId}"
_IMAGE = "arn:{@partition}:ec2:{@region}::image/{imageId}"
_MADE_IMAGE = "arn:{@partition}:ec2:{@region}::image/{>imageId}"
_VOLUME = here("ec2", "volume/{volumeId}")
_MADE_VOLUME = here("ec2", "volume/{>volumeId}")
_ACCOUNT = here("ec2", "*")
_SNAPSHOT_LIST = SharedList(
    "AWS::EC2::Snapshot", _SNAPSHOT, "createVolumePermission.add", "createVolumePermission.remove", "snapshot"
)
_IMAGE_LIST = SharedList("AWS::EC2::Image", _IMAGE, "launchPermission.add", "launchPermission.remove", "image")


def _guard(what: str, words: str) -> tuple[Row, ...]:
    """A guard of the whole account: to switch it off is the fact."""
    return (
        Row(f"ec2:Disable{what}", f"EC2::{what}", CHANGED, _ACCOUNT, f"{words} switched off", key=what, away=True),
        Row(f"ec2:Enable{what}", f"EC2::{what}", CHANGED, _ACCOUNT, f"{words} switched on", key=what, replaces=False),
    )


ROWS: tuple[Row | Own, ...] = (
    Row(
        "ec2:CreateSnapshot ec2:CopySnapshot", "EC2::Snapshot", CREATED, _MADE_SNAPSHOT,
        "[of {volumeId|sourceSnapshotId}]",
    ),
    Row("ec2:CreateSnapshots", "EC2::Snapshot", CREATED, _EACH_SNAPSHOT, "[of {.volumeId}]", each=">snapshotSet"),
    Row("ec2:DeleteSnapshot", "EC2::Snapshot", DELETED, _SNAPSHOT),
    Own("ec2:ModifySnapshotAttribute", _SNAPSHOT_LIST.read),
    Own("ec2:ResetSnapshotAttribute", unshared("AWS::EC2::Snapshot", _SNAPSHOT, "snapshot")),
    Row("ec2:CreateImage ec2:CopyImage", "EC2::Image", CREATED, _MADE_IMAGE, "{name} [of {instanceId|sourceImageId}]"),
    Row("ec2:RegisterImage", "EC2::Image", CREATED, _MADE_IMAGE, "{name}"),
    Row("ec2:DeregisterImage", "EC2::Image", DELETED, _IMAGE),
    Own("ec2:ModifyImageAttribute", _IMAGE_LIST.read),
    Own("ec2:ResetImageAttribute", unshared("AWS::EC2::Image", _IMAGE, "image")),
    Row(
        "ec2:CreateStoreImageTask", "EC2::Image", CHANGED, _IMAGE, "stored in bucket {bucket}", key="stored|{bucket}",
        quiet=True,
    ),
    Row(
        "ec2:CreateInstanceExportTask", "EC2::ExportTask", CREATED,
        here("ec2", "export-instance-task/{>exportTask.exportTaskId}"), "of {instanceId} to {exportToS3.s3Bucket}",
    ),
    Row(
        "ec2:ExportImage", "EC2::ExportTask", CREATED, here("ec2", "export-image-task/{>exportImageTaskId}"),
        "of {imageId} to {s3ExportLocation.s3Bucket}",
    ),
    Row("ec2:CreateVolume", "EC2::Volume", CREATED, _MADE_VOLUME, "[from {snapshotId}]"),
    Row("ec2:DeleteVolume", "EC2::Volume", DELETED, _VOLUME),
    Row(
        "ec2:AttachVolume", "EC2::Volume", CHANGED, _VOLUME, "attached to {instanceId}", key="attached",
        replaces=False,
    ),
    Row("ec2:DetachVolume", "EC2::Volume", CHANGED, _VOLUME, "detached", key="attached", away=True),
    *_guard("SnapshotBlockPublicAccess", "the block of public snapshots"),
    *_guard("ImageBlockPublicAccess", "the block of public images"),
    *_guard("EbsEncryptionByDefault", "encryption of volumes by default"),
)  # fmt: skip
