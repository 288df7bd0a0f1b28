"""Objects are listed and read, and the bucket is opened to everybody, so that the rest can be fetched without a key."""

from typing import Any

from unleak.drill.documents import be_administrator, opened
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces

_BUCKET: dict[str, Any] = {"Bucket": "{bucket}"}

TECHNIQUE = Technique(
    id="bucket_opened",
    title="A bucket read, and opened",
    attack=("T1530", "T1619"),
    prepare=be_administrator,
    moves=(
        call("s3:ListBuckets"),
        call("s3:GetBucketPolicyStatus", wanted=False, note="there is no policy yet", **_BUCKET),
        call("s3:GetObject", Key="customers.csv", **_BUCKET),
        call("s3:PutBucketPolicy", Policy=opened("arn:aws:s3:::{bucket}/*", "s3:GetObject"), **_BUCKET),
    ),
    seen=Traces(rules=("enumerated-storage", "s3-bucket-opened"), things=("S3::BucketPolicy",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("bucket acme-orders",),
    only_standin=LEAVES,
)
