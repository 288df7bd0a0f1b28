"""The first answer: whether and where a key was used. Logs are inflated and searched, before anything is indexed."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unleak.investigate.calls import call_from_record
from unleak.investigate.trail.inflate import Damaged, pieces
from unleak.model.call import Call

_BEGINS = b'{"eventVersion"'
_THREADS = 2
_MOST_CALLS = 20_000
_DECODER = json.JSONDecoder()


@dataclass(slots=True)
class FirstLook:
    """`mentions` counts the key id in the logs; `calls` are those of its own, oldest first, at most 20,000 of them."""

    key_id: str
    files: int = 0
    mentions: int = 0
    calls: list[Call] = field(default_factory=list)


def first_look(key_id: str, logs: Iterable[Path], tell: Callable[[int], None] = lambda _size: None) -> FirstLook:
    """`tell` hears of the size of each file that was searched. The index names the files that cannot be read."""
    answer, needle = FirstLook(key_id), key_id.encode()
    calls: dict[str, Call] = {}

    def look(path: Path) -> tuple[Path, int, list[Call]]:
        return path, *_in_file(path, needle)

    with ThreadPoolExecutor(_THREADS) as pool:
        for path, mentions, found in pool.map(look, logs):
            answer.files += mentions > 0
            answer.mentions += mentions
            if len(calls) < _MOST_CALLS:
                calls.update((c.event_id, c) for c in found)
            tell(path.stat().st_size)
    answer.calls = sorted(calls.values(), key=lambda c: (c.at, c.event_id))
    return answer


def _in_file(path: Path, needle: bytes) -> tuple[int, list[Call]]:
    """Most pieces hold nothing, and are neither joined nor cut."""
    mentions, found, carry = 0, list[Call](), b""
    try:
        for piece in pieces(path):
            first = piece.find(needle)
            if first < 0 and (carry[-len(needle) :] + piece[: len(needle)]).find(needle) < 0:
                mentions += _take(carry, needle, len(carry), found)
                carry = piece[max(0, piece.rfind(_BEGINS)) :]
            else:
                text = carry + piece if carry else piece
                begin = max(0, text.rfind(_BEGINS))
                mentions += _take(text, needle, begin, found)
                carry = text[begin:]
    except (Damaged, OSError):
        pass
    return mentions + _take(carry, needle, len(carry), found), found


def _take(text: bytes, needle: bytes, until: int, found: list[Call]) -> int:
    """Adds the key's own calls in the records that end by `until`; returns how often it is mentioned there."""
    mentions, at = 0, text.find(needle, 0, until)
    while at >= 0:
        begin = text.rfind(_BEGINS, 0, at)
        end = text.find(_BEGINS, at, until)
        end = end if end >= 0 else until
        mentions += text.count(needle, at, end)
        record = _record(text[begin:end]) if begin >= 0 else None
        if record is not None:
            found += _call(record, needle)
        at = text.find(needle, end, until)
    return mentions


def _record(text: bytes) -> dict[str, Any] | None:
    try:
        found, _ = _DECODER.raw_decode(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _call(record: dict[str, Any], needle: bytes) -> Iterator[Call]:
    try:
        call = call_from_record(record)
    except (KeyError, TypeError, ValueError):
        return
    if call.key_id.encode() == needle:
        yield call
