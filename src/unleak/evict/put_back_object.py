"""Puts an object of S3 back as it was: the version before is copied over what the attacker left, or over his deletion.

Nothing is taken away: his version, or his delete marker, stays beneath as evidence. A target that ends in `*` means all
objects under a prefix that were changed between two times, each to its version before.
"""

from collections.abc import Iterable, Iterator

from unleak.aws.client import Client
from unleak.aws.object_versions import Version, versions_of
from unleak.evict.asked import options_of
from unleak.evict.overwritten_objects import MARK, bucket_of, head, wanted
from unleak.model.errors import NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_LARGEST = 5 * 1024**3
_KEPT = (
    "ContentType", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Expires",
    "WebsiteRedirectLocation", "StorageClass", "ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled",
)  # fmt: skip


class PutBackObject:
    id = "put_back_object"
    title = "Put objects back as they were"
    permissions = (
        "s3:GetBucketVersioning", "s3:ListBucketVersions", "s3:GetObjectVersion",
        "s3:GetObjectVersionTagging", "s3:PutObject", "s3:PutObjectTagging", "s3:DeleteObjectVersion",
    )  # fmt: skip
    breaking = True
    reversible = True
    deletes = False
    undone_by = "deleting our copies: what they lie upon is the latest again"
    by_hand = ByHand(
        console="S3 > the bucket > Show versions > {name} > the version before > Download, then upload it again",
        cli="aws s3api copy-object --bucket BUCKET --key KEY --copy-source 'BUCKET/KEY?versionId=VERSION'",
    )
    references = ("https://docs.aws.amazon.com/AmazonS3/latest/userguide/RestoringPreviousVersions.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where nobody says which version was before, or the bucket would keep no other."""
        s3, options = _s3(context, target), options_of(context, self.id, target)
        if s3.get_bucket_versioning(Bucket=bucket_of(target)).get("Status") != "Enabled":
            raise NotPossible(
                f"versioning is not on in {bucket_of(target)}: a copy would write over what is there",
                "switch it on first; what it did not keep cannot come back",
            )
        objects = dict(wanted(s3, target, options))
        if not objects:
            return None
        large = [key for key, (_, before) in objects.items() if before.size > _LARGEST]
        if large:
            raise NotPossible(
                f"{large[0]} is larger than 5 GB: one request cannot copy it", "copy it in parts, by hand"
            )
        what = next(iter(objects)) if len(objects) == 1 else f"{len(objects)} objects"
        return Change(
            summary=f"put {what} of {bucket_of(target)} back to the version before",
            breaks="whatever uses the present content; permissions of an object (its ACL) are not copied",
            undo="delete our copies: what is there now is the latest again",
            before={"objects": {key: [present.id, before.id] for key, (present, before) in objects.items()}},
            after={"objects": {key: before.id for key, (_, before) in objects.items()}},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        """Raises NotPossible where somebody has written since it was shown."""
        s3, bucket, done = _s3(context, target), bucket_of(target), 0
        for key, (present, before) in _images(change):
            latest = next(iter(versions_of(s3, bucket, key)), None)
            if _is_ours(s3, bucket, latest, _mark(context, before)):
                continue
            if latest is None or latest.id != present:
                raise NotPossible(f"{key} was written since this was shown", "ask for it again, and look at it anew")
            _copy(s3, bucket, key, before, _mark(context, before))
            done += 1
        return Outcome(OutcomeKind.DONE, f"{change.summary} ({done} copied)")

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        if change is None:
            return Look(Tri.YES, detail="it stood so before us")
        s3, bucket = _s3(context, target, fresh=True), bucket_of(target)
        missing = []
        for key, (_, before) in _images(change):
            latest = next(iter(versions_of(s3, bucket, key)), None)
            if not _is_ours(s3, bucket, latest, _mark(context, before)):
                missing.append(key)
        if missing:
            return Look(Tri.NO, detail=f"{missing[0]} is not as it was before" + _more(missing))
        return Look(Tri.YES, detail="our copy of the version before is the latest")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        s3, bucket = _s3(context, target), bucket_of(target)
        gone, others = 0, []
        for key, (present, before) in _images(change):
            latest = next(iter(versions_of(s3, bucket, key)), None)
            if latest is not None and _is_ours(s3, bucket, latest, _mark(context, before)):
                s3.delete_object(Bucket=bucket, Key=key, VersionId=latest.id)
                gone += 1
            elif latest is None or latest.id != present:
                others.append(key)
        if others:
            return Outcome(OutcomeKind.ASK, f"{others[0]} was written since by somebody else" + _more(others))
        if not gone:
            return Outcome(OutcomeKind.ALREADY, "our copies are not there")
        return Outcome(OutcomeKind.DONE, f"{gone} copies of ours deleted")


def _s3(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "s3", fresh=fresh)


def _images(change: Change) -> Iterator[tuple[str, tuple[str, str]]]:
    """Key, and the ids of the version that was the latest and of the one before."""
    yield from change.before["objects"].items()


def _mark(context: Context, before: str) -> str:
    return f"{context.incident.id}/{before}"


def _is_ours(s3: Client, bucket: str, latest: Version | None, mark: str) -> bool:
    return (
        latest is not None and not latest.is_marker and head(s3, bucket, latest).get("Metadata", {}).get(MARK) == mark
    )


def _copy(s3: Client, bucket: str, key: str, before: str, mark: str) -> None:
    """All that the version was written with goes along, and our mark."""
    told = s3.head_object(Bucket=bucket, Key=key, VersionId=before)
    s3.copy_object(
        Bucket=bucket,
        Key=key,
        CopySource={"Bucket": bucket, "Key": key, "VersionId": before},
        MetadataDirective="REPLACE",
        Metadata={**told.get("Metadata", {}), MARK: mark},
        **{name: told[name] for name in _KEPT if told.get(name)},
    )


def _more(keys: Iterable[str]) -> str:
    left = len(list(keys)) - 1
    return f", and {left} more" if left else ""


ACTION = PutBackObject()
