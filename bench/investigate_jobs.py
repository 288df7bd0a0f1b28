# ruff: noqa: INP001, T201, PLC0415  a script that prints; each part imports only what it needs, for that is timed too
"""What is measured, each in a process of its own: `python bench/investigate_jobs.py WHAT PATH ...`."""

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_THREADS = 2


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
