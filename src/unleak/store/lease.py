"""One process at a time works on an incident. A killed process leaves no lease behind: the kernel or the database frees
it.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from unleak.model.errors import Busy


@contextmanager
def file_lease(folder: Path, incident: str) -> Iterator[None]:
    """By a lock on a file beside the database. Raises Busy while another process holds the incident."""
    path = folder / f"{incident}.lock"
    path.touch(mode=0o600)
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(incident) from error
        try:
            yield
        finally:
            fcntl.flock(held, fcntl.LOCK_UN)  # or it lasts as long as a process that was forked meanwhile


@contextmanager
def database_lease(engine: sa.Engine, incident: str) -> Iterator[None]:
    """By an advisory lock of the connection, which ends with it: https://www.postgresql.org/docs/current/explicit-locking.html

    Raises Busy as above. What was begun under a lease that is lost is safe: entries are unique by their number.
    """
    number = int.from_bytes(hashlib.sha256(incident.encode()).digest()[:8], signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        if not db.execute(sa.select(sa.func.pg_try_advisory_lock(number))).scalar():
            raise _busy(incident)
        try:
            yield
        finally:
            db.execute(sa.select(sa.func.pg_advisory_unlock(number)))


def _busy(incident: str) -> Busy:
    return Busy(
        f"another process is responding to {incident} right now",
        f"watch it with `unleak incident show {incident}`; it is safe to end it and to run this again",
    )
