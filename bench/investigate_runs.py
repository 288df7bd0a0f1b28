# ruff: noqa: INP001, T201  a script's part, no package
"""What is measured, each in a process of its own: `python bench/investigate_runs.py WHAT PATH ...`."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_THREADS = 2
_DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPROFILEIMPORTTIME")
_DROPPED_BEGINS = ("AWS_", "UNLEAK_")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds, and the greatest resident size in bytes. `load`: of the machine, when it began."""

    wall: float
    cpu: float
    peak: int
    code: int
    load: float


def spent(argv: Sequence[str], output: Path, extra: Mapping[str, str], limit: float = 3600) -> Spent:
    """`code` is negative where it was killed for taking longer than `limit` seconds."""
    kept = {k: v for k, v in os.environ.items() if k not in _DROPPED and not k.startswith(_DROPPED_BEGINS)}
    load, began = os.getloadavg()[0], time.perf_counter()
    with output.open("wb") as out, output.with_suffix(".err").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  ourselves, and what we are compared with
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env={**kept, **extra}, start_new_session=True
        )
        timer = threading.Timer(limit, _kill, [process.pid])
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode, load)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def of(what: str, *words: str) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve()), what, *words]


def inflate(folder: str) -> None:
    """As the first look does it, and nothing else."""
    from unleak.investigate.trail.inflate import pieces

    def size(path: Path) -> int:
        return sum(len(piece) for piece in pieces(path))

    with ThreadPoolExecutor(_THREADS) as pool:
        print(sum(pool.map(size, _logs(folder))))


def first(folder: str, key_id: str) -> None:
    from unleak.investigate.trail.first_look import first_look

    found = first_look(key_id, _logs(folder))
    print(found.files, found.mentions, len(found.calls))


def parquet(folder: str, place: str) -> None:
    """One pass of DuckDB over NDJSON, from gzip to Parquet, with our columns: what it takes at least to index the logs.

    It may use all memory, and write the rows in any order, which is faster.
    """
    import duckdb

    from unleak.investigate.trail.columns import select_from

    lines = sorted(str(p) for p in Path(folder).glob("*.json.gz"))
    listed = "[" + ", ".join(f"'{p}'" for p in lines) + "]"
    chosen = select_from(listed).replace("compression = 'uncompressed'", "compression = 'gzip'")
    duck = duckdb.connect(config={"preserve_insertion_order": "false"})
    row = duck.execute(f"COPY ({chosen}) TO '{place}' (FORMAT parquet, COMPRESSION lz4_raw)").fetchone()
    print(row[0] if row else 0)


def defaults(folder: str, place: str) -> None:
    """As one who has read DuckDB's introduction would do it."""
    import duckdb

    source = f"read_json_auto('{folder}/**/*.json.gz')"
    chosen = f"SELECT unnest(r) FROM (SELECT unnest(Records) AS r FROM {source})"  # noqa: S608  our own path
    row = duckdb.connect().execute(f"COPY ({chosen}) TO '{place}' (FORMAT parquet)").fetchone()
    print(row[0] if row else 0)


def _logs(folder: str) -> list[Path]:
    return sorted(Path(folder).rglob("*.json.gz"))


RUNS: Mapping[str, Callable[..., None]] = {
    "inflate": inflate, "first": first, "parquet": parquet, "defaults": defaults,
}  # fmt: skip

if __name__ == "__main__":
    RUNS[sys.argv[1]](*sys.argv[2:])
