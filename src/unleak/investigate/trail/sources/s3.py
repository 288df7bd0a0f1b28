"""Log files from the bucket that a trail delivers to, kept in a folder of this machine.

Needs s3:ListBucket and s3:GetObject, and kms:Decrypt where the trail's files are encrypted with a key of the account.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unleak.investigate.trail.sources import Progress
from unleak.investigate.trail.sources.kept_objects import Kept, Listed
from unleak.investigate.trail.sources.layout import LOGS, Folder, Wanted, below, day_span, is_wanted, root, split_url
from unleak.model.errors import AwsError, CouldNotLook

if TYPE_CHECKING:
    from unleak.aws.client import Client

_AT_ONCE = 16
_MOST_LISTINGS = 200_000
"""More folders than an organisation of a thousand accounts has in a quarter of a year."""
_TRIES = 3


def quiet(_: Progress) -> None:
    """For those who do not want to be told."""


class S3Trail:
    """A FileSource for `s3://bucket/prefix`; the prefix may end before AWSLogs, or anywhere within CloudTrail's layout,
    or name a folder of .json.gz files. `cache` is made for the owner only. `accounts` and `regions`: empty for all.
    Raises Misuse for what is no such URL.
    """

    def __init__(
        self,
        client: "Client",
        url: str,
        cache: Path,
        *,
        accounts: Iterable[str] = (),
        regions: Iterable[str] = (),
        at_once: int = _AT_ONCE,
    ) -> None:
        self.bucket, self.prefix = split_url(url)
        self._client, self._at_once = client, at_once
        self._accounts, self._regions = frozenset(accounts), frozenset(regions)
        self._kept = Kept(cache / self.bucket)
        self._problems: list[str] = []
        self._failed: dict[str, tuple[str, list[str]]] = {}
        self.paths: dict[str, Path] = {}
        """Where each object's file lies, by its key: those that `files` has given, and those fetched since."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Failures of one kind are one sentence, however many objects it struck."""
        failed = (
            f"{keys[0]}: {why}" if len(keys) == 1 else f"{len(keys)} objects, the first of them {keys[0]}: {why}"
            for why, keys in self._failed.values()
        )
        return (*self._problems, *failed)

    def wanted(self, since: datetime | None, until: datetime | None, folder: str = LOGS) -> Wanted:
        return Wanted(*day_span(since, until), self._accounts, self._regions, folder)

    def files(
        self, since: datetime | None, until: datetime | None, tell: Callable[[Progress], None] = quiet
    ) -> Iterator[Path]:
        """In the order of their keys. A file that is already here, of the same size and ETag, is not fetched again."""
        objects = self.listing(self.wanted(since, until), tell)
        if not objects and not self._problems:
            self._problems.append(f"s3://{self.bucket}/{self.prefix} holds no CloudTrail log file of these days")
        total, done, size = sum(o.size for o in objects), 0, 0
        tell(Progress(0, len(objects), 0, total))
        for listed, path in self._fetched(objects):
            done, size = done + 1, size + listed.size
            tell(Progress(done, len(objects), size, total))
            if path is not None:
                yield path

    def listing(self, want: Wanted, tell: Callable[[Progress], None] = quiet) -> list[Listed]:
        """Objects of the days, accounts and regions that are wanted, by key. A folder that may not be listed is a
        problem.
        """
        found: list[Listed] = []
        begun, size = 1, 0
        with ThreadPoolExecutor(self._at_once) as pool:
            waiting = {pool.submit(self._list, root(self.prefix, want), want)}
            try:
                while waiting:
                    finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for folders, objects in (f.result() for f in finished):
                        begun += len(folders)
                        waiting |= {pool.submit(self._list, f, want) for f in folders if begun <= _MOST_LISTINGS}
                        found += objects
                        size += sum(o.size for o in objects)
                    tell(Progress(0, len(found), 0, size, listing=True))
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        if begun > _MOST_LISTINGS:
            self._problems.append(f"s3://{self.bucket}/{self.prefix}: too many folders, name a longer prefix")
        return sorted(found, key=lambda o: o.key)

    def fetch(self, key: str) -> Path:
        """An object that no listing showed. Raises NotFound, or CouldNotLook."""
        head = self._client.head_object(Bucket=self.bucket, Key=key)
        return self._fetch(Listed(key, int(head["ContentLength"]), str(head["ETag"])))

    def read(self, key: str) -> tuple[bytes, dict[str, str]]:
        """A small object as it is, and its metadata. Raises NotFound, or CouldNotLook."""
        answer = self._client.get_object(Bucket=self.bucket, Key=key)
        return b"".join(_chunks(answer["Body"])), dict(answer.get("Metadata", {}))

    def _list(self, folder: Folder, want: Wanted) -> tuple[list[Folder], list[Listed]]:
        asked: dict[str, Any] = {"Bucket": self.bucket, "Prefix": folder.prefix}
        if not folder.flat:
            asked["Delimiter"] = "/"
        names: list[str] = []
        objects: list[Listed] = []
        try:
            while True:
                page = self._client.list_objects_v2(**asked)
                names += [p["Prefix"][len(folder.prefix) : -1] for p in page.get("CommonPrefixes", ())]
                objects += [Listed(o["Key"], o["Size"], o["ETag"]) for o in page.get("Contents", ())]
                if not page.get("IsTruncated"):
                    break
                asked["ContinuationToken"] = page["NextContinuationToken"]
        except CouldNotLook as error:
            self._problems.append(f"s3://{self.bucket}/{folder.prefix} could not be listed: {error}")
        return below(folder, names, want), [o for o in objects if is_wanted(o.key, want)]

    def _fetched(self, objects: list[Listed]) -> Iterator[tuple[Listed, Path | None]]:
        """A few ahead of who asks, so that neither waits for long and little is fetched in vain."""
        with ThreadPoolExecutor(self._at_once) as pool:
            ahead: deque[tuple[Listed, Future[Path | None]]] = deque()
            try:
                for listed in objects:
                    ahead.append((listed, pool.submit(self._try_fetch, listed)))
                    if len(ahead) >= 4 * self._at_once:
                        first, path = ahead.popleft()
                        yield first, path.result()
                while ahead:
                    first, path = ahead.popleft()
                    yield first, path.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _try_fetch(self, listed: Listed) -> Path | None:
        try:
            return self._fetch(listed)
        except CouldNotLook as error:
            kind = error.code if isinstance(error, AwsError) and error.code else str(error)
            self._failed.setdefault(kind, (str(error), []))[1].append(listed.key)
            return None

    def _fetch(self, listed: Listed) -> Path:
        path = self._kept.path_of(listed)
        for left in reversed(range(_TRIES) if path is None else ()):
            answer = self._client.get_object(Bucket=self.bucket, Key=listed.key)
            try:
                path = self._kept.keep(listed, _chunks(answer["Body"]))
                break
            except CouldNotLook:
                if not left:
                    raise
        if path is None:
            raise CouldNotLook(f"{listed.key} did not arrive", "run again")
        self.paths[listed.key] = path
        return path


def _chunks(body: Any) -> Iterator[bytes]:
    """Raises CouldNotLook where the connection breaks, whatever the library calls it."""
    try:
        while chunk := body.read(1 << 20):
            yield chunk
    except Exception as error:
        raise CouldNotLook(f"the download broke off ({type(error).__name__})", "run again") from error
    finally:
        body.close()
