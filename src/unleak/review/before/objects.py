"""Objects in S3: the version before, where the bucket keeps versions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from unleak.aws.object_versions import Version, listed, versions_of
from unleak.model.data import Back, Before, Deed, Present, Thing, Touch
from unleak.model.errors import CouldNotLook
from unleak.review.data import is_unnamed

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts
    from unleak.aws.client import Client

PERMISSIONS = ("s3:GetBucketVersioning", "s3:ListBucketVersions")
_ONE_BY_ONE = 20
_MOST_PAGES = 1000
_NAME_CUT = 300
"""CloudTrail's calls are kept with names of that many characters."""
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_JUST_THEN = timedelta(seconds=3)
_NOT_KEPT = "its name is too long to be kept whole, or has characters that are not kept"
_OFF = "versioning is off in this bucket: what was there before is gone, if anything was"
_NO_NAMES = "the trail does not name what was deleted"
Bucket = tuple[str, str, str]


def look(aws: "Accounts", things: Sequence[Thing]) -> Iterator[Thing]:
    """One bucket after the other; a bucket that cannot be looked at tells nothing of its objects."""
    buckets: dict[Bucket, list[Thing]] = defaultdict(list)
    for thing in things:
        buckets[thing.account, thing.region, bucket_of(thing.arn)].append(thing)
    for (account, region, bucket), held in buckets.items():
        try:
            found = list(_of_bucket(aws.client(account, "s3", region), bucket, held))
        except CouldNotLook as error:
            found = [replace(t, before=Before(Back.COULD_NOT_LOOK, str(error))) for t in held]
        yield from found


def bucket_of(arn: str) -> str:
    return arn.split(":::", 1)[-1].split("/", 1)[0]


def key_of(arn: str) -> str:
    return arn.split(":::", 1)[-1].partition("/")[2]


def _of_bucket(s3: "Client", bucket: str, things: list[Thing]) -> Iterator[Thing]:
    status = str(s3.get_bucket_versioning(Bucket=bucket).get("Status", ""))
    if not status:
        no = {True: Before(Back.NO, f"{_NO_NAMES}, and {_OFF}"), False: Before(Back.NO, _OFF)}
        yield from (replace(t, before=no[is_unnamed(t)]) for t in things)
        return
    named = [t for t in things if not is_unnamed(t)]
    known = _versions(s3, bucket, [key_of(t.arn) for t in named])
    for thing in named:
        yield replace(thing, before=_before(thing, known.get(key_of(thing.arn)), status))
    for thing in (t for t in things if is_unnamed(t)):
        yield from _unnamed(s3, bucket, thing, {t.arn for t in named})


def _versions(s3: "Client", bucket: str, keys: list[str]) -> Mapping[str, list[Version]]:
    """Few are asked for one by one, many with what all their names begin with: a thousand versions a request."""
    if len(keys) <= _ONE_BY_ONE:
        return {key: versions_of(s3, bucket, key) for key in keys if not _is_cut(key)}
    found: dict[str, list[Version]] = {key: [] for key in keys if not _is_cut(key)}
    last, at = max(keys), ""
    try:
        for version in listed(s3, bucket, _beginning(keys), _MOST_PAGES):
            at = version.key
            if at > last:
                break
            if at in found:
                found[at].append(version)
    except CouldNotLook:
        if not at:
            raise
        return {key: versions for key, versions in found.items() if key < at}
    return found


def _beginning(keys: list[str]) -> str:
    """What all of them begin with, character by character."""
    first, last = min(keys), max(keys)
    return first[: next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def _is_cut(key: str) -> bool:
    return len(key) >= _NAME_CUT or _UNREADABLE in key


def _before(thing: Thing, versions: list[Version] | None, status: str) -> Before:
    if versions is None:
        cut = _is_cut(key_of(thing.arn))
        return Before(
            Back.COULD_NOT_LOOK, _NOT_KEPT if cut else f"more than {_MOST_PAGES * 1000:,} versions to look at"
        )
    theirs, first = thing.own_versions, thing.changes[0].at
    mine = [n for n, v in enumerate(versions) if v.id in theirs]
    older = versions[max(mine) + 1 :] if mine else [v for v in versions if v.at < first]
    present = _present(versions, theirs, older, thing)
    if "null" in theirs:
        return Before(Back.NO, "versioning was not on when it was written: what was there is gone", present=present)
    if not older:
        return _nothing_before(thing, status, present)
    if older[0].is_marker:
        return Before(Back.NOTHING, "nothing was there: it had been deleted before", present=present)
    why = f"version {older[0].id} of {older[0].at:%Y-%m-%d %H:%M:%S} UTC"
    return Before(Back.YES, why, older[0].id, older[0].at, "put_back_object", present=present)


def _nothing_before(thing: Thing, status: str, present: Present) -> Before:
    if any(t.deed is Deed.DESTROYED for t in thing.touches):
        return Before(Back.NO, "its versions were deleted for good", present=present)
    if status != "Enabled":
        return Before(Back.NO, "versioning is suspended: what was there before was written over", present=present)
    if not any(t.deed is Deed.WRITTEN for t in thing.touches):
        return Before(Back.NO, "no version is kept: nothing was there, or it was deleted for good", present=present)
    return Before(Back.NOTHING, "nothing was there before: it is the attacker's own", present=present)


def _present(versions: list[Version], theirs: frozenset[str], older: list[Version], thing: Thing) -> Present:
    latest = versions[0] if versions else None
    if latest is None:
        return Present.GONE
    if latest.id in theirs or (not theirs and latest not in older and latest.at <= thing.changes[-1].at + _JUST_THEN):
        return Present.THEIRS
    return Present.AS_BEFORE if latest in older else Present.OTHERS


def _unnamed(s3: "Client", bucket: str, thing: Thing, known: set[str]) -> Iterator[Thing]:
    """Delete markers of just then say what was deleted."""
    try:
        found = list(_deleted(s3, bucket, thing.touches))
    except CouldNotLook as error:
        yield replace(thing, before=Before(Back.COULD_NOT_LOOK, f"{_NO_NAMES}; {error}"))
        return
    for key, marker, before in found:
        arn = thing.arn.removesuffix("*") + key
        if arn in known:
            continue
        touch = replace(thing.touches[0], at=marker.at, version=marker.id)
        present = Present.THEIRS if marker.is_latest else Present.OTHERS
        answer = (
            Before(Back.YES, f"version {before.id}", before.id, before.at, "put_back_object", present=present)
            if before is not None
            else Before(Back.NO, "no version of it is kept any more", present=present)
        )
        yield replace(thing, arn=arn, touches=(touch,), before=answer)
    if not found:
        yield replace(thing, before=Before(Back.COULD_NOT_LOOK, f"{_NO_NAMES}, and no delete marker is of just then"))


def _deleted(s3: "Client", bucket: str, touches: Iterable[Touch]) -> Iterator[tuple[str, Version, Version | None]]:
    times = [t.at for t in touches]
    marker: Version | None = None
    for version in listed(s3, bucket, "", _MOST_PAGES):
        if marker is not None:
            yield marker.key, marker, version if version.key == marker.key and not version.is_marker else None
        is_then = version.is_marker and any(-_JUST_THEN <= version.at - at <= _JUST_THEN for at in times)
        marker = version if is_then else None
    if marker is not None:
        yield marker.key, marker, None
