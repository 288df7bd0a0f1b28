# ruff: noqa: INP001, T201  a script's part, no package
"""Writes CloudTrail logs as AWS delivers them, with an incident in them of which everything is known.

    python bench/investigate_logs.py --events 2000000 --logs FOLDER

The same for the same numbers, on any machine. What was written once is kept, and taken again.
"""

import argparse
import base64
import gzip
import hashlib
import json
import os
import random
import shutil
import string
import sys
import tempfile
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import investigate_habits as habits
from investigate_incident import planted

EVENTS, SEED = 2_000_000, 7
_A_FILE = 500
_ACCOUNTS = 10
_REGIONS = {"us-east-1": 5.0, "eu-west-1": 4.0, "eu-central-1": 3.0, "us-west-2": 2.0, "us-east-2": 1.0,
            "ap-southeast-2": 1.0, "ca-central-1": 0.5}  # fmt: skip
_USERS, _SESSIONS = 12, 30
_LEVEL = 6
_TOKEN_BYTES = 345
_SERVICES = ("ec2", "lambda", "ecs-tasks", "codebuild")
_AGENTS = (
    "aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.203.0 m/E,g",
    "Boto3/1.37.4 md/Botocore#1.37.4 md/awscrt#0.23.8 ua/2.0 os/linux#6.1.128 lang/python#3.12.9 m/Z,b",
    "aws-cli/2.24.10 md/awscrt#0.23.8 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.9 md/prompt#off",
    "aws-sdk-java/2.30.27 md/io#sync md/http#Apache ua/2.1 os/Linux#5.10.234 lang/java#21.0.6 md/OpenJDK#m/E",
    "APN/1.0 HashiCorp/1.0 Terraform/1.10.5 (+https://www.terraform.io) terraform-provider-aws/5.88.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0",
)


@dataclass(frozen=True, slots=True)
class Logs:
    """`folder` holds AWSLogs; `truth` says what was planted, and how large everything is."""

    folder: Path
    truth: Mapping[str, Any]

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.json.gz"))


@dataclass(frozen=True, slots=True)
class _File:
    """What one process writes: `events` of everyday life, and what was planted in its time, as (second, line)."""

    number: int
    account: str
    region: str
    begin: datetime
    seconds: int
    events: int
    planted: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Actor:
    """Who calls, all through one file. `kind`: application, person or machine."""

    kind: str
    who: str
    address: str
    agent: str


def logs(place: Path, events: int = EVENTS, seed: int = SEED) -> Logs:
    """Takes what is there, or writes it: about a minute and a half for two million events on two processors."""
    folder = place / f"cloudtrail-{events}-{seed}"
    mark = folder / "truth.json"
    if mark.is_file() and json.loads(mark.read_text())["made_by"] == _made_by():
        return Logs(folder / "logs", json.loads(mark.read_text()))
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "logs").mkdir(parents=True)
    incident = planted(seed)
    begin, end = _span(incident.records)
    truth = _truth(incident)
    plan = list(_plan(incident.records, events, seed, begin, end))
    with ProcessPoolExecutor() as pool:
        done = list(pool.map(_write, plan, [str(folder / "logs")] * len(plan), [seed] * len(plan), chunksize=16))
    sizes = {"files": len(done), "events": sum(d[0] for d in done), "raw": sum(d[1] for d in done)}
    truth |= sizes | {"gzip": sum(d[2] for d in done), "made_by": _made_by(), "seed": seed}
    mark.write_text(json.dumps(truth))
    return Logs(folder / "logs", truth)


def _made_by() -> str:
    """Whatever the logs depend on."""
    here = Path(__file__).resolve().parent
    sources = [here / f"investigate_{name}.py" for name in ("habits", "incident", "logs")]
    sources += sorted((here.parent / "tests" / "investigate").glob("incident_*.py"))
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()


def _truth(incident: Any) -> dict[str, Any]:
    truth = incident.truth
    return {
        "leaked": incident.leaked,
        "leaked_at": incident.leaked_at.isoformat().replace("+00:00", "Z"),
        "owner": incident.owner_arn,
        "credentials": {k: {"origin": t.origin, "how": t.how} for k, t in truth.credentials.items()},
        "undecidable": sorted(truth.undecidable),
        "theirs": sorted(truth.attacker_principals | truth.abused_principals),
        "addresses": sorted(incident.attacker_addresses),
        "calls": sum(r["sourceIPAddress"] in incident.attacker_addresses for r in incident.records),
        "ways": incident.ways,
        "decoys": incident.decoys,
    }


def _span(records: Sequence[Mapping[str, Any]]) -> tuple[datetime, datetime]:
    times = [datetime.fromisoformat(r["eventTime"]) for r in records]
    return min(times).replace(minute=0, second=0), max(times) + timedelta(hours=1)


def _plan(records: list[dict[str, Any]], events: int, seed: int, begin: datetime, end: datetime) -> Iterator[_File]:
    """Every account and region has files one after the other, as many as it is busy."""
    rng = random.Random(seed)  # noqa: S311  the same logs on every run
    theirs = list(dict.fromkeys(r["recipientAccountId"] for r in records))
    accounts = theirs + [f"{rng.randrange(10**11, 10**12)}" for _ in range(_ACCOUNTS - len(theirs))]
    weights = {(a, r): _REGIONS[r] * rng.uniform(0.3, 2) for a in accounts for r in _REGIONS}
    kept = _by_shard(records, weights)
    everyday, whole = max(0, events - len(records)), sum(weights.values())
    number = 0
    for (account, region), weight in weights.items():
        count = round(everyday * weight / whole)
        files = max(1, round(count / _A_FILE))
        seconds = int((end - begin).total_seconds()) // files
        for at in range(files):
            first = begin + timedelta(seconds=seconds * at)
            share = count // files + (at < count % files)
            mine = _within(kept[account, region], first, seconds, last=at == files - 1)
            yield _File(number, account, region, first, seconds, share, mine)
            number += 1


def _by_shard(records: list[dict[str, Any]], shards: Mapping[tuple[str, str], float]) -> dict[Any, list[Any]]:
    kept: dict[tuple[str, str], list[tuple[datetime, str]]] = {shard: [] for shard in shards}
    for record in records:
        place = record["recipientAccountId"], record["awsRegion"]
        shard = place if place in kept else (place[0], "us-east-1")
        line = json.dumps(record, separators=(",", ":"))
        kept[shard].append((datetime.fromisoformat(record["eventTime"]), line))
    return kept


def _within(
    kept: list[tuple[datetime, str]], first: datetime, seconds: int, *, last: bool
) -> tuple[tuple[int, str], ...]:
    after = [(int((at - first).total_seconds()), line) for at, line in kept]
    return tuple((at, line) for at, line in after if at >= 0 and (last or at < seconds))


def _write(file: _File, folder: str, seed: int) -> tuple[int, int, int]:
    """How many records it holds, and its sizes."""
    rng = random.Random(f"{seed}-{file.number}")  # noqa: S311  see above
    lines = _everyday(file, rng, seed)
    times = [at for at, _ in lines]
    for at, line in sorted(file.planted, reverse=True):
        lines.insert(bisect(times, at), (at, line))
    text = ('{"Records":[' + ",".join(line for _, line in lines) + "]}").encode()
    packed = gzip.compress(text, _LEVEL, mtime=0)
    place = Path(folder, _name(file, rng))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(packed)
    return len(lines), len(text), len(packed)


def _name(file: _File, rng: random.Random) -> str:
    unique = "".join(rng.choices(string.ascii_letters + string.digits, k=16))
    day = f"AWSLogs/{file.account}/CloudTrail/{file.region}/{file.begin:%Y/%m/%d}"
    return f"{day}/{file.account}_CloudTrail_{file.region}_{file.begin:%Y%m%dT%H%MZ}_{unique}.json.gz"


def _everyday(file: _File, rng: random.Random, seed: int) -> list[tuple[int, str]]:
    """Its sessions are taken when the file begins, and used until it ends."""
    stamps = _stamps(file)
    digits = _Digits(rng)
    actors, taken = _actors(file, rng, digits, seed)
    lines = [(0, line) for line in taken[: file.events]]
    count = file.events - len(lines)
    kinds = _by_kind(file.account, file.region)
    chosen = rng.choices(actors, weights=[1 / (n + 3) for n in range(len(actors))], k=count)
    spread = {kind: iter(rng.choices(p, cum_weights=w, k=count)) for kind, (p, w) in kinds.items()}
    for second, actor in zip(sorted(rng.choices(range(file.seconds), k=count)), chosen, strict=True):
        pattern = next(spread[actor.kind])
        values = digits.cut(pattern.cuts, pattern.length)
        lines.append((second, pattern.text % (actor.who, stamps(second), actor.address, actor.agent, *values)))
    return lines


class _Digits:
    """A long run of hex digits, made at once: that is much faster than one piece after the other."""

    _LENGTH = 65_536

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._run, self._at = rng, "", 0

    def cut(self, cuts: Sequence[tuple[int, int]], length: int) -> list[str]:
        if self._at + length > len(self._run):
            self._run, self._at = self._rng.randbytes(self._LENGTH // 2).hex(), 0
        at, run = self._at, self._run
        self._at += length
        return [run[at + begin : at + end] for begin, end in cuts]


def _stamps(file: _File) -> Callable[[int], str]:
    known: dict[int, str] = {}

    def stamp(second: int) -> str:
        """The minute is looked up: formatting a time takes longer than formatting the record."""
        minute, rest = divmod(second, 60)
        if minute not in known:
            known[minute] = f"{file.begin + timedelta(minutes=minute):%Y-%m-%dT%H:%M:}"
        return f"{known[minute]}{rest:02d}Z"

    return stamp


@lru_cache
def _by_kind(account: str, region: str) -> dict[str, tuple[list[habits.Pattern], list[float]]]:
    every = list(habits.patterns(account, region))
    of = {kind: [p for p in every if kind in p.kinds] for kind in (habits.A, habits.P, habits.M)}
    return {kind: (mine, list(accumulate(p.weight for p in mine))) for kind, mine in of.items()}


def _actors(file: _File, rng: random.Random, digits: "_Digits", seed: int) -> tuple[list[_Actor], list[str]]:
    """Users keep their keys from file to file, machines their roles and addresses."""
    settled = random.Random(f"{seed}-{file.account}-{file.region}")  # noqa: S311  see above
    everywhere = random.Random(f"{seed}-{file.account}")  # noqa: S311  see above
    users = [_user(file.account, everywhere, n) for n in range(_USERS)]
    begin = f"{file.begin:%Y-%m-%dT%H:%M:%SZ}"
    sessions, taken = [], []
    for n in range(_SESSIONS):
        service = _SERVICES[n % len(_SERVICES)]
        role = {
            "arn": f"arn:aws:iam::{file.account}:role/{service}-{n}", "accountId": file.account,
            "principalId": f"AROA{_letters(settled, 17)}",
        }  # fmt: skip
        name = f"i-0{settled.randbytes(8).hex()}" if service == "ec2" else f"{service}-{n}-{settled.randbytes(4).hex()}"
        key = f"ASIA{_letters(rng, 16)}"
        who = _plain(habits.session_identity(role, name, key, begin))
        agent = _AGENTS[n % 4]
        sessions.append(_Actor(habits.M, who, _address(settled, 35), agent))
        token = "IQoJb3JpZ2luX2Vj" + base64.b64encode(rng.randbytes(_TOKEN_BYTES)).decode()
        text = habits.assumed(file.account, file.region, service, role, name)
        taken.append(text.text % (begin, key, token, *digits.cut(text.cuts, text.length)))
    both = [actor for pair in zip(sessions, users, strict=False) for actor in pair]
    return both + sessions[len(users) :], taken


def _user(account: str, rng: random.Random, number: int) -> _Actor:
    kind = habits.P if number % 3 == 2 else habits.A  # noqa: PLR2004  one in three
    name = f"{'person' if kind == habits.P else 'service'}-{number}"
    who = habits.user_identity(account, name, f"AIDA{_letters(rng, 17)}", f"AKIA{_letters(rng, 16)}")
    agent = _AGENTS[5] if kind == habits.P else _AGENTS[number % 5]
    return _Actor(kind, _plain(who), _address(rng, 44), agent)


def _letters(rng: random.Random, count: int) -> str:
    return base64.b32encode(rng.randbytes(count)).decode()[:count]


def _address(rng: random.Random, first: int) -> str:
    """Of a network in which nobody of the planted incident is."""
    return f"{first}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}.{rng.randrange(1, 255)}"


def _plain(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def default_place() -> Path:
    return Path(tempfile.gettempdir()) / f"unleak-bench-{os.getuid()}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes CloudTrail logs with a planted incident.")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--logs", type=Path, default=default_place(), help="where they are kept")
    options = parser.parse_args()
    made = logs(options.logs, options.events, options.seed)
    print(f"{made.truth['events']} events in {made.truth['files']} files, {made.truth['raw'] / 1e6:.0f} MB of JSON,")
    print(f"{made.truth['gzip'] / 1e6:.0f} MB gzip; {len(made.truth['credentials'])} credentials of an attacker")
    return 0


if __name__ == "__main__":
    sys.exit(main())
