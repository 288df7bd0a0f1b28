"""Documents for programs: JSON that says by which schema it is to be read. `unleak schema` shows the schemas."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from json import dumps
from typing import Any


def written(schema: str, fields: Mapping[str, Any], *, compact: bool = False) -> str:
    """`schema` first. Times are RFC 3339 in UTC, enumerations their values, dataclasses objects. Raises TypeError for
    what is none of these: a secret has no way through.
    """
    separators = (",", ":") if compact else None
    return dumps({"schema": schema, **fields}, indent=None if compact else 2, separators=separators, default=_plain)


def rfc3339(when: datetime | None) -> str | None:
    """`2026-11-23T03:12:41Z`, with a fraction only where there is one."""
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z") if when else None


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is None:
        raise TypeError(f"{type(value).__name__} has no place in a document")
    return {name: getattr(value, name) for name in names}
