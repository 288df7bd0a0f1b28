"""The sources that a person named, opened: files to index, or somebody to ask."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from unleak.investigate.trail.sources import AskedSource, FileSource, Progress
from unleak.model.errors import Misuse

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts
    from unleak.aws.client import Client
    from unleak.investigate.trail.sources.athena import AthenaTable
    from unleak.investigate.trail.sources.event_history import EventHistory, Place
    from unleak.investigate.trail.sources.s3 import S3Trail

EVENT_HISTORY = "event-history"
_NO_LOGS = (f"{os.sep}CloudTrail-Digest", f"{os.sep}CloudTrail-Insight")
_LOGS = (".json", ".gz", ".zst", ".jsonl", ".ndjson", ".log")


@dataclass(slots=True)
class LocalLogs:
    """A file, or every log file in a folder and the folders in it."""

    path: Path
    problems: tuple[str, ...] = ()

    def files(self, since: datetime | None, until: datetime | None, tell: Callable[[Progress], None]) -> Iterator[Path]:
        """All of them: what lies here says by its name of no day that could be trusted."""
        del since, until, tell
        if self.path.is_file():
            yield self.path
            return
        refused: list[str] = []
        found = sorted(p for p in _walk(self.path, refused) if _is_log(p) and os.path.isfile(p))  # noqa: PTH113  thousands
        if not found:
            refused.append(f"{self.path} holds no log file ({', '.join(_LOGS)})")
        self.problems = tuple(refused)
        yield from map(Path, found)


def _walk(top: Path, refused: list[str]) -> Iterator[str]:
    """Links to folders are followed, each folder once. What cannot be opened is told."""

    def tell(error: OSError) -> None:
        refused.append(f"{error.filename}: could not be opened: {error.strerror}")

    seen: set[Path] = set()
    for folder, below, names in os.walk(top, onerror=tell, followlinks=True):
        seen.add(Path(folder).resolve())
        below[:] = [name for name in sorted(below) if (Path(folder) / name).resolve() not in seen]
        yield from (os.path.join(folder, name) for name in names)  # noqa: PTH118  thousands


def _is_log(path: str) -> bool:
    return path.endswith(_LOGS) and not any(folder in path for folder in _NO_LOGS)


@dataclass(frozen=True, slots=True)
class Opened:
    """`files` are indexed each on a shelf of its own, named by what identifies it; `asked` answer questions."""

    files: tuple[tuple[str, FileSource], ...] = ()
    asked: tuple[AskedSource, ...] = ()
    trails: "tuple[S3Trail, ...]" = ()


def opened(
    names: tuple[str, ...], aws: "Callable[[], Accounts]", account: str, home: Path, lookups_a_second: float = 2
) -> Opened:
    """`aws` is called only for sources in AWS. Raises Misuse for what is no source, CouldNotLook where AWS refuses."""
    files: list[tuple[str, FileSource]] = []
    asked: list[AskedSource] = []
    trails: list[S3Trail] = []
    for name in dict.fromkeys(names):
        if name == EVENT_HISTORY:
            asked.append(_event_history(aws(), account, home / "event-history", lookups_a_second))
        elif name.startswith("s3://"):
            trails.append(_s3(aws(), account, name, home / "s3"))
            files.append((name, trails[-1]))
        elif name.startswith("athena://"):
            asked.append(_athena(aws(), account, name))
        elif Path(name).exists():
            files.append((str(Path(name).resolve()), LocalLogs(Path(name).resolve())))
        else:
            raise Misuse(
                f"{name!r} is no trail",
                f"give a file, a folder, s3://BUCKET/PREFIX, athena://DATABASE.TABLE or {EVENT_HISTORY}",
            )
    return Opened(tuple(files), tuple(asked), tuple(trails))


# What talks to AWS is imported where it is wanted: logs that lie here need none of it.


def _event_history(aws: "Accounts", account: str, cache: Path, lookups_a_second: float) -> "EventHistory":
    from unleak.aws.clock import AwsClock
    from unleak.investigate.trail.sources.event_history import EventHistory, Place

    def client(place: "Place") -> "Client":
        return aws.client(place.account, "cloudtrail", place.region)

    places = tuple(Place(account, region) for region in aws.regions(account))
    pause = 1.04 / lookups_a_second if lookups_a_second else 0.0
    return EventHistory(client, places, cache, pause=pause, now=AwsClock(aws).now)


def _s3(aws: "Accounts", account: str, name: str, cache: Path) -> "S3Trail":
    from unleak.investigate.trail.sources.s3 import S3Trail

    return S3Trail(aws.client(account, "s3", ""), name, cache)


def _athena(aws: "Accounts", account: str, name: str) -> "AthenaTable":
    from unleak.investigate.trail.sources.athena import AthenaTable, place_of

    place = place_of(name)
    return AthenaTable(aws.client(account, "athena", place.region), place)


def shelf_folder(home: Path, name: str) -> Path:
    """Where the index of a source lies."""
    return home / "index" / hashlib.sha256(name.encode()).hexdigest()[:16]
