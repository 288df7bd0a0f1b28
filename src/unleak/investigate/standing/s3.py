"""S3: buckets, who may reach them, and their objects in summary.

CloudTrail writes the bodies of S3's calls as XML has them, and policies as objects.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""

from collections.abc import Iterator

from unleak.investigate.standing.field import Scene, everywhere, many, pick, word
from unleak.investigate.standing.outsiders import lets_in
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Own, Row
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

_BUCKET = "arn:{@partition}:s3:::{bucketName}"
_ACCOUNT = everywhere("s3", "*")
_POINT = "arn:{@partition}:s3:{@region}:{@account}:accesspoint/{name}"
_EVERYBODY = ("/AllUsers", "/AuthenticatedUsers")
_PUBLIC = ("public-read", "public-read-write", "authenticated-read")


def _setting(name: str, key: str, words: str) -> tuple[Row, ...]:
    """A setting of a bucket that is put and deleted."""
    return (
        Row(f"s3:Put{name}", "S3::Bucket", CHANGED, _BUCKET, f"{words} put", key=key),
        Row(f"s3:Delete{name}", "S3::Bucket", CHANGED, _BUCKET, f"{words} deleted", key=key, away=True),
    )


def _list_of_access(call: Call) -> Iterator[Trace]:
    """The whole list is replaced; canonical ids of owners cannot be told from others'."""
    scene = Scene(call)
    bucket, key = scene.filled(_BUCKET), word(scene.at("key"))
    if not bucket:
        return
    thing = f"{bucket}/{key}" if key else bucket
    public = any(g.endswith(_EVERYBODY) for g in _grantees(scene)) or word(scene.at("x-amz-acl")) in _PUBLIC
    grants = ("*",) if public else ()
    yield Trace(
        arn=thing,
        type="AWS::S3::Object" if key else "AWS::S3::Bucket",
        deed=Deed.SHARED if grants else Deed.CHANGED,
        detail=" ".join(filter(None, ("access list changed", lets_in(grants)))),
        undoes=(f"{thing}|acl",),
        fact=f"{thing}|acl",
        grants=grants,
        named=grants,
    )


def _grantees(scene: Scene) -> Iterator[str]:
    listed = scene.at("AccessControlPolicy.AccessControlList.Grant") or scene.at("AccessControlPolicy.Grants")
    yield from (word(pick(grant, "Grantee.URI")) for grant in many(listed))
    for header in ("x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-full-control", "x-amz-grant-read-acp"):
        yield word(scene.at(header)).strip('"')


_BUCKETS: tuple[Row | Own, ...] = (
    Row("s3:CreateBucket", "S3::Bucket", CREATED, _BUCKET),
    Row("s3:DeleteBucket", "S3::Bucket", DELETED, _BUCKET),
    Row("s3:PutBucketPolicy", "S3::BucketPolicy", CHANGED, _BUCKET, "policy", key="policy", document="bucketPolicy"),
    Row("s3:DeleteBucketPolicy", "S3::BucketPolicy", CHANGED, _BUCKET, "policy deleted", key="policy", away=True),
    Own("s3:PutBucketAcl s3:PutObjectAcl", _list_of_access),
    *_setting("BucketPublicAccessBlock", "block", "block of public access"),
    *_setting("BucketReplication", "replication", "replication"),
    *_setting("BucketLifecycle", "lifecycle", "lifecycle rules"),
    *_setting("BucketEncryption", "encryption", "encryption"),
    *_setting("BucketOwnershipControls", "ownership", "ownership of objects"),
    *_setting("BucketWebsite", "website", "website"),
    *_setting("BucketCors", "cors", "access from other sites"),
    *_setting("BucketTagging", "tags", "tags"),
    Row(
        "s3:PutBucketLifecycleConfiguration", "S3::Bucket", CHANGED, _BUCKET, "lifecycle rules put", key="lifecycle"
    ),
    Row(
        "s3:PutBucketVersioning", "S3::Bucket", CHANGED, _BUCKET, "versioning {VersioningConfiguration.Status}",
        key="versioning",
    ),
    Row("s3:PutBucketLogging", "S3::Bucket", CHANGED, _BUCKET, "logging changed", key="logging"),
    Row("s3:PutBucketNotification", "S3::Bucket", CHANGED, _BUCKET, "notifications changed", key="notifications"),
    Row(
        "s3:PutAccelerateConfiguration s3:PutBucketRequestPayment s3:PutInventoryConfiguration"
        " s3:PutAnalyticsConfiguration s3:PutMetricsConfiguration", "S3::Bucket", CHANGED, _BUCKET, "{@operation}",
        key="{@operation}",
    ),
    Row(
        "s3:PutBucketObjectLockConfiguration s3:PutObjectLockConfiguration", "S3::Bucket", CHANGED, _BUCKET,
        "object lock changed", key="lock",
    ),
    Row(
        "s3:PutAccountPublicAccessBlock s3:PutPublicAccessBlock", "S3::AccountPublicAccessBlock", CHANGED, _ACCOUNT,
        "block of public access put for the account", key="block",
    ),
    Row(
        "s3:DeleteAccountPublicAccessBlock s3:DeletePublicAccessBlock", "S3::AccountPublicAccessBlock", CHANGED,
        _ACCOUNT,
        "block of public access deleted for the account", key="block", away=True,
    ),
    Row("s3:CreateAccessPoint", "S3::AccessPoint", CREATED, _POINT, "to {bucket}"),
    Row("s3:DeleteAccessPoint", "S3::AccessPoint", DELETED, _POINT),
    Row("s3:PutAccessPointPolicy", "S3::AccessPoint", CHANGED, _POINT, "policy", key="policy", document="policy"),
    Row("s3:DeleteAccessPointPolicy", "S3::AccessPoint", CHANGED, _POINT, "policy deleted", key="policy", away=True),
)  # fmt: skip

_OBJECTS = (
    Row(
        "s3:PutObject s3:CopyObject s3:CompleteMultipartUpload s3:RestoreObject", "S3::Object", CREATED, _BUCKET,
        "objects written", key="objects|written", quiet=True,
    ),
    Row(
        "s3:CreateMultipartUpload s3:UploadPart s3:UploadPartCopy", "S3::Object", CREATED, _BUCKET,
        "parts of objects sent", key="objects|parts", quiet=True,
    ),
    Row(
        "s3:DeleteObject s3:DeleteObjects", "S3::Object", CHANGED, _BUCKET, "objects deleted",
        key="objects|deleted", replaces=False, quiet=True,
    ),
)  # fmt: skip

ROWS: tuple[Row | Own, ...] = (*_BUCKETS, *_OBJECTS)
