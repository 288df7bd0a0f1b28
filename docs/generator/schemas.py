"""Every field of every document for programs, out of the schemas."""

from collections.abc import Iterator
from typing import Any

from generator.page import page, table
from unleak.report.published import Published, published

_NAMES = {"date-time": "time", "date": "day"}


def pages() -> dict[str, str]:
    return {"schemas.md": page("Documents", _documents())}


def _documents() -> Iterator[str]:
    known = published()
    yield from ("What `unleak schema` shows, to be read: see [schema](../schema.md) for what is promised.", "")
    yield from table("Document", "What", "Told by", rows=map(_row, known))
    for one in known:
        yield from _section(one)


def _row(one: Published) -> tuple[str, str, str]:
    return f"[{one.id}](#unleak{one.name}1)", one.title, ", ".join(f"`{line}`" for line in one.told_by)


def _section(one: Published) -> Iterator[str]:
    yield from ("", f"## {one.id}", "", one.schema["description"], "")
    yield from table("Field", "Type", "Meaning", rows=_rows(one.schema, one.schema, ""))


def _rows(part: dict[str, Any], whole: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """A row for each field, those of what is in it right beneath."""
    for name, field in part["properties"].items():
        mark = "" if name in part["required"] else "?"
        yield f"`{path}{name}`{mark}", _type(field, whole), _meaning(field)
        inner, step = _inner(field, whole)
        if "properties" in inner:
            yield from _rows(inner, whole, f"{path}{name}{step}.")


def _inner(field: dict[str, Any], whole: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What is in it, and how a path goes on."""
    if field.get("type") == "array":
        return _meant(field["items"], whole), "[]"
    return _meant(field, whole), ""


def _meant(field: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    chosen = field["anyOf"][0] if "anyOf" in field else field
    found: dict[str, Any] = whole["$defs"][chosen["$ref"].rpartition("/")[2]] if "$ref" in chosen else chosen
    return found


def _type(field: dict[str, Any], whole: dict[str, Any]) -> str:
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_type(_meant(field['items'], whole), whole)}"
    if "anyOf" in field:
        return f"{_type(_meant(field, whole), whole)} or null"
    kinds = _meant(field, whole)["type"]
    plain = field.get("format", "")
    each = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_NAMES.get(plain, kind) if kind == "string" else kind for kind in each)


def _meaning(field: dict[str, Any]) -> str:
    words = [value for value in field.get("enum", ()) if value]
    one_of = f" One of {', '.join(f'`{w}`' for w in words)}." if words else ""
    return f"{field['description']}{one_of}"
