"""Puts a bucket back as it was before the attacker opened it, or took its guards away: its policy, its list of access,
the block of public access, versioning; and takes away what copies, deletes or publishes its objects by the attacker's
rules.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

import json
from collections.abc import Iterator
from typing import Any

from unleak.evict.bucket_parts import ABSENT, READERS, WRITERS
from unleak.evict.putting_right import GONE, Parts, PuttingRight, spoken
from unleak.iam.shut_out import without
from unleak.model.errors import AwsError, NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
_GUARDS: dict[str, Any] = {"block": _BLOCKED, "versioning": "Enabled"}
_TAKEN = {"replication", "lifecycle", "website"}
_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"


class RestoreBucket(PuttingRight):
    id = "restore_bucket"
    title = "Put a bucket's policy and guards back as they were"
    permissions = (
        "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:GetBucketAcl", "s3:PutBucketAcl",
        "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock", "s3:GetBucketVersioning",
        "s3:PutBucketVersioning", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration", "iam:PassRole",
        "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration", "s3:GetBucketWebsite", "s3:PutBucketWebsite",
        "s3:DeleteBucketWebsite",
    )  # fmt: skip
    undone_by = "writing what was found there"
    by_hand = ByHand(
        console="S3 > Buckets > {name} > Permissions; Properties > Bucket Versioning; Management",
        cli="aws s3api put-bucket-policy --bucket NAME --policy file://policy.json  # and put-public-access-block, "
        "put-bucket-acl, put-bucket-versioning",
    )
    references = (
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        part = deed.part.removesuffix(GONE)
        if deed.type == "AWS::S3::BucketPolicy" and part == "policy":
            yield "policy", self._policy(context, target, deed)
        if deed.type != "AWS::S3::Bucket":
            return
        if part in _GUARDS:
            yield part, _GUARDS[part]
        elif part in _TAKEN and part == deed.part:
            yield part, None
        elif part == "acl":
            yield part, _private(self.read(context, target, part, fresh=False))

    def _policy(self, context: Context, target: Target, deed: Fact) -> Any:
        """As the trail has it from before, else what there is without the outsiders."""
        if deed.former is not None:
            former = deed.former.get("bucketPolicy")
            return json.loads(former) if isinstance(former, str) else former
        now = self.read(context, target, "policy", fresh=False)
        if now is None and not deed.part.endswith(GONE):
            return None
        if now is None or not deed.grants:
            raise NotPossible("what the bucket's policy said before is not in the trail", "write it anew by hand")
        return without(now, deed.grants)

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        s3 = context.aws.client(target.account, "s3", fresh=fresh)
        try:
            return _plain(READERS[part](s3, _bucket(target)))
        except NotFound:
            return _GUARDS.get(part)  # nobody reads what is gone
        except AwsError as error:
            if error.code in ABSENT:
                return None
            raise

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        s3 = context.aws.client(target.account, "s3")
        try:
            WRITERS[part](s3, _bucket(target), value)
        except NotFound:
            if value is not None:
                raise

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = ", ".join(f"{spoken(p)} {'taken away' if v is None else 'as it should be'}" for p, v in parts.items())
        return (
            f"put bucket {_bucket(target)} back: {told}",
            "whom the attacker let in; whoever reads it without signing, where public access is blocked again",
            "write what was found there",
        )


def _bucket(target: Target) -> str:
    return target.id.rsplit(":", 1)[-1]


def _plain(value: Any) -> Any:
    """Rules of a life cycle may hold dates."""
    return json.loads(json.dumps(value, default=str))


def _private(acl: Any) -> Any:
    """Without everybody and without other accounts; AWS's own delivery of logs may stay."""
    if acl is None:
        return None
    owner = acl["Owner"]["ID"]
    kept = [g for g in acl["Grants"] if g["Grantee"].get("ID") == owner or g["Grantee"].get("URI") == _LOG_DELIVERY]
    return {**acl, "Grants": kept}


ACTION = RestoreBucket()
