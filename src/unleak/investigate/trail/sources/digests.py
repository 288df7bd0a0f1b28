"""Whether log files are as CloudTrail delivered them: signed digests, each of which signs the one before.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html

Needs s3:ListBucket, s3:GetObject and cloudtrail:ListPublicKeys, and the package cryptography.
"""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from gzip import BadGzipFile, GzipFile, decompress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unleak.investigate.trail.sources.digest import Digest, Keys, digest_from, follows, is_signed
from unleak.investigate.trail.sources.layout import DIGESTS, Wanted, is_wanted
from unleak.investigate.trail.sources.s3 import S3Trail
from unleak.model.clock import stamp
from unleak.model.errors import CouldNotLook, NotFound
from unleak.model.plan import Tri

if TYPE_CHECKING:
    from unleak.aws.client import Client

_AT_ONCE = 8
_OVERDUE = timedelta(hours=2)
"""Digests come every hour; one that is this late is told."""
_ROTATION = timedelta(days=1)
_NOT_READ = (OSError, EOFError, BadGzipFile, zlib.error, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Verified:
    """`files` log files are as a signed digest has them; `digests` are signed by AWS. `modified`: keys of log files and
    digests that are other than what was signed. `missing`: keys that a signed digest names, and that are not in the
    bucket. `gaps`: sentences on times that no digest covers. `uncovered`: keys of log files that no signed digest
    names: forged, or delivered after the last digest, or in a gap. `unread`: sentences on what could not be looked at.
    """

    files: int
    digests: int
    modified: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def intact(self) -> Tri:
        """NO: something was changed or removed. YES: every file that was given, and every hour, is vouched for."""
        if self.modified or self.missing:
            return Tri.NO
        doubtful = self.gaps or self.uncovered or self.unread or not self.files
        return Tri.COULD_NOT_LOOK if doubtful else Tri.YES


def verify(
    trail: S3Trail,
    keys_in: "Callable[[str], Client]",
    since: datetime | None,
    until: datetime | None,
    *,
    now: datetime | None = None,
) -> Verified:
    """After `trail.files` of the same time is exhausted. `keys_in` gives a CloudTrail client of a region; its keys sign
    that region's digests for all accounts. Raises CouldNotLook where cryptography is not installed.
    """
    return _Verification(trail, keys_in, trail.wanted(since, until), now or datetime.now(UTC)).verified(since, until)


def public_keys(client: "Client", since: datetime, until: datetime) -> Keys:
    """By fingerprint, as DER. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html"""
    asked: dict[str, Any] = {"StartTime": since - _ROTATION, "EndTime": until + _ROTATION}
    found: dict[str, bytes] = {}
    while True:
        answer = client.list_public_keys(**asked)
        found |= {k["Fingerprint"]: bytes(k["Value"]) for k in answer["PublicKeyList"]}
        if not answer.get("NextToken"):
            return found
        asked["NextToken"] = answer["NextToken"]


def hash_of(path: Path) -> str:
    """SHA-256 of the whole of the uncompressed content, in hexadecimal: what is appended counts. Raises OSError,
    EOFError or zlib.error for what is no gzip file from its first byte to its last.
    """
    found = hashlib.sha256()
    with GzipFile(path) as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()


class _Verification:
    def __init__(self, trail: S3Trail, keys_in: "Callable[[str], Client]", logs: Wanted, now: datetime) -> None:
        self._trail, self._keys_in, self._logs, self._now = trail, keys_in, logs, now
        self._modified: list[str] = []
        self._missing: list[str] = []
        self._gaps: list[str] = []
        self._unread: list[str] = []
        self._hashes: dict[str, str] = {}
        self._signed = 0

    def verified(self, since: datetime | None, until: datetime | None) -> Verified:
        told = len(self._trail.problems)
        want = self._trail.wanted(since, until, DIGESTS)
        # What was delivered late in a day stands in a digest of the next.
        listed = self._trail.listing(replace(want, last=want.last and want.last + timedelta(days=1)))
        self._unread += self._trail.problems[told:]
        chains: dict[str, list[Digest]] = defaultdict(list)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for digest in pool.map(self._digest, [o.key for o in listed]):
                if digest is not None:
                    chains[digest.chain].append(digest)
            keys = self._keys([d for chain in chains.values() for d in chain])
            for chain in chains.values():
                self._chain(sorted(chain, key=lambda d: d.end), keys, until)
            files = sum(pool.map(self._is_as_signed, *zip(*self._hashes.items(), strict=True))) if self._hashes else 0
        uncovered = tuple(sorted(set(self._trail.paths) - set(self._hashes)))
        modified, missing = tuple(sorted(set(self._modified))), tuple(sorted(set(self._missing)))
        return Verified(files, self._signed, modified, missing, tuple(self._gaps), uncovered, tuple(self._unread))

    def _digest(self, key: str) -> Digest | None:
        try:
            body, about = self._trail.read(key)
            digest = digest_from(decompress(body), about)
        except CouldNotLook as error:
            self._unread.append(f"{key}: {error}")
        except _NOT_READ:
            self._modified.append(key)
        else:
            if digest.key == key:
                return digest
            self._modified.append(key)
        return None

    def _keys(self, digests: list[Digest]) -> Keys:
        """Of every region that has digests, for the time that they cover."""
        found: dict[str, bytes] = {}
        for region in sorted({d.region for d in digests}):
            here = [d for d in digests if d.region == region]
            try:
                found |= public_keys(self._keys_in(region), min(d.start for d in here), max(d.end for d in here))
            except CouldNotLook as error:
                self._unread.append(f"{region}: the public keys could not be had: {error}")
        return found

    def _chain(self, digests: list[Digest], keys: Keys, until: datetime | None) -> None:
        """Newest first: a digest that is signed vouches for the one before it."""
        vouched: dict[str, tuple[str, str]] = {}
        by_key = {d.key: d for d in digests}
        if digests[0].bucket != self._trail.bucket:
            self._unread.append(f"{digests[0].chain}: delivered to s3://{digests[0].bucket}, so this is a copy")
        for digest in reversed(digests):
            if self._signed_by_aws(digest, keys, vouched.get(digest.key)):
                self._signed += 1
                self._take(digest)
                if digest.previous:
                    vouched[digest.previous] = (digest.previous_hash, digest.previous_signature)
        self._missing += (key for key in vouched if key not in by_key and is_wanted(key, self._logs))
        if not digests[0].backfill:
            self._gaps += _gaps(digests, min(until or self._now, self._now - _OVERDUE))

    def _signed_by_aws(self, digest: Digest, keys: Keys, vouched: tuple[str, str] | None) -> bool:
        key = keys.get(digest.fingerprint)
        signature = digest.signature or (vouched[1] if vouched else "")
        if key is None or not signature:
            what = "its public key is not known" if key is None else "its signature is not here"
            self._unread.append(f"{digest.key}: {what}")
            return False
        if is_signed(digest, signature, key) and (vouched is None or vouched[0] == digest.hash):
            return True
        self._modified.append(digest.key)
        return False

    def _take(self, digest: Digest) -> None:
        of_ours = ((key, value) for key, value in digest.files if key.startswith(self._trail.prefix))
        self._hashes |= {key: value for key, value in of_ours if is_wanted(key, self._logs)}

    def _is_as_signed(self, key: str, value: str) -> bool:
        try:
            path = self._trail.paths.get(key) or self._trail.fetch(key)
            if hash_of(path) == value:
                return True
            self._modified.append(key)
        except NotFound:
            self._missing.append(key)
        except CouldNotLook as error:
            self._unread.append(f"{key}: {error}")
        except _NOT_READ:
            self._modified.append(key)
        return False


def _gaps(digests: list[Digest], end: datetime) -> Iterator[str]:
    """`end`: until when there must be digests by now."""
    for earlier, later in pairwise(digests):
        if not follows(earlier, later):
            yield f"{later.chain}: no digest from {stamp(earlier.end)} to {stamp(later.start)}"
    if digests[-1].end < end:
        yield f"{digests[-1].chain}: no digest after {stamp(digests[-1].end)}"
