"""The first answer: whether and where a key was used. Logs are inflated and searched, before anything is indexed."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unleak.investigate.calls import call_from_record
from unleak.investigate.trail.inflate import Damaged, pieces
from unleak.investigate.trail.lines import parsed_records
from unleak.model.call import Call

_BEGINS = b'{"eventVersion"'
_THREADS = 2
_LONGEST_RECORD = 64 * 1024 * 1024
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

    def look(path: Path) -> tuple[int, _Search]:
        return path.stat().st_size, _in_file(path, needle)

    with ThreadPoolExecutor(_THREADS) as pool:
        for size, search in pool.map(look, logs):
            answer.files += search.mentions > 0
            answer.mentions += search.mentions
            if len(calls) < _MOST_CALLS:
                calls.update((c.event_id, c) for c in search.found)
            tell(size)
    answer.calls = sorted(calls.values(), key=lambda c: (c.at, c.event_id))
    return answer


@dataclass(slots=True)
class _Search:
    """Through one file. `unplaced`: the key stands where no record of the delivered form is."""

    needle: bytes
    mentions: int = 0
    found: list[Call] = field(default_factory=list)
    unplaced: bool = False

    def take(self, text: bytes, until: int) -> None:
        """Adds the key's own calls in the records that end by `until`, and how often it is mentioned there."""
        at = text.find(self.needle, 0, until)
        while at >= 0:
            begin = text.rfind(_BEGINS, 0, at)
            end = text.find(_BEGINS, at, until)
            end = end if end >= 0 else until
            self.mentions += text.count(self.needle, at, end)
            record = _record(text[begin:end], self.needle) if begin >= 0 else None
            if record is None:
                self.unplaced = True
            else:
                self.found += _call(record, self.needle)
            at = text.find(self.needle, end, until)


def _in_file(path: Path, needle: bytes) -> _Search:
    """Most pieces hold nothing, and are neither joined nor cut. Files that CloudTrail did not write so are parsed."""
    search, carry = _Search(needle), b""
    with suppress(OSError):
        with suppress(Damaged):
            for piece in pieces(path):
                begin = piece.rfind(_BEGINS)
                if begin >= 0 and not _either_holds(carry, piece, needle):
                    carry = piece[begin:]
                else:
                    text = carry + piece
                    begin = max(0, text.rfind(_BEGINS))
                    search.take(text, begin)
                    carry = text[begin:][-_LONGEST_RECORD:]
        search.take(carry, len(carry))
        if search.unplaced:
            search.found = [c for record in parsed_records(path) for c in _call(record, needle)]
    return search


def _either_holds(carry: bytes, piece: bytes, needle: bytes) -> bool:
    return needle in piece or needle in carry or needle in carry[-len(needle) :] + piece[: len(needle)]


def _record(given: bytes, needle: bytes) -> dict[str, Any] | None:
    """None where that is no record, or the key stands behind it."""
    text = given.decode("utf-8", "replace")
    try:
        found, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "eventName" in found and needle.decode() not in text[end:] else None


def _call(record: dict[str, Any], needle: bytes) -> Iterator[Call]:
    try:
        call = call_from_record(record)
    except (KeyError, TypeError, ValueError):
        return
    if call.key_id.encode() == needle:
        yield call
