"""What one look-up of the event history has brought, and of which times, on this machine."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unleak.model.clock import parse_stamp, stamp
from unleak.model.errors import CouldNotLook

_TOKEN = re.compile(r'("sessionToken"\s*:\s*)"[^"]*"')
_LONGEST_RECORD = 1 << 20
"""Four times what CloudTrail allows an event."""
Span = tuple[datetime, datetime]
"""Both ends included, in whole seconds, as events are dated."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One attribute of LookupEvents, and its value."""

    attribute: str
    value: str


class KeptLookup:
    """Two files in `folder`, for the owner only: records, one a line, and the spans that were asked whole. A record is
    on disk before its span is, so that a kill loses nothing; it may then lie there twice. Raises CouldNotLook where
    the folder cannot be written.
    """

    def __init__(self, folder: Path, asked: Asked) -> None:
        self.asked = asked
        self.damaged = 0
        name = hashlib.sha256(asked.value.encode()).hexdigest()[:24]
        self._lines = folder / f"{asked.attribute}-{name}.jsonl"
        self._state = self._lines.with_suffix(".json")
        self._spans = self._read_spans()

    def unasked(self, start: datetime, end: datetime) -> list[Span]:
        """What of it is still to be asked, oldest first. It touches what was asked: seconds may be half told."""
        found, since, last = [], _whole(start), _whole(end)
        for begun, ended in self._spans:
            if ended < since or begun > last:
                continue
            if begun > since:
                found.append((since, begun))
            since = ended
            if since >= last:
                return found
        return [*found, (since, last)]

    def add(self, events: list[str], since: datetime, until: datetime) -> None:
        """Events as CloudTrail writes them, with which the span from `since` to `until` is asked whole."""
        try:
            self._append([_TOKEN.sub(r'\1""', e) for e in events])
            if since <= until:
                self._spans = _merged([*self._spans, (_whole(since), _whole(until))])
                self._write_spans()
        except OSError as error:
            raise CouldNotLook(f"cannot write to {self._lines.parent}: {error.strerror}", "make room for it") from error

    def records(self, start: datetime, end: datetime) -> dict[str, dict[str, Any]]:
        """By eventID, of this time."""
        found: dict[str, dict[str, Any]] = {}
        first, last = stamp(start), stamp(end)
        for line in self._read_lines():
            try:
                record = json.loads(line)
                if first <= record["eventTime"] <= last:
                    found[record["eventID"]] = record
            except (ValueError, TypeError, KeyError):
                self.damaged += 1
        return found

    def _append(self, events: list[str]) -> None:
        """Line breaks within JSON are mere spaces. A line that a kill left half is cut off first."""
        if not events:
            return
        self._lines.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._lines, os.O_RDWR | os.O_CREAT, 0o600), "rb+") as file:
            end = file.seek(0, os.SEEK_END)
            tail_at = file.seek(max(0, end - _LONGEST_RECORD))
            file.truncate(file.seek(tail_at + file.read().rfind(b"\n") + 1))
            file.writelines(" ".join(e.splitlines()).encode() + b"\n" for e in events)
            file.flush()
            os.fsync(file.fileno())

    def _read_lines(self) -> Iterator[str]:
        if self._lines.exists():
            with self._lines.open(encoding="utf-8", errors="replace") as file:
                yield from (line for line in file if line.strip() and line.endswith("\n"))

    def _read_spans(self) -> list[Span]:
        """None for what cannot be read, or was kept of another look-up: then all is asked again."""
        try:
            kept = json.loads(self._state.read_text(encoding="utf-8"))
            if kept["asked"] != [self.asked.attribute, self.asked.value]:
                return []
            return _merged([(parse_stamp(a), parse_stamp(b)) for a, b in kept["spans"]])
        except (OSError, ValueError, TypeError, KeyError):
            return []

    def _write_spans(self) -> None:
        self._state.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {
            "asked": [self.asked.attribute, self.asked.value],
            "spans": [[stamp(a), stamp(b)] for a, b in self._spans],
        }
        handle, name = tempfile.mkstemp(dir=self._state.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        Path(name).replace(self._state)


def _whole(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(microsecond=0)


def _merged(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for begun, ended in sorted(spans):
        if found and begun <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((begun, ended))
    return found
