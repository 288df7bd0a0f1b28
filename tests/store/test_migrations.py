"""A record that an earlier version made is one of this version's afterwards, with all that it holds."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from database_world import postgres_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.cli.world import record_at
from unleak.model.errors import CouldNotLook
from unleak.store.migrations import bring_up_to_date, versions
from unleak.store.schema import SCHEMA, VERSION

_ENTRY = (
    "INSERT INTO entries (incident, seq, at, type, body) VALUES ('inc-1', 1, '2026-11-23T04:00:00+00:00', 'HoldSet',"
    ' \'{"on": true, "who": "sam", "why": "a test", "type": "HoldSet"}\')'
)
_TABLE = (
    "CREATE TABLE entries (incident VARCHAR(64) NOT NULL, seq INTEGER NOT NULL, at VARCHAR(40) NOT NULL,"
    " type VARCHAR(32) NOT NULL, body TEXT NOT NULL, PRIMARY KEY (incident, seq))"
)
_FIRST = (
    _TABLE,
    "CREATE INDEX ix_entries_type ON entries (type)",
    "CREATE TABLE exhibits (sha256 VARCHAR(64) NOT NULL, content {bytes} NOT NULL, PRIMARY KEY (sha256))",
    _ENTRY,
)
"""As the versions without migrations made them."""


def engine_of(url: str) -> sa.Engine:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return sa.create_engine(url)
    return sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))


@pytest.fixture
def old(record_url: str) -> sa.Engine:
    engine = engine_of(record_url)
    kind = "BLOB" if engine.dialect.name == "sqlite" else "BYTEA"
    with engine.begin() as db:
        for statement in _FIRST:
            db.execute(sa.text(statement.replace("{bytes}", kind).replace(":", r"\:")))
    return engine


def test_an_old_record_becomes_a_new_one_and_keeps_what_it_holds(old: sa.Engine, record_url: str) -> None:
    record = record_at(record_url)
    [entry] = record.entries("inc-1")
    assert entry.event.who == "sam"  # type: ignore[union-attr]
    assert _differences(old) == []
    record.close()
    old.dispose()


def test_a_new_record_is_what_the_migrations_end_in(record_url: str) -> None:
    record = record_at(record_url)
    assert _differences(record.engine) == []
    record.close()


def test_the_newest_file_is_the_version() -> None:
    assert max(versions()) == VERSION


def test_a_record_of_a_later_version_is_left_alone(record_url: str) -> None:
    record = record_at(record_url)
    with record.engine.begin() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CouldNotLook, match="later version"):
        bring_up_to_date(record.engine)
    record.close()


def _differences(engine: sa.Engine) -> list[object]:
    """Of our own tables: the queue has others."""
    ours = {*SCHEMA.tables, "alembic_version"}
    with engine.connect() as db:
        context = MigrationContext.configure(
            db, opts={"include_name": lambda name, kind, _: kind != "table" or name in ours, "compare_type": True}
        )
        return list(compare_metadata(context, SCHEMA))
