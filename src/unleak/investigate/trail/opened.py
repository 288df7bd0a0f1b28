"""The sources that a person named, opened: files to index, or somebody to ask."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.aws.clock import AwsClock
from unleak.investigate.trail.sources import AskedSource, FileSource, Progress
from unleak.investigate.trail.sources.athena import AthenaTable, place_of
from unleak.investigate.trail.sources.event_history import EventHistory, Place
from unleak.investigate.trail.sources.s3 import S3Trail
from unleak.model.errors import Misuse

EVENT_HISTORY = "event-history"
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
        found = [p for p in sorted(self.path.rglob("*")) if p.suffix in _LOGS and p.is_file() and _is_log(p)]
        if not found:
            self.problems = (f"{self.path} holds no log file ({', '.join(_LOGS)})",)
        yield from found


def _is_log(path: Path) -> bool:
    return "CloudTrail-Digest" not in path.parts and "CloudTrail-Insight" not in path.parts


@dataclass(frozen=True, slots=True)
class Opened:
    """`files` are indexed each on a shelf of its own, named by what identifies it; `asked` answer questions."""

    files: tuple[tuple[str, FileSource], ...] = ()
    asked: tuple[AskedSource, ...] = ()
    trails: tuple[S3Trail, ...] = field(default=())


def opened(
    names: tuple[str, ...], aws: Callable[[], Accounts], account: str, home: Path, lookups_a_second: float = 2
) -> Opened:
    """`aws` is called only for sources in AWS. Raises Misuse for what is no source, CouldNotLook where AWS refuses."""
    files: list[tuple[str, FileSource]] = []
    asked: list[AskedSource] = []
    trails: list[S3Trail] = []
    for name in dict.fromkeys(names):
        if name == EVENT_HISTORY:
            accounts = aws()
            places = tuple(Place(account, region) for region in accounts.regions(account))
            cache, clock = home / "event-history", AwsClock(accounts)
            pause = 1.04 / lookups_a_second if lookups_a_second else 0.0
            asked.append(EventHistory(_clients(accounts), places, cache, pause=pause, now=clock.now))
        elif name.startswith("s3://"):
            trail = S3Trail(aws().client(account, "s3", ""), name, home / "s3")
            trails.append(trail)
            files.append((name, trail))
        elif name.startswith("athena://"):
            place = place_of(name)
            asked.append(AthenaTable(aws().client(account, "athena", place.region), place))
        elif Path(name).exists():
            files.append((str(Path(name).resolve()), LocalLogs(Path(name).resolve())))
        else:
            raise Misuse(
                f"{name!r} is no trail",
                f"give a file, a folder, s3://BUCKET/PREFIX, athena://DATABASE.TABLE or {EVENT_HISTORY}",
            )
    return Opened(tuple(files), tuple(asked), tuple(trails))


def _clients(aws: Accounts) -> Callable[[Place], Client]:
    return lambda place: aws.client(place.account, "cloudtrail", place.region)


def shelf_folder(home: Path, name: str) -> Path:
    """Where the index of a source lies."""
    return home / "index" / hashlib.sha256(name.encode()).hexdigest()[:16]
