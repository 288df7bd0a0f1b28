"""What calls of S3 need."""

from unleak.standin.engine import object_tags
from unleak.standin.needs.need import Need
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html, each operation's Permissions
_S3_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListDirectoryBuckets": "ListAllMyDirectoryBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "DeleteObjects": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "ListObjectVersions": "ListBucketVersions",
    "SelectObjectContent": "GetObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
_OF_A_VERSION = {
    f"{verb}{noun}": f"{verb}ObjectVersion{noun.removeprefix('Object')}"
    for verb, nouns in {
        "Get": ("Object", "ObjectAcl", "ObjectTagging", "ObjectAttributes"),
        "Put": ("ObjectAcl", "ObjectTagging"),
        "Delete": ("Object", "ObjectTagging"),
    }.items()
    for noun in nouns
}
_NO_CONDITIONS = frozenset({"x-amz-date", "x-amz-content-sha256", "x-amz-security-token"})
_LISTING = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"}


def of_s3(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del caller, view
    p = call.parameters
    bucket = str(p.get("Bucket", ""))
    if call.operation == "DeleteObjects" and p.get("Delete"):
        return tuple(
            _on_object(call, "DeleteObject", bucket, o.get("Key", ""), o.get("VersionId")) for o in p["Delete"]
        )
    action = _S3_ACTIONS.get(call.operation, call.operation)
    if "Key" in p:
        own = _on_object(call, action, bucket, p["Key"], p.get("versionId"))
        return (own, *_copied(call, bucket, p["Key"])) if "CopySource" in p else (own,)
    about = {key: str(p[name]) for name, key in _LISTING.items() if name in p}
    return (Need(f"s3:{action}", f"arn:aws:s3:::{bucket}" if bucket else "*", {**_headers(call), **about}),)


def _on_object(call: ApiCall, action: str, bucket: str, key: str, version: str | None) -> Need:
    named = _OF_A_VERSION.get(action, action) if version else action
    held = {f"s3:existingobjecttag/{k.lower()}": v for k, v in object_tags(bucket, key, version or "").items()}
    return Need(f"s3:{named}", f"arn:aws:s3:::{bucket}/{key}", {**_headers(call), **held})


def _headers(call: ApiCall) -> dict[str, str]:
    return {f"s3:{name}": value for name, value in call.headers.items() if name not in _NO_CONDITIONS}


def copy_source(text: str) -> tuple[str, str, str]:
    """Bucket, key and version (or nothing) that `/bucket/key?versionId=…` names."""
    path, _, version = text.removeprefix("/").partition("?versionId=")
    bucket, _, key = path.partition("/")
    return bucket, key, version


def _copied(call: ApiCall, bucket: str, key: str) -> tuple[Need, ...]:
    """Tags go along unless they are replaced.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    source = copy_source(call.parameters["CopySource"])
    read = _on_object(call, "GetObject", *source)
    if call.parameters.get("TaggingDirective") == "REPLACE" or not object_tags(*source):
        return (read,)
    return read, _on_object(call, "GetObjectTagging", *source), _on_object(call, "PutObjectTagging", bucket, key, None)


def of_s3control(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del caller, view
    verb = "Get" if call.operation.startswith("Get") else "Put"
    is_block = call.operation.endswith("PublicAccessBlock")
    return (Need(f"s3:{verb}AccountPublicAccessBlock" if is_block else f"s3:{call.operation}"),)
