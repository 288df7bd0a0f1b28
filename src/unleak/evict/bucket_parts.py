"""How each part of a bucket is read and written: its policy, its list of access, its guards, its rules."""

import json
from collections.abc import Callable
from typing import Any

from unleak.aws.client import Client

ABSENT = {
    "NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration", "NoSuchLifecycleConfiguration",
    "NoSuchWebsiteConfiguration", "ReplicationConfigurationNotFoundError",
}  # fmt: skip
"""What S3 says where a part is not there."""


def _acl(s3: Client, bucket: str) -> Any:
    found = s3.get_bucket_acl(Bucket=bucket)
    return {"Owner": {"ID": found["Owner"]["ID"]}, "Grants": found["Grants"]}


READERS: dict[str, Callable[[Client, str], Any]] = {
    "policy": lambda s3, bucket: json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]),
    "acl": _acl,
    "block": lambda s3, bucket: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
    "versioning": lambda s3, bucket: s3.get_bucket_versioning(Bucket=bucket).get("Status"),
    "replication": lambda s3, bucket: s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"],
    "lifecycle": lambda s3, bucket: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
    "website": lambda s3, bucket: {
        k: v for k, v in s3.get_bucket_website(Bucket=bucket).items() if k != "ResponseMetadata"
    },
}


def _put_policy(s3: Client, bucket: str, value: Any) -> None:
    if value is None:
        s3.delete_bucket_policy(Bucket=bucket)
    else:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(value))


def _put_acl(s3: Client, bucket: str, value: Any) -> None:
    if value is not None:
        s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=value)


def _put_block(s3: Client, bucket: str, value: Any) -> None:
    if value is None:
        s3.delete_public_access_block(Bucket=bucket)
    else:
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=value)


def _put_versioning(s3: Client, bucket: str, value: Any) -> None:
    """Once on, it can only be suspended."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": value or "Suspended"})


def _put_replication(s3: Client, bucket: str, value: Any) -> None:
    if value is None:
        s3.delete_bucket_replication(Bucket=bucket)
    else:
        s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=value)


def _put_lifecycle(s3: Client, bucket: str, value: Any) -> None:
    if value is None:
        s3.delete_bucket_lifecycle(Bucket=bucket)
    else:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": value})


def _put_website(s3: Client, bucket: str, value: Any) -> None:
    if value is None:
        s3.delete_bucket_website(Bucket=bucket)
    else:
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=value)


WRITERS: dict[str, Callable[[Client, str, Any], None]] = {
    "policy": _put_policy, "acl": _put_acl, "block": _put_block, "versioning": _put_versioning,
    "replication": _put_replication, "lifecycle": _put_lifecycle, "website": _put_website,
}  # fmt: skip
