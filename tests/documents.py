"""Documents that unleak tells, held to the published schemas: strictly, so that they describe each field."""

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from unleak.report.published import published

_END = 10
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_FORMATS = FormatChecker(formats=("date",))


def _is_time(value: object) -> bool:
    """All of ours are in UTC, and say so."""
    return not isinstance(value, str) or _TIME.fullmatch(value) is not None


_FORMATS.checks("date-time")(_is_time)


def strict(schema: Any) -> Any:
    """The same, but for one thing: what has properties has no others."""
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: strict(value) for name, value in schema.items()}
    return {"additionalProperties": False, **told} if isinstance(told.get("properties"), dict) else told


@cache
def _validators() -> dict[str, Draft202012Validator]:
    return {p.id: Draft202012Validator(strict(p.schema), format_checker=_FORMATS) for p in published()}


def faults(document: Any) -> list[str]:
    """A line for each; none where it is no document of ours."""
    name = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(name, str) or not name.startswith("unleak."):
        return []
    if name not in _validators():
        return [f"{name} has no schema: write src/unleak/report/schemas"]
    return [f"{name} {e.json_path}: {e.message[:300]}" for e in _validators()[name].iter_errors(_some_of(document))]


def _some_of(told: Any) -> Any:
    """Of long lists both ends: more of the same rows teach nothing, and take their time."""
    if isinstance(told, dict):
        return {name: _some_of(value) for name, value in told.items()}
    if isinstance(told, list):
        return [_some_of(value) for value in (told if len(told) <= 2 * _END else told[:_END] + told[-_END:])]
    return told


def faults_in(text: str | bytes) -> list[str]:
    """What is no JSON is none of ours."""
    try:
        document = json.loads(text)
    except ValueError:
        return []
    return faults(document)


def hold(text: str | bytes) -> None:
    assert faults_in(text) == []
