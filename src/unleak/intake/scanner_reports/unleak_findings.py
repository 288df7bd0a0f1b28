"""Our own findings, JSON and JSON lines: they never hold a secret, and say everything else."""

from collections.abc import Iterator
from typing import Any

from unleak.intake.scanner_reports.fields import at, commit_of, date_of, line_at, rows_at, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place
from unleak.scan.detectors import BY_ID
from unleak.scan.formats.json import SCHEMA
from unleak.scan.formats.jsonl import SCHEMA as END


def recognises(records: Records) -> bool:
    return any(text_at(r, "schema") in {SCHEMA, END} or _is_finding(r) for r in records)


def _is_finding(record: Any) -> bool:
    return isinstance(record, dict) and {"detector", "fingerprint", "places"} <= record.keys()


def read(records: Records) -> Iterator[Item]:
    number, ended = 0, False
    for record in records:
        closing = text_at(record, "schema") in {SCHEMA, END}
        ended |= closing
        for row in rows_at(record, "findings") if closing else [record]:
            number += 1
            yield from _items(row, number)
        if closing and at(record, "complete") is not True:
            yield PassedOver("the report", "not everything could be looked at when it was made")
    if not ended:
        yield PassedOver("the report", "it is cut off: its last line is missing")


def _items(row: Any, number: int) -> Iterator[Item]:
    """A detector of somebody's own rules is none of AWS."""
    if not _is_finding(row):
        yield PassedOver(f"row {number}", "it is damaged: it is no finding")
    elif text_at(row, "key_id"):
        yield from (Sighting(p, text_at(row, "key_id")) for p in _places(row) or [Place("", 1)])
    elif text_at(row, "detector") in BY_ID:
        yield PassedOver(f"row {number}", f"{text_at(row, 'detector')} without a key id")


def _places(row: Any) -> list[Place]:
    return [
        Place(
            text_at(one, "path"),
            line_at(one, "line"),
            commit=commit_of(text_at(one, "commit")),
            author=text_at(one, "author") or None,
            date=date_of(text_at(one, "date")),
            at_head=at(one, "at_head") if isinstance(at(one, "at_head"), bool) else None,
            via=tuple(v for v in rows_at(one, "via") if isinstance(v, str)),
            refs=tuple(r for r in rows_at(one, "refs") if isinstance(r, str)),
        )
        for one in rows_at(row, "places")
    ]


READER = Reader("unleak", recognises, read)
