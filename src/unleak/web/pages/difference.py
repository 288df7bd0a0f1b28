"""What a change would write, beside what is there: line by line, as a person reads a policy."""

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from unleak.model.plan import Change, Image

_AROUND = 3
_MOST = 1500
_MOST_PAIRS = 20_000
"""Of equal lines, before and after: about a third of a second."""
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """`sign`: `+` would be written, `-` goes, ` ` stays, `@` stands for what stays, `…` for what is left out."""

    sign: str
    text: str


def difference(change: Change, most: int | None = _MOST) -> tuple[Row, ...]:
    """An action's before-image holds what it takes to go back; what it leaves as it is is not written anew. With
    `most`, the first rows, and how many are left out: nobody can decide on what they do not see.
    """
    before = _lines({k: v for k, v in change.before.items() if k in change.after} if change.after else change.before)
    after = _lines(change.after)
    rows = tuple(_rows(before, after))
    left = 0 if most is None else len(rows) - most
    return rows if left <= 0 else (*rows[:most], Row("…", f"{left} more lines"))


def _rows(before: list[str], after: list[str]) -> Iterator[Row]:
    for tag, i1, i2, j1, j2 in _blocks(before, after):
        if tag == "equal":
            yield from _same(before[i1:i2], first=i1 == 0, last=i2 == len(before))
            continue
        yield from (Row("-", text) for text in before[i1:i2])
        yield from (Row("+", text) for text in after[j1:j2])


def _blocks(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """As difflib has them. Whoever wrote a policy may have repeated its lines until that takes hours: then all that is
    not the same at both ends goes, and is written anew.
    """
    often = Counter(after)
    if sum(often[line] for line in before) <= _MOST_PAIRS:
        return difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    least = min(len(before), len(after))
    head = next((n for n in range(least) if before[n] != after[n]), least)
    tail = next((n for n in range(least - head) if before[-1 - n] != after[-1 - n]), least - head)
    b, a = len(before) - tail, len(after) - tail
    parts = [("equal", 0, head, 0, head), ("replace", head, b, head, a), ("equal", b, b + tail, a, a + tail)]
    return [p for p in parts if p[2] > p[1] or p[4] > p[3]]


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


def _opened(value: Any, depth: int = 0) -> Any:
    """Policies are texts of JSON within the image; what no policy looks like stays a text."""
    if depth > _DEEPEST:
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, dict):
        return {str(k): _opened(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_opened(v, depth + 1) for v in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return _opened(json.loads(value, object_pairs_hook=_without_twins), depth + 1)
        except (ValueError, RecursionError):
            return value
    return value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would hide one of the two."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made
