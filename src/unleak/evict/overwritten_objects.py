"""Which objects a target means, and of each the latest version and the one that was before."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from unleak.aws.client import Client
from unleak.aws.object_versions import Version, listed, versions_of
from unleak.evict.asked import not_attributed
from unleak.model.clock import parse_stamp
from unleak.model.errors import NotFound, NotPossible
from unleak.model.plan import Target

MARK = "unleak-put-back"
"""The name of the metadata by which our copy is known: so that it is made once, and taken back alone."""
_MOST, _MOST_PAGES = 200, 1000


def bucket_of(target: Target) -> str:
    return target.id.split(":::", 1)[-1].split("/", 1)[0]


def wanted(s3: Client, target: Target, options: Mapping[str, str]) -> Iterator[tuple[str, tuple[Version, Version]]]:
    """For each key the latest version, and the one to put back; nothing where that is the latest."""
    bucket, key = bucket_of(target), target.id.split(":::", 1)[-1].partition("/")[2]
    if key.endswith("*"):
        yield from _of_prefix(s3, bucket, key.removesuffix("*"), _times(target, options))
        return
    if not options.get("version"):
        raise not_attributed(target)
    versions = versions_of(s3, bucket, key)
    before = next((v for v in versions if v.id == options["version"] and not v.is_marker), None)
    if before is None:
        raise NotPossible(f"{key} has no version {options['version']} in {bucket}", "`unleak data KEY_ID` tells which")
    if not before.is_latest and not _is_copy(s3, bucket, versions[0], before):
        yield key, (versions[0], before)


def _is_copy(s3: Client, bucket: str, latest: Version, before: Version) -> bool:
    """Somebody has put it back already; whose mark it bears does not matter."""
    return not latest.is_marker and head(s3, bucket, latest).get("Metadata", {}).get(MARK, "").endswith(f"/{before.id}")


def _times(target: Target, options: Mapping[str, str]) -> tuple[datetime, datetime]:
    try:
        return parse_stamp(options["since"]), parse_stamp(options["until"])
    except (KeyError, ValueError) as error:
        raise NotPossible(
            f"of {target.id} only what was changed between two times is put back",
            "ask with --option since=TIME --option until=TIME: from the attacker's first change to his last",
        ) from error


def _of_prefix(
    s3: Client, bucket: str, prefix: str, times: tuple[datetime, datetime]
) -> Iterator[tuple[str, tuple[Version, Version]]]:
    """What somebody has written since is left alone, and so is what was not there before."""
    count = 0
    for key, group in groupby(listed(s3, bucket, prefix, _MOST_PAGES), key=lambda v: v.key):
        versions = list(group)
        older = [v for v in versions if v.at < times[0]]
        if not times[0] <= versions[0].at <= times[1] or not older or older[0].is_marker:
            continue
        if _is_copy(s3, bucket, versions[0], older[0]):
            continue
        count += 1
        if count > _MOST:
            raise NotPossible(f"more than {_MOST} objects under {prefix!r} were changed then", "name a longer prefix")
        yield key, (versions[0], older[0])


def head(s3: Client, bucket: str, version: Version) -> dict[str, Any]:
    try:
        told: dict[str, Any] = s3.head_object(Bucket=bucket, Key=version.key, VersionId=version.id)
    except NotFound:
        return {}
    return told
