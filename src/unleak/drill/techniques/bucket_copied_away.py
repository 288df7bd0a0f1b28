"""Whatever is written into a bucket is copied into another account from then on."""

from typing import Any

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.stage import READER, Stage
from unleak.drill.technique import LEAVES, Technique, Traces

_COPIES: dict[str, Any] = {
    "Role": f"arn:aws:iam::{{account}}:role/{READER}",
    "Rules": [
        {"ID": "backup", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
         "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::{bucket}-copy"}},
    ],
}  # fmt: skip


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    s3 = stage.admin.client(stage.account, "s3")
    s3.create_bucket(Bucket=f"{stage.bucket}-copy")
    for bucket in (stage.bucket, f"{stage.bucket}-copy"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


TECHNIQUE = Technique(
    id="bucket_copied_away",
    title="A bucket copied away",
    attack=("T1537",),
    prepare=prepare,
    moves=(call("s3:PutBucketReplication", Bucket="{bucket}", ReplicationConfiguration=_COPIES),),
    seen=Traces(rules=("s3-copied-away",), things=("S3::Bucket",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("settings of bucket acme-orders",),
    only_standin=LEAVES,
)
