"""The index: Parquet files on a shelf, made once of a source's log files and added to when new ones come.

A part is written beside its place and renamed, then the list is: a crash leaves nothing half done, and what no list
names is swept away.
"""

import fcntl
import json
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from unleak.investigate.trail.columns import COLUMNS, select_from
from unleak.investigate.trail.lines import Written, write_lines, write_parsed_lines

_BATCH_BYTES = 192 * 1024 * 1024
_BATCH_FILES = 4000
_VERSION = 3
_GUESSED_RATIO = 9


@dataclass(frozen=True, slots=True)
class Log:
    """A file as it was when it was read."""

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> "Log":
        found = path.stat()
        return cls(str(path), found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file: what it was made of, how many records and bytes it holds, and what could not be read."""

    name: str
    logs: tuple[Log, ...]
    records: int
    problems: tuple[str, ...] = ()
    size: int = 0


@dataclass(slots=True, weakref_slot=True)
class Shelf:
    """`folder` is this source's own, 0700: the logs of an account are nobody else's business. As long as anybody's
    shelf stands here, no part is swept away under it.
    """

    folder: Path
    tell: Callable[[int, int], None] = lambda _done, _all: None
    parts: list[Part] = field(default_factory=list)
    _unopened: list[str] = field(default_factory=list)
    _scratch: list[Path] = field(default_factory=list)
    _standing: int = -1

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._standing = os.open(self.folder / "standing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self._standing)
        fcntl.flock(self._standing, fcntl.LOCK_SH)
        self.parts = self._listed()

    @property
    def paths(self) -> list[Path]:
        return [self.folder / p.name for p in self.parts]

    @property
    def problems(self) -> list[str]:
        """Where nothing at all was told, that is no answer either."""
        found = [*self._unopened, *(problem for part in self.parts for problem in part.problems)]
        names = [Path(log.path).name for part in self.parts for log in part.logs]
        empty = [f"no record in any of {len(names)} files ({names[0]})"] if names and not self.records else []
        return found or empty

    @property
    def records(self) -> int:
        return sum(p.records for p in self.parts)

    def unknown(self, logs: Iterable[Path]) -> list[Path]:
        """Those that are not on the shelf as they are now."""
        known = {log for part in self.parts for log in part.logs}
        return [path for path in logs if Log.of(path) not in known]

    def update(self, logs: Iterable[Path]) -> None:
        """Makes the shelf hold these files as they are now, beside those that it holds and that still are as they were.
        Raises duckdb.Error, OSError.
        """
        wanted = {log.path: log for log in (Log.of(p) for p in logs)}
        self._unopened = []
        with self._locked():
            listed = self._listed()
            self.parts = [p for p in listed if all(_stands(log, wanted) for log in p.logs)]
            known = {log.path for part in self.parts for log in part.logs}
            new = [log for path, log in wanted.items() if path not in known]
            if new:
                self._sweep()
                self._add(new)
            if self.parts != listed:
                self._write_list()

    def add_records(self, records: Iterable[dict[str, Any]]) -> int:
        """Records that came from no file: a part of their own, always. How many."""
        with self._locked():
            with tempfile.NamedTemporaryFile("wb", dir=self.folder, prefix="new-", suffix=".json") as lines:
                count = 0
                for record in records:
                    lines.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")
                    count += 1
                lines.flush()
                if not count:
                    return 0
                with tempfile.NamedTemporaryFile("w+b", dir=self.folder, prefix="lines-", suffix=".json") as clean:
                    written = write_parsed_lines(Path(lines.name), clean)
                    clean.flush()
                    self.parts = self._listed()
                    told = (f"answers of AWS: {written.problem}",) if written.problem else ()
                    with connected(self.folder) as duck:
                        self.parts.append(self._part(duck, Path(clean.name), (), told, leniently=True))
            self._write_list()
            return count

    def _add(self, new: list[Log]) -> None:
        """While DuckDB turns one batch into Parquet, the next is inflated."""
        done, total = 0, sum(log.size for log in new)
        self.tell(0, total)
        with ThreadPoolExecutor(1) as beside, connected(self.folder) as duck:
            batches = list(_batches(new))
            following: Future[_Batch] = beside.submit(self._inflate, batches[0])
            for number in range(len(batches)):
                batch = following.result()
                if number + 1 < len(batches):
                    following = beside.submit(self._inflate, batches[number + 1])
                self._unopened += batch.unopened
                if part := self._indexed(duck, batch):
                    self.parts.append(part)
                done += sum(log.size for log in batches[number])
                self.tell(done, total)
                self._write_list()
        while self._scratch:
            self._scratch.pop().unlink()

    def _inflate(self, logs: tuple[Log, ...], *, parsed: bool = False) -> "_Batch":
        place = self._scratch.pop() if self._scratch else _new_scratch(self.folder)
        read, written, unopened = [], [], []
        with place.open("r+b") as out:
            for log in logs:
                try:
                    written.append((write_parsed_lines if parsed else write_lines)(Path(log.path), out))
                    read.append(log)
                except OSError as error:
                    unopened.append(f"{Path(log.path).name}: could not be opened: {error.strerror}")
            out.truncate()
        return _Batch(tuple(read), place, tuple(written), tuple(unopened))

    def _indexed(self, duck: duckdb.DuckDBPyConnection, batch: "_Batch") -> Part | None:
        """Where the quick way fails on a batch, the patient one tells which file it was, and saves what can be. None
        where no file could be opened.
        """
        try:
            if not batch.logs:
                return None
            with suppress(duckdb.Error):
                part = None if batch.doubts else self._part(duck, batch.lines, batch.logs, batch.problems)
                if part and part.records == batch.count:
                    return part
            patient = self._inflate(batch.logs, parsed=True)
            try:
                part = self._part(duck, patient.lines, patient.logs, patient.problems, leniently=True)
            finally:
                self._scratch.append(patient.lines)
        finally:
            self._scratch.append(batch.lines)
        self._unopened += patient.unopened
        lost = patient.count - part.records
        more = (f"{lost} records could not be indexed",) if lost else ()
        return replace(part, problems=(*part.problems, *more))

    def _part(
        self,
        duck: duckdb.DuckDBPyConnection,
        lines: Path,
        logs: tuple[Log, ...],
        problems: tuple[str, ...],
        *,
        leniently: bool = False,
    ) -> Part:
        """Under a name that no part has, nor had: another process may still read it."""
        number = 1 + max((int(p.stem.removeprefix("part-")) for p in self.folder.glob("part-*.parquet")), default=0)
        part = Part(f"part-{number:06d}.parquet", logs, 0, problems)
        place = self.folder / part.name
        chosen = select_from(quoted(lines), leniently=leniently) if lines.stat().st_size else EMPTY
        records = self._copy(duck, chosen, place)
        return replace(part, records=records, size=place.stat().st_size)

    @staticmethod
    def _copy(duck: duckdb.DuckDBPyConnection, chosen: str, place: Path) -> int:
        half = place.with_suffix(".half")
        options = "FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 122880"
        row = duck.execute(f"COPY ({chosen}) TO {quoted(half)} ({options})").fetchone()
        half.replace(place)
        return int(row[0]) if row else 0

    def _listed(self) -> list[Part]:
        try:
            raw = json.loads((self.folder / "list.json").read_text())
            if raw["version"] != _VERSION or raw["columns"] != list(COLUMNS):
                return []
            parts = [
                Part(p["name"], tuple(Log(*log) for log in p["logs"]), p["records"], tuple(p["problems"]), p["size"])
                for p in raw["parts"]
            ]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return []
        return [p for p in parts if self._is_whole(p)]

    def _is_whole(self, part: Part) -> bool:
        """A machine that lost its power may have kept the list and not the part."""
        place = self.folder / part.name
        return place.is_file() and place.stat().st_size == part.size

    def _write_list(self) -> None:
        parts = [_plain(p) for p in self.parts]
        plain = {"version": _VERSION, "columns": list(COLUMNS), "parts": parts}
        new = self.folder / "list.new"
        new.write_text(json.dumps(plain))
        new.replace(self.folder / "list.json")

    def _sweep(self) -> None:
        """Another time, where another process reads what lies here."""
        try:
            fcntl.flock(self._standing, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            self._sweep_alone()
        finally:
            fcntl.flock(self._standing, fcntl.LOCK_SH)  # also where it was refused: trying gave the shared one up

    def _sweep_alone(self) -> None:
        kept = {p.name for p in self.parts}
        for path in self.folder.iterdir():
            ours = path.suffix in {".half", ".parquet"} or path.name.startswith(("lines-", "new-"))
            if ours and path.name not in kept:
                path.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _new_scratch(folder: Path) -> Path:
    """Writing over a file takes a sixth of the time that writing a new one does."""
    fd, name = tempfile.mkstemp(dir=folder, prefix="lines-", suffix=".json")
    os.close(fd)
    return Path(name)


def _plain(part: Part) -> dict[str, Any]:
    logs = [(log.path, log.size, log.modified_ns) for log in part.logs]
    return {"name": part.name, "logs": logs, "records": part.records, "problems": part.problems, "size": part.size}


def _stands(log: Log, wanted: Mapping[str, Log]) -> bool:
    """Whether a file is as it was read. Who asks for fewer days now does not make the others untrue."""
    if log.path in wanted:
        return wanted[log.path] == log
    with suppress(OSError):
        return Log.of(Path(log.path)) == log
    return False


@dataclass(frozen=True, slots=True)
class _Batch:
    logs: tuple[Log, ...]
    lines: Path
    written: tuple[Written, ...]
    unopened: tuple[str, ...] = ()

    @property
    def doubts(self) -> bool:
        return any(w.doubt for w in self.written)

    @property
    def count(self) -> int:
        return sum(w.lines for w in self.written)

    @property
    def problems(self) -> tuple[str, ...]:
        both = zip(self.logs, self.written, strict=True)
        return tuple(f"{Path(log.path).name}: {w.problem}" for log, w in both if w.problem)


def _batches(logs: list[Log]) -> Iterator[tuple[Log, ...]]:
    """So much at once that Parquet's groups fill, and so little that the lines fit beside everything else."""
    batch: list[Log] = []
    size = 0
    for log in logs:
        packed = log.path.endswith((".gz", ".zst"))
        batch.append(log)
        size += log.size * (_GUESSED_RATIO if packed else 1)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


_KINDS = {"at": "TIMESTAMP", "read_only": "BOOLEAN"}
EMPTY = "SELECT " + ", ".join(
    f'NULL::{_KINDS.get(name, "VARCHAR")} AS "{name}"'
    for name in COLUMNS
) + " WHERE false"  # fmt: skip


def quoted(path: Path | str) -> str:
    """As a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


@contextmanager
def connected(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that stays below 600 MB, spills beside the shelf, and neither loads extensions nor calls out."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "600MB", "preserve_insertion_order": "false", "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    }  # fmt: skip
    duck = duckdb.connect(config=config)
    duck.execute("SET parquet_metadata_cache = true")
    try:
        yield duck
    finally:
        duck.close()
