"""Questions to the index: calls, and who used which credential from where."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from unleak.investigate.calls import call_from_record
from unleak.investigate.trail.columns import COLUMNS, record_of
from unleak.investigate.trail.shelf import EMPTY, connected, quoted
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
  min("at"), max("at"), count(DISTINCT event_id), count(DISTINCT event_id) FILTER (error IS NULL)
  FROM calls WHERE {where} GROUP BY key_id, address, agent"""


class Table:
    """The calls of some shelves. Each event is answered once, however often it was delivered."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, parts: Sequence[Path]) -> None:
        self.duck = duck
        self.show(parts)

    def show(self, parts: Sequence[Path]) -> None:
        """Reads from these Parquet files from now on."""
        listed = ", ".join(quoted(p) for p in parts)
        source = f"read_parquet([{listed}])" if parts else f"({EMPTY})"
        self.duck.execute(f"CREATE OR REPLACE VIEW calls AS SELECT * FROM {source}")  # noqa: S608  paths are quoted

    def calls(self, where: str, values: Values = ()) -> list[Call]:
        """Oldest first. `where` is ours, with a question mark for each of `values`."""
        rows = self.duck.execute(f"SELECT {_SHOWN} FROM calls WHERE {where}", list(values)).fetchall()  # noqa: S608
        found = {}
        for row in rows:
            call = _call(row)
            if call is not None:
                found[call.event_id] = call
        return sorted(found.values(), key=lambda c: (c.at, c.event_id))

    def calls_of(self, key_ids: Iterable[str]) -> list[Call]:
        return self.calls("key_id IN (SELECT unnest(?))", [list(key_ids)])

    def mints(self, where: str, values: Values = ()) -> list[Mint]:
        """The accepted calls whose answer carried a credential."""
        return [
            Mint(made, call.key_id, call)
            for call in self.calls(f"made_key IS NOT NULL AND error IS NULL AND ({where})", values)
            if (made := made_key(call))
        ]

    def uses(self, where: str, values: Values = ()) -> list[Use]:
        """Of calls that carry a key id."""
        rows = self.duck.execute(_USE.format(where=f"key_id IS NOT NULL AND ({where})"), list(values)).fetchall()
        return [_use(row) for row in rows]

    def span(self) -> tuple[datetime | None, datetime | None, int]:
        """First and last call, and how many records there are, repeated deliveries counted."""
        row = self.duck.execute('SELECT min("at"), max("at"), count(*) FROM calls').fetchone()
        first, last, count = row or (None, None, 0)
        return _utc(first), _utc(last), count


def made_key(call: Call) -> str:
    """The id of the credential that the answer carries; empty where it carries none."""
    for name in ("credentials", "accessKey"):
        made = call.response.get(name)
        if isinstance(made, dict) and isinstance(made.get("accessKeyId"), str):
            return str(made["accessKeyId"])
    return next(_deep_key(call.response), "")


def _deep_key(value: Any) -> Iterator[str]:
    """Roles Anywhere and Identity Center put it deeper."""
    if isinstance(value, dict):
        if isinstance(value.get("accessKeyId"), str):
            yield value["accessKeyId"]
        for inner in value.values():
            yield from _deep_key(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _deep_key(inner)


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
        first=row[11].replace(tzinfo=UTC), last=row[12].replace(tzinfo=UTC), count=row[13], accepted=row[14],
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
