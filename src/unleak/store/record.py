"""The record in a database, SQLite or PostgreSQL: append-only entries, and files of evidence beside them."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, ProgrammingError

from unleak.model.entry import FROM_OUTSIDE, Entry, Event, Intended
from unleak.model.errors import CouldNotLook, RecordConflict
from unleak.model.evidence import Exhibit
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import NO_PRINCIPALS
from unleak.store import documents
from unleak.store.codec import event_from_plain, event_to_plain, to_text
from unleak.store.lease import database_lease, file_lease
from unleak.store.migrations import bring_up_to_date
from unleak.store.schema import ENTRIES, EXHIBITS, INCIDENTS
from unleak.store.turn import turn

_OPENED = INCIDENTS.insert()
_GROWN = INCIDENTS.update().where(INCIDENTS.c.incident == sa.bindparam("name")).values(seq=sa.bindparam("upto"))


class Record:
    """Opens or makes the record at `url` (`sqlite:///…`, `postgresql://…`). What `append` returns is on disk.

    `wake` is called in the transaction of what comes from outside of the loop, with its connection and the incidents:
    whoever hears of it later hears of all of it, or of nothing.
    """

    def __init__(self, url: str, wake: Callable[[sa.Connection, Sequence[str]], None] | None = None) -> None:
        self._url = sa.make_url(url)
        if self._url.drivername in {"postgresql", "postgres"}:
            self._url = self._url.set(drivername="postgresql+psycopg")
        self._wake = wake
        if self._is_file:
            folder = self.folder
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise CouldNotLook(
                    f"cannot make {folder}: {error.strerror}", "set UNLEAK_HOME to a folder that you may write to"
                ) from error
        self.engine = self._connect()
        try:
            self._make()
        except (DatabaseError, OSError) as error:
            raise CouldNotLook(
                f"cannot open the record at {self._url.render_as_string()}: {getattr(error, 'orig', error)}",
                "set UNLEAK_HOME to a folder that you may write to, or UNLEAK_DATABASE to a database",
            ) from error

    def _connect(self) -> sa.Engine:
        if self.is_shared:
            return sa.create_engine(self._url, pool_size=10, max_overflow=30, pool_pre_ping=True)
        engine = sa.create_engine(self._url)
        sa.event.listen(engine, "connect", _tune)
        return engine

    @property
    def is_shared(self) -> bool:
        """Whether processes on many machines may work on it."""
        return self._url.get_backend_name() == "postgresql"

    @property
    def _is_file(self) -> bool:
        return not self.is_shared and bool(self._url.database) and self._url.database != ":memory:"

    def _make(self) -> None:
        """For its owner's eyes only. Where several processes make it at once, the others find it made."""
        if self._is_file:
            Path(self._url.database or "").touch(mode=0o600)
        try:
            bring_up_to_date(self.engine)
        except (OperationalError, IntegrityError, ProgrammingError):
            bring_up_to_date(self.engine)

    @property
    def folder(self) -> Path:
        return Path(self._url.database or ".").parent

    def lease(self, incident: str) -> AbstractContextManager[None]:
        """To work on an incident alone. Entering raises Busy while somebody else does."""
        return database_lease(self.engine, incident) if self.is_shared else file_lease(self.folder, incident)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction. In a file, writers take turns, and it is begun outright: SQLite's driver would begin one too
        late for savepoints, and for what is read in it before it writes.
        """
        with self._turn(), self.engine.begin() as db:
            if not self.is_shared:
                db.exec_driver_sql("BEGIN IMMEDIATE")
            yield db

    def _turn(self) -> AbstractContextManager[None]:
        return turn(Path(f"{self._url.database}.turn")) if self._is_file else nullcontext()

    def append(self, incident: str, expected_seq: int, events: Sequence[tuple[datetime, Event]]) -> list[Entry]:
        """Adds entries after `expected_seq`. Raises RecordConflict when somebody else was first."""
        entries = [Entry(incident, expected_seq + n, at, event) for n, (at, event) in enumerate(events, 1)]
        rows, apart = _rows(entries)
        try:
            if apart:
                documents.keep(self.writing, apart)
            with self.writing() as db:
                db.execute(ENTRIES.insert(), rows)
                self.grown(db, incident, expected_seq + len(rows), is_new=not expected_seq)
                if any(isinstance(e.event, FROM_OUTSIDE) for e in entries):
                    self.woken(db, [incident])
        except IntegrityError as error:
            raise RecordConflict(f"incident {incident} has moved on since entry {expected_seq}") from error
        except DatabaseError as error:
            raise CouldNotLook(
                f"the record could not be written: {error.orig}",
                "nothing was changed since; free the disk and run again",
            ) from error
        return entries

    def grown(self, db: sa.Connection, incident: str, seq: int, *, is_new: bool) -> None:
        """Notes how long it is now, in the transaction of `db` that wrote entries."""
        if is_new:
            db.execute(_OPENED, {"incident": incident, "seq": seq})
        else:
            db.execute(_GROWN, {"name": incident, "upto": seq})

    def woken(self, db: sa.Connection, incidents: Sequence[str]) -> None:
        """Wakes whoever looks after them, in the transaction of `db`."""
        if self._wake is not None and incidents:
            self._wake(db, incidents)

    def entries(self, incident: str, after: int = 0) -> list[Entry]:
        query = sa.select(ENTRIES).where(ENTRIES.c.incident == incident, ENTRIES.c.seq > after).order_by(ENTRIES.c.seq)
        with self.engine.connect() as db:
            return _entries(db, query)

    def incident(self, incident: str) -> Incident:
        """The fold of all entries; `seq` 0 where there is no such incident."""
        return fold(Incident(), self.entries(incident))

    def incident_ids(self) -> list[str]:
        """Newest first."""
        query = sa.select(ENTRIES.c.incident).where(ENTRIES.c.seq == 1).order_by(ENTRIES.c.at.desc())
        with self.engine.connect() as db:
            return list(db.execute(query).scalars())

    def answers(self) -> None:
        """Raises where the database does not."""
        with self.engine.connect() as db:
            db.execute(sa.select(ENTRIES.c.seq).limit(1)).first()

    def length(self, incident: str) -> int:
        """How many entries an incident has: the number of the last."""
        with self.engine.connect() as db:
            last = db.execute(sa.select(sa.func.max(ENTRIES.c.seq)).where(ENTRIES.c.incident == incident)).scalar()
        return int(last or 0)

    def lengths(self) -> dict[str, int]:
        """How many entries each incident has."""
        with self.engine.connect() as db:
            rows = db.execute(sa.select(INCIDENTS.c.incident, INCIDENTS.c.seq)).all()
        return dict(map(tuple, rows))

    def extent(self) -> tuple[int, int]:
        """How many incidents there are, and how many entries they have together: it grows with whatever is written."""
        query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(INCIDENTS.c.seq), 0)).select_from(INCIDENTS)
        with self.engine.connect() as db:
            count, entries = db.execute(query).one()
        return int(count), int(entries)

    def targets_touched_since(self, when: datetime) -> set[str]:
        """Principals and keys that any incident has intended to change since then: for the hourly limit."""
        query = sa.select(ENTRIES).where(ENTRIES.c.type == Intended.__name__, ENTRIES.c.at >= when.isoformat())
        with self.engine.connect() as db:
            events = [e.event for e in _entries(db, query)]
        touched = (e.step.target for e in events if isinstance(e, Intended))
        return {t.id for t in touched if t.kind not in NO_PRINCIPALS}

    def keep(self, lines: Iterable[bytes]) -> Exhibit:
        """Stores evidence as JSON lines, once per content."""
        held = list(lines)
        content = b"\n".join(held)
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            with suppress(IntegrityError), self.writing() as db:  # kept before: the same content
                db.execute(EXHIBITS.insert().values(sha256=sha256, content=content))
        except DatabaseError as error:
            raise CouldNotLook(f"evidence could not be kept: {error.orig}", "free the disk and run again") from error
        return Exhibit(sha256, len(held), len(content))

    def load(self, exhibit: Exhibit) -> list[bytes]:
        """The lines as they were kept. Raises CouldNotLook where they are gone or altered."""
        with self.engine.connect() as db:
            query = sa.select(EXHIBITS.c.content).where(EXHIBITS.c.sha256 == exhibit.sha256)
            content = db.execute(query).scalar()
        if content is None or hashlib.sha256(content).hexdigest() != exhibit.sha256:
            raise CouldNotLook(
                f"evidence {exhibit.sha256[:12]} is missing or was altered", "restore the record's backup"
            )
        return bytes(content).split(b"\n") if content else []

    def close(self) -> None:
        self.engine.dispose()


def _rows(entries: Iterable[Entry]) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """As they are written, and the documents that lie apart."""
    rows: list[dict[str, Any]] = []
    apart: dict[str, bytes] = {}
    for e in entries:
        plain = event_to_plain(e.event)
        apart |= documents.take_apart(plain)
        told = {"incident": e.incident, "seq": e.seq, "at": e.at.isoformat(), "type": type(e.event).__name__}
        rows.append({**told, "body": to_text(plain)})
    return rows, apart


def _entries(db: sa.Connection, query: sa.Select[Any]) -> list[Entry]:
    rows = [(row, json.loads(row["body"])) for row in db.execute(query).mappings()]
    documents.put_together(db, (plain for _, plain in rows))
    return [
        Entry(row["incident"], row["seq"], datetime.fromisoformat(row["at"]), event_from_plain(plain))
        for row, plain in rows
    ]


def _tune(connection: Any, _: object) -> None:
    """Write-ahead log, and every commit on disk before it returns: an intent must survive a power cut."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
