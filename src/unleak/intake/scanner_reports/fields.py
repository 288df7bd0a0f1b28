"""What stands in a row that may hold anything."""

import re
from datetime import UTC, datetime
from typing import Any

from unleak.model.finding import Place

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
# git writes `2026-11-23 04:05:06 +0000`.
_BEFORE_ZONE = re.compile(r" (?=[+-][0-9])")


def at(value: Any, *way: str | int) -> Any:
    """What stands there; None where the way leads nowhere."""
    for step in way:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_at(value: Any, *way: str | int) -> str:
    """An empty one where there is none."""
    found = at(value, *way)
    return found if isinstance(found, str) else ""


def rows_at(value: Any, *way: str | int) -> list[Any]:
    """An empty list where there is none."""
    found = at(value, *way)
    return found if isinstance(found, list) else []


def line_at(value: Any, *way: str | int) -> int:
    """From 1, and 1 where nothing is said."""
    found = at(value, *way)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 1


def place_of(path: str, line: int, *, commit: str = "", author: str = "", date: str = "") -> Place:
    """Empty is what is not said; a commit or a date that cannot be one is left out."""
    return Place(path, line, commit=commit_of(commit), author=author or None, date=date_of(date))


def commit_of(text: str) -> str | None:
    return text if _COMMIT.fullmatch(text) else None


def shown(place: Place) -> str:
    return f"{place.path or 'somewhere'}:{place.line}"


def date_of(text: str) -> str | None:
    """As ISO 8601 has it, with a time zone; None where it cannot be read."""
    try:
        when = datetime.fromisoformat(_BEFORE_ZONE.sub("", text.strip()))
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).isoformat()
