"""Versions of objects in a bucket, newest first for each key, delete markers among them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import CouldNotLook

PERMISSION = "s3:ListBucketVersions"


@dataclass(frozen=True, slots=True)
class Version:
    """`id` is `null` for what was written while versioning was off."""

    key: str
    id: str
    at: datetime
    is_marker: bool
    is_latest: bool
    size: int = 0


def versions_of(s3: Client, bucket: str, key: str) -> list[Version]:
    """Of exactly this key."""
    found = []
    for version in listed(s3, bucket, key):
        if version.key != key:
            break
        found.append(version)
    return found


def listed(s3: Client, bucket: str, prefix: str, most_pages: int = 0) -> Iterator[Version]:
    """All under a prefix, in the order of keys, a thousand for each request. Raises CouldNotLook after `most_pages`."""
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
    pages = 0
    while True:
        if most_pages and pages >= most_pages:
            raise CouldNotLook(f"{bucket} has more than {pages * 1000:,} versions under {prefix!r}", "")
        answer = s3.list_object_versions(**asked)
        pages += 1
        yield from _of_page(answer)
        if not answer.get("IsTruncated"):
            return
        asked |= {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer.get("NextVersionIdMarker", "")}


def _of_page(answer: Any) -> list[Version]:
    """AWS lists versions and markers apart."""
    found = [_version(v, is_marker=False) for v in answer.get("Versions", ())]
    found += [_version(v, is_marker=True) for v in answer.get("DeleteMarkers", ())]
    return sorted(found, key=lambda v: (v.key.encode(), not v.is_latest, -v.at.timestamp()))


def _version(told: Any, *, is_marker: bool) -> Version:
    size = 0 if is_marker else int(told.get("Size", 0))
    return Version(told["Key"], told["VersionId"], told["LastModified"], is_marker, bool(told["IsLatest"]), size)
