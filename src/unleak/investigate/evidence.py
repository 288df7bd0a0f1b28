"""The attacker's calls as a Parquet file: to keep, to hand over, to ask in any tool."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb

from unleak.investigate.trail.shelf import quoted
from unleak.model.call import Call

_TIMES = ("at", "session_since")
_OBJECTS = ("request", "response", "additional")
_FLAGS = ("read_only", "from_console")


def write_parquet(duck: duckdb.DuckDBPyConnection, calls: Iterable[Call], path: Path) -> None:
    """One row a call, a column a field of ours; parameters and answers as JSON, without what may be a secret. Raises
    OSError, duckdb.Error.
    """
    columns = {f.name: _kind(f.name) for f in fields(Call)}
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    with NamedTemporaryFile("wb", suffix=".json") as lines:
        lines.writelines(_lines(calls))
        lines.flush()
        read = f"read_json({quoted(lines.name)}, columns = {{{types}}}, format = 'newline_delimited')"
        half = path.with_name(path.name + ".half")
        duck.execute(f"COPY (SELECT * FROM {read}) TO {quoted(half)} (FORMAT parquet, COMPRESSION zstd)")  # noqa: S608
        half.replace(path)


def _kind(name: str) -> str:
    return "TIMESTAMP" if name in _TIMES else "BOOLEAN" if name in _FLAGS else "JSON" if name in _OBJECTS else "VARCHAR"


def _lines(calls: Iterable[Call]) -> Iterator[bytes]:
    for call in calls:
        plain: dict[str, Any] = {f.name: getattr(call, f.name) for f in fields(Call)}
        times = {name: plain[name].strftime("%Y-%m-%d %H:%M:%S") if plain[name] else None for name in _TIMES}
        yield json.dumps({**plain, **times}).encode() + b"\n"
