"""What a change would write, beside what is there: line by line, as a person reads a policy."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unleak.model.plan import Change, Image

_AROUND = 3
_MOST = 1500


@dataclass(frozen=True, slots=True)
class Row:
    """`sign`: `+` would be written, `-` goes, ` ` stays, `@` stands for `text`, which is left out."""

    sign: str
    text: str


def difference(change: Change) -> tuple[Row, ...]:
    """An action's before-image holds what it takes to go back; what it leaves as it is is not written anew."""
    before = _lines({k: v for k, v in change.before.items() if k in change.after} if change.after else change.before)
    after = _lines(change.after)
    rows = tuple(_rows(before, after))
    left = len(rows) - _MOST
    return rows if left <= 0 else (*rows[:_MOST], Row("@", f"{left} more lines"))


def _rows(before: list[str], after: list[str]) -> Iterator[Row]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from _same(before[i1:i2], first=i1 == 0, last=i2 == len(before))
            continue
        yield from (Row("-", text) for text in before[i1:i2])
        yield from (Row("+", text) for text in after[j1:j2])


def _same(lines: list[str], *, first: bool, last: bool) -> Iterator[Row]:
    head, tail = 0 if first else _AROUND, 0 if last else _AROUND
    if len(lines) <= head + tail + 1:
        yield from (Row(" ", text) for text in lines)
        return
    yield from (Row(" ", text) for text in lines[:head])
    yield Row("@", f"{len(lines) - head - tail} lines stay as they are")
    yield from (Row(" ", text) for text in lines[len(lines) - tail :])


def _lines(image: Image) -> list[str]:
    return json.dumps(_opened(dict(image)), indent=2, sort_keys=True, ensure_ascii=False).split("\n") if image else []


def _opened(value: Any) -> Any:
    """Policies are texts of JSON within the image."""
    if isinstance(value, dict):
        return {str(k): _opened(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_opened(v) for v in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return _opened(json.loads(value))
        except ValueError:
            return value
    return value
