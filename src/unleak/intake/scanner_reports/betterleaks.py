"""JSON and JSON lines of betterleaks 2. Version 1 wrote as gitleaks does.

Tried with betterleaks 2.0.0-rc.4: https://github.com/betterleaks/betterleaks
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.scanner_reports.fields import at, line_at, place_of, rows_at, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place


def recognises(records: Records) -> bool:
    """Its own version, and findings or a scan beside it."""
    return any(
        isinstance(r, dict) and "schema_version" in r and ("findings" in r or "finding" in r or "scan" in r)
        for r in records
    )


def read(records: Records) -> Iterator[Item]:
    number = 0
    for record in records:
        for row in _rows(record):
            number += 1
            yield from _items(row, number)
        state = text_at(record, "scan", "state")
        if state and state != "complete":
            yield PassedOver("the report", "betterleaks could not scan everything")


def _rows(record: Any) -> list[Any]:
    one = at(record, "finding")
    return rows_at(record, "findings") if one is None else [one]


def _items(row: Any, number: int) -> Iterator[Item]:
    """The id, and what may belong to it. One set of others is the tool's own word that they do; where there are more,
    it could not tell, and each stands where it stood.
    """
    match, rule = text_at(row, "match", "full"), text_at(row, "rule_id")
    if not match:
        yield PassedOver(f"row {number}", "it is damaged: no match stands in it")
        return
    attributes = at(row, "attributes")
    sets = [rows_at(s, "components") for s in rows_at(row, "component_sets")]
    if len(sets) == 1:
        match = " ".join([match, *(text_at(c, "match", "full") for c in sets[0])])
    yield Sighting(_place(row, attributes), match, rule=rule)
    for part in (c for s in sets if len(sets) > 1 for c in s):
        yield Sighting(_place(part, attributes), text_at(part, "match", "full"), rule=text_at(part, "rule_id"))


def _place(row: Any, attributes: Any) -> Place:
    return place_of(
        text_at(row, "location", "path"),
        line_at(row, "location", "start_line"),
        commit=text_at(attributes, "git.sha"),
        author=text_at(attributes, "git.author_name"),
        date=text_at(attributes, "git.date"),
    )


READER = Reader("betterleaks", recognises, read)
