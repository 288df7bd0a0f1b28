"""Buckets: whom their policies and lists let in, whether public access is blocked, and where their objects are copied.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Missed, Place, Scope, high, low, medium
from unleak.review.documents import lets_in
from unleak.review.refusals import NotThere

_EVERYBODY = ("/AllUsers", "/AuthenticatedUsers")
_FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_NO_BLOCK = ("NoSuchPublicAccessBlockConfiguration",)
_NO_COPY = ("ReplicationConfigurationNotFoundError", "ReplicationConfigurationNotFound")
_OF_ACCOUNT = "AWS::S3::AccountPublicAccessBlock"
_FIRST_REGION = "us-east-1"
Block = Mapping[str, Any] | None


class S3Buckets:
    id = "s3_buckets"
    title = "Buckets: policies, public access, replication"
    scope = Scope.GLOBAL
    permissions = (
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation",
        "s3:GetBucketPolicy",
        "s3:GetBucketAcl",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetReplicationConfiguration",
        "s3:GetAccountPublicAccessBlock",
    )
    types = ("AWS::S3::Bucket", _OF_ACCOUNT)

    def look(self, place: Place) -> Iterator[Thing]:
        account = _account_block(place)
        if account is not None and not all(account.get(f) for f in _FLAGS):
            arn = place.arn("s3", "account-public-access-block", everywhere=True)
            yield place.thing(
                _OF_ACCOUNT, arn, "public access block of the account",
                concerns=(low("public access is not blocked for the whole account"),),
            )  # fmt: skip
        for bucket in place.client("s3").items("list_buckets", "Buckets"):
            yield _bucket(place, bucket, account)


def _account_block(place: Place) -> Block:
    """None where it is not known."""
    control = place.client("s3control")
    try:
        told = place.ask(_OF_ACCOUNT, control.get_public_access_block, none=_NO_BLOCK, AccountId=place.account)
    except NotThere as error:
        place.missed.append(Missed(str(error), _OF_ACCOUNT))
        return None
    return None if told is None else told.get("PublicAccessBlockConfiguration", {})


def _bucket(place: Place, bucket: Mapping[str, Any], account: Block) -> Thing:
    name = bucket["Name"]
    arn = f"arn:{place.partition}:s3:::{name}"
    told = place.ask(arn, place.client("s3").get_bucket_location, Bucket=name)
    where = _FIRST_REGION if told is None else told.get("LocationConstraint") or _FIRST_REGION
    region = {"EU": "eu-west-1"}.get(where, where)
    s3 = place.client("s3", region)
    concerns = tuple(_concerns(place, s3, name, arn, account)) if told is not None else ()
    return place.thing("AWS::S3::Bucket", arn, name, bucket.get("CreationDate"), concerns=concerns, region=region)


def _concerns(place: Place, s3: Any, name: str, arn: str, account: Block) -> Iterator[Concern]:
    """What is blocked for everybody is no exposure, whatever the policy says."""
    told = place.ask(arn, s3.get_public_access_block, none=_NO_BLOCK, Bucket=name)
    own: Block = None if told is None else told.get("PublicAccessBlockConfiguration", {})
    if own is not None and not all(own.get(f) for f in _FLAGS):
        yield low("does not block public access")
    policy = place.ask(arn, s3.get_bucket_policy, none=("NoSuchBucketPolicy",), Bucket=name) or {}
    blocked = any(block is not None and block.get("RestrictPublicBuckets") for block in (own, account))
    for concern in lets_in(policy.get("Policy"), place.account):
        yield (
            low(f"{concern.said}, but public access is blocked") if blocked and "everybody" in concern.said else concern
        )
    acl = place.ask(arn, s3.get_bucket_acl, Bucket=name) or {}
    ignored = any(block is not None and block.get("IgnorePublicAcls") for block in (own, account))
    for grant in acl.get("Grants", ()):
        if str(grant.get("Grantee", {}).get("URI", "")).endswith(_EVERYBODY) and not ignored:
            yield high(f"its list lets everybody {str(grant.get('Permission', '')).lower().replace('_', ' ')}")
    copies = place.ask(arn, s3.get_bucket_replication, none=_NO_COPY, Bucket=name) or {}
    for rule in copies.get("ReplicationConfiguration", {}).get("Rules", ()):
        other = rule.get("Destination", {}).get("Account")
        if other and other != place.account:
            yield medium(f"copies its objects to account {other}")


CHECK = S3Buckets()
