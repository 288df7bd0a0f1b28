"""JSON and JSON lines of kingfisher.

Tried with kingfisher 2.14: https://github.com/mongodb/kingfisher
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.scanner_reports.fields import at, line_at, place_of, rows_at, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place

_AUDIT = "kingfisher.repository-audit."


def recognises(records: Records) -> bool:
    """Rows of a rule and a finding; of a report without findings, its audit."""
    return any(_is_row(r) or _audits(r) for r in records) or any(map(_is_row, rows_at(records, 0, "findings")))


def _is_row(row: Any) -> bool:
    return isinstance(at(row, "rule"), dict) and isinstance(at(row, "finding"), dict)


def _audits(record: Any) -> list[Any]:
    """In a report it has a name; in JSON lines it is a row of its own."""
    found = [a for a in (at(record, "audit"), record) if text_at(a, "schema").startswith(_AUDIT)]
    return found[:1]


def read(records: Records) -> Iterator[Item]:
    number = 0
    for record in records:
        for row in _rows(record):
            number += 1
            yield _item(row, number)
        for audit in _audits(record):
            if at(audit, "summary", "scan_failed") or at(audit, "summary", "scan_partial"):
                yield PassedOver("the report", "kingfisher could not scan everything")


def _rows(record: Any) -> list[Any]:
    if isinstance(at(record, "findings"), list):
        return rows_at(record, "findings")
    return [] if _audits(record) else [record]


def _item(row: Any, number: int) -> Item:
    """The snippet is one half of a pair, what it depends on the other, by name."""
    snippet = text_at(row, "finding", "snippet")
    if not snippet:
        return PassedOver(f"row {number}", "it is damaged: no snippet stands in it")
    others = at(row, "finding", "dependent_captures")
    named = others.items() if isinstance(others, dict) else ()
    text = " ".join([snippet, *(f"{name} = {value}" for name, value in named if isinstance(value, str))])
    return Sighting(_place(row["finding"]), text, rule=text_at(row, "rule", "id"))


def _place(finding: Any) -> Place:
    commit = at(finding, "git_metadata", "commit")
    return place_of(
        text_at(finding, "path"),
        line_at(finding, "line"),
        commit=text_at(commit, "id"),
        author=text_at(commit, "author", "name"),
        date=text_at(commit, "date"),
    )


READER = Reader("kingfisher", recognises, read)
