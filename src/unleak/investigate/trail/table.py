"""Questions to the index: calls, and who used which credential from where."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from unleak.investigate.calls import call_from_record, plain_operation, texts_named
from unleak.investigate.trail.columns import COLUMNS, record_of
from unleak.investigate.trail.shelf import EMPTY, connected, quoted
from unleak.investigate.trail.sides import sides_of
from unleak.model.call import Call
from unleak.model.clock import parse_stamp

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Use:
    """How one credential was used from one address with one agent. `since`: when its session was made."""

    key_id: str
    arn: str
    kind: str
    issuer_arn: str
    principal_id: str
    account: str
    from_console: bool
    since: datetime | None
    address: str
    agent: str
    invoked_by: str
    first: datetime
    last: datetime
    count: int
    accepted: int

    @property
    def session_name(self) -> str:
        return self.arn.rsplit("/", 1)[-1] if ":assumed-role/" in self.arn else ""

    @property
    def by_a_service(self) -> bool:
        """The address is a service's name: AWS acted, with the credential in its hand."""
        return self.address.endswith(".amazonaws.com") or self.address == "AWS Internal" or not self.address


@dataclass(frozen=True, slots=True)
class Mint:
    """A credential that an answer carried, and who asked for it. `key_id` is empty for callers without one."""

    made_key: str
    key_id: str
    call: Call


_USE = """SELECT key_id, any_value(arn), any_value(kind), any_value(issuer_arn), any_value(principal_id),
  any_value(caller_account), any_value(from_console), any_value(session_since), address, agent, any_value(invoked_by),
  min("first"), max("last"), sum(n), sum(ok)
  FROM uses_here WHERE {where} GROUP BY key_id, address, agent"""


_AT_HAND = {
    "uses": "*",
    "mints": 'made_key, role_arn, session_name, kind, principal_id, name, address, key_id, event_id, "at"',
}
"""What of the sides lies in memory."""


class Table:
    """The calls of some shelves. Each event is answered once, however often it was delivered."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> None:
        self.duck = duck
        self._answered: dict[tuple[str, str, str], list[Any]] = {}
        self._minted: dict[str, Call | None] = {}
        self.show(parts)

    def show(self, parts: Sequence[Path]) -> None:
        """Reads from these Parquet files from now on."""
        listed = ", ".join(quoted(p) for p in parts)
        sources = {"calls": f"read_parquet([{listed}])" if parts else f"({EMPTY})", **sides_of(self.duck, parts)}
        self._answered.clear()
        for name, source in sources.items():
            self.duck.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {source}")  # noqa: S608  paths are quoted
        for name, columns in _AT_HAND.items():
            self.duck.execute(f"CREATE OR REPLACE TEMP TABLE {name}_here AS SELECT {columns} FROM {name}")  # noqa: S608
        self.duck.execute(f"CREATE TEMP TABLE IF NOT EXISTS taken AS SELECT * FROM ({EMPTY})")  # noqa: S608  ours

    def calls(self, where: str, values: Values = ()) -> list[Call]:
        """Oldest first. `where` is ours, with a question mark for each of `values`."""
        return self._from("calls", where, values)

    def marks(self, where: str, values: Values = ()) -> list[Call]:
        """Of the sign-ins, the passwords set, and the roles passed to services."""
        return self._from("marks", where, values)

    def later(self, since: datetime, names: Sequence[str], pattern: str) -> list[Call]:
        """Accepted writes of these names whose parameters the pattern is found in, whatever its case. It is looked for
        in these alone.
        """
        return self._writes('"at" >= ?', since, names, pattern)

    def earlier(self, until: datetime, names: Sequence[str], pattern: str) -> list[Call]:
        """The same, before that time."""
        return self._writes('"at" < ?', until, names, pattern)

    def _writes(self, when: str, at: datetime, names: Sequence[str], pattern: str) -> list[Call]:
        named = f"{when} AND error IS NULL AND read_only IS NOT TRUE AND name IN (SELECT unnest(?))"
        few = f"WITH few AS MATERIALIZED (SELECT event_id, request FROM calls WHERE {named})"  # noqa: S608  ours
        asked = [at.replace(tzinfo=None), list(names), pattern]
        found = f"{few} SELECT event_id FROM few WHERE regexp_matches(request, ?, 'i')"  # noqa: S608  ours
        rows = self.duck.execute(found, asked).fetchall()
        return self.calls("event_id IN (SELECT unnest(?))", [[event_id for (event_id,) in rows]]) if rows else []

    def take(self, where: str, values: Values = ()) -> list[Call]:
        """The same as `calls`; these rows are kept at hand, in the table `taken`."""
        self.duck.execute(f"INSERT INTO taken SELECT * FROM calls WHERE {where}", list(values))  # noqa: S608  ours
        return self._from("taken", where, values)

    def named(self, actions: Iterable[str]) -> list[str]:
        """How events name these operations here: some with the date of a version."""
        wanted = set(actions)
        rows = self._once("names", "SELECT DISTINCT name FROM calls WHERE name IS NOT NULL", ())
        return [name for (name,) in rows if plain_operation(name) in wanted]

    def _from(self, source: str, where: str, values: Values) -> list[Call]:
        rows = self.duck.execute(f"SELECT {_SHOWN} FROM {source} WHERE {where}", list(values)).fetchall()  # noqa: S608
        found = {}
        for row in rows:
            call = _call(row)
            if call is not None:
                found[call.event_id] = call
        return sorted(found.values(), key=_in_order)

    def _once(self, kind: str, sql: str, values: Values) -> list[Any]:
        """The chain asks in rounds, and mostly the same."""
        question = (kind, sql, repr(values))
        if question not in self._answered:
            self._answered[question] = self.duck.execute(sql, list(values)).fetchall()
        found: list[Any] = self._answered[question]
        return found

    def mints(self, where: str, values: Values = ()) -> list[Mint]:
        """The accepted calls whose answer carried a credential. `where` names columns of that side that are at hand."""
        sql = f"SELECT DISTINCT event_id FROM mints_here WHERE {where}"  # noqa: S608  ours
        wanted = [event_id for (event_id,) in self._once("mints", sql, values)]
        new = [e for e in wanted if e not in self._minted]
        if new:
            found = {c.event_id: c for c in self._from("mints", "event_id IN (SELECT unnest(?))", [new])}
            self._minted |= {e: found.get(e) for e in new}
        calls = [c for e in wanted if (c := self._minted[e]) is not None]
        return [Mint(made, c.key_id, c) for c in sorted(calls, key=_in_order) if (made := made_key(c))]

    def uses(self, where: str, values: Values = ()) -> list[Use]:
        """Of calls that carry a key id. `where` names columns of the side `uses`; repeated deliveries are counted."""
        rows = self._once("uses", _USE.format(where=f"key_id <> '' AND ({where})"), values)
        return [_use(row) for row in rows]

    def addresses_before(self, addresses: Sequence[str], when: datetime, keys: Sequence[str]) -> set[str]:
        """Those of them that anybody used before then, or that one of these keys ever used."""
        before = '("first" < ? OR key_id IN (SELECT unnest(?)))'
        rows = self.duck.execute(
            f"SELECT DISTINCT address FROM uses_here WHERE address IN (SELECT unnest(?)) AND {before}",  # noqa: S608  ours
            [list(addresses), when.replace(tzinfo=None), list(keys)],
        ).fetchall()
        return {row[0] for row in rows}

    def count_around(self, key_id: str, when: datetime, addresses: Sequence[str]) -> tuple[int, int]:
        """How many calls a key made before then, and from these addresses since."""
        row = self.duck.execute(
            'SELECT count(DISTINCT event_id) FILTER ("at" < $2), count(DISTINCT event_id) FILTER ("at" >= $2 AND '
            "coalesce(address, '') IN (SELECT unnest($3))) FROM calls WHERE key_id = $1",
            [key_id, when.replace(tzinfo=None), list(addresses)],
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def hours(self) -> list[datetime]:
        """Those that have any event, in their order."""
        rows = self.duck.execute('SELECT DISTINCT "hour" FROM hours WHERE "hour" IS NOT NULL ORDER BY 1').fetchall()
        return [row[0].replace(tzinfo=UTC) for row in rows]

    def span(self) -> tuple[datetime | None, datetime | None, int]:
        """First and last call, and how many records there are, repeated deliveries counted."""
        [(first, last, count)] = self._once("span", 'SELECT min("first"), max("last"), sum(n) FROM hours', ())
        return _utc(first), _utc(last), int(count or 0)


def _in_order(call: Call) -> tuple[datetime, str]:
    return call.at, call.event_id


def made_key(call: Call) -> str:
    """The id of the credential that the answer carries; empty where it carries none."""
    for name in ("credentials", "accessKey"):
        made = call.response.get(name)
        if isinstance(made, dict) and isinstance(made.get("accessKeyId"), str):
            return str(made["accessKeyId"])
    return next(texts_named(call.response, "accessKeyId"), "")  # Roles Anywhere and Identity Center put it deeper


_SHOWN = ", ".join(f'"{name}"' for name in COLUMNS)


def _call(row: Sequence[Any]) -> Call | None:
    try:
        return call_from_record(record_of(dict(zip(COLUMNS, row, strict=True))))
    except (KeyError, TypeError, ValueError):
        return None


def _use(row: Sequence[Any]) -> Use:
    texts = [str(v) if v is not None else "" for v in row]
    return Use(
        key_id=texts[0], arn=texts[1], kind=texts[2], issuer_arn=texts[3], principal_id=texts[4], account=texts[5],
        from_console=texts[6] == "true", since=_since(texts[7]), address=texts[8], agent=texts[9], invoked_by=texts[10],
        first=row[11].replace(tzinfo=UTC), last=row[12].replace(tzinfo=UTC), count=int(row[13]), accepted=int(row[14]),
    )  # fmt: skip


def _since(text: str) -> datetime | None:
    try:
        return parse_stamp(text) if text else None
    except ValueError:
        return None


def _utc(when: datetime | None) -> datetime | None:
    return when.replace(tzinfo=UTC) if when else None


@contextmanager
def table_over(folder: Path, parts: Sequence[Path]) -> Iterator[Table]:
    """`folder` is where it may spill."""
    with connected(folder) as duck:
        yield Table(duck, parts)
