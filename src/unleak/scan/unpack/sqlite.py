"""SQLite databases, read in memory: the text of every table, row by row.

The database is somebody else's, hence: only tables that lie in the file are read, never views or virtual tables; SQLite
may do nothing but that; and no more rows, or work for them, than a file of its size can hold.
https://www.sqlite.org/security.html
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import CUT_OFF, DAMAGED
from unleak.scan.unpack.magic import is_packed
from unleak.scan.unpack.member import Member, step
from unleak.scan.unpack.sink import Sink, TooMuch

NAME = "SQLite"
# Of the header: https://www.sqlite.org/fileformat2.html#the_database_header
_PAGE_SIZE, _VERSIONS, _PAGES = slice(16, 18), slice(18, 20), slice(28, 32)
_CHANGES, _PAGES_AS_OF = slice(24, 28), slice(92, 96)
_LARGEST_PAGE, _SMALLEST_PAGE = 65536, 512
_WITHOUT_WAL = b"\1\1"
# Virtual tables have no page. A generated column that is not stored would have to be computed.
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
_HIDDEN = {0, 3}
_SETTINGS = ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON")
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA))
_LEAST_LENGTH = 1_000_000
_OPERATIONS, _LEAST_TURNS, _BYTES_A_TURN = 1_000_000, 10, 50_000
_LONGEST_LABEL = 80
# No key id and no secret: these would be there twice.
_NAME = re.compile(rb"(?=[^\n]*[a-z_])[\w.\-/ ]{1,39}")


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    missing = _stated_size(data) - len(data)
    if missing > 0:
        yield Problem(NAME, CUT_OFF)
        data += bytes(missing if missing < budget.harmless else 0)
    with closing(_open(data)) as database:
        for number, (name,) in enumerate(database.execute(_TABLES)):
            if number > len(data) // _SMALLEST_PAGE:
                yield Problem(NAME, DAMAGED)
                return
            yield from _read(database, name.decode("utf-8", "surrogateescape"), data, budget)


def _stated_size(data: bytes) -> int:
    """0 where the header does not know: versions before 3.7 did not keep it up to date."""
    return int.from_bytes(data[_PAGES]) * _page_size(data) if data[_CHANGES] == data[_PAGES_AS_OF] else 0


def _page_size(data: bytes) -> int:
    stated = int.from_bytes(data[_PAGE_SIZE])
    return _LARGEST_PAGE if stated == 1 else max(stated, _SMALLEST_PAGE)


def _open(data: bytes) -> sqlite3.Connection:
    """In WAL mode it would look for a second file."""
    if data[_VERSIONS] != _WITHOUT_WAL:
        data = data[: _VERSIONS.start] + _WITHOUT_WAL + data[_VERSIONS.stop :]
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.deserialize(data)
    database.text_factory = bytes
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(data), _LEAST_LENGTH))
    turns = iter(range(_LEAST_TURNS + len(data) // _BYTES_A_TURN))
    database.set_progress_handler(lambda: next(turns, None) is None, _OPERATIONS)
    for setting in _SETTINGS:
        database.execute(f"PRAGMA {setting}")
    database.set_authorizer(_may)
    return database


def _may(action: int, _first: str | None, _second: str | None, _database: str | None, source: str | None) -> int:
    """`source` is the view or trigger on whose behalf."""
    return sqlite3.SQLITE_OK if action in _ALLOWED and source is None else sqlite3.SQLITE_DENY


def _read(database: sqlite3.Connection, table: str, data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    """A value that is packed itself is a member of its own."""
    where = step("SQLite table", _shown(table))
    sink, why = Sink(budget, len(data)), ""
    try:
        columns = _columns(database, table)
        labels = [c.encode("utf-8", "surrogateescape")[:_LONGEST_LABEL] for c in columns]
        rows = database.execute(_select(table, columns))
        for number, row in enumerate(rows):
            if number > len(data):
                why = DAMAGED
                break
            for column, value in zip(columns, row, strict=True):
                if isinstance(value, bytes) and is_packed(value):
                    yield Member(step(f"{where}, column", _shown(column)), value)
            sink.write(_lines(labels, row))
    except TooMuch as full:
        why = full.why
    except (sqlite3.Error, UnicodeError, ValueError):
        why = DAMAGED
    found = sink.take()
    if found:
        yield Member(where, found)
    if why:
        yield Problem(where, why)


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    described = database.execute(f"PRAGMA main.table_xinfo({_quoted(table)})").fetchall()
    return [name.decode("utf-8", "surrogateescape") for _, name, *_, hidden in described if hidden in _HIDDEN]


def _select(table: str, columns: Sequence[str]) -> str:
    """The table itself, not an index that has all the columns, too."""
    return f"SELECT {', '.join(map(_quoted, columns))} FROM main.{_quoted(table)} NOT INDEXED"  # noqa: S608  quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _lines(labels: Sequence[bytes], row: Sequence[object]) -> bytes:
    """`column: value`. In a row of a name and its value, the name is before the value, too: it says what that is."""
    found = [(label, value) for label, value in zip(labels, row, strict=True) if value and isinstance(value, bytes)]
    if len(found) == 2 and _NAME.fullmatch(found[0][1]):  # noqa: PLR2004  a name and its value
        (_, name), (label, value) = found
        found[1] = (name + b" " + label, value)
    return b"".join(b"%s: %s\n" % line for line in found)
