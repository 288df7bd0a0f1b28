"""Before data goes, the way back goes: versions are kept no more, and a rule deletes whatever is a day old."""

from typing import Any

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces

_RULE: dict[str, Any] = {"ID": "clean", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
_BUCKET: dict[str, Any] = {"Bucket": "{bucket}"}


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    s3 = stage.admin.client(stage.account, "s3")
    s3.put_bucket_versioning(Bucket=stage.bucket, VersioningConfiguration={"Status": "Enabled"})


TECHNIQUE = Technique(
    id="recovery_removed",
    title="The way back taken away",
    attack=("T1490",),
    prepare=prepare,
    moves=(
        call("s3:PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"}, **_BUCKET),
        call("s3:PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": [_RULE]}, **_BUCKET),
    ),
    seen=Traces(rules=("s3-recovery-removed",), things=("S3::Bucket",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("settings of bucket acme-orders",),
    only_standin=LEAVES,
)
