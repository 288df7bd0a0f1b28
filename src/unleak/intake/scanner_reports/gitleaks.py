"""JSON of gitleaks 8, and of betterleaks 1, which wrote the same.

Tried with gitleaks 8.30: https://github.com/gitleaks/gitleaks
"""

from collections.abc import Iterator
from typing import Any

from unleak.intake.scanner_reports.fields import line_at, place_of, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place


def recognises(records: Records) -> bool:
    """One list, of rows with a rule and a match."""
    if len(records) != 1 or not isinstance(records[0], list):
        return False
    return any(isinstance(r, dict) and "RuleID" in r and ("Match" in r or "Secret" in r) for r in records[0])


def read(records: Records) -> Iterator[Item]:
    for number, row in enumerate(records[0], 1):
        text = _text(row)
        if text:
            yield Sighting(_place(row), text, rule=text_at(row, "RuleID"))
        else:
            yield PassedOver(f"row {number}", "it is damaged: no match stands in it")


def _text(row: Any) -> str:
    """The match has the name beside the secret; the secret is not always all in it."""
    match, secret = text_at(row, "Match"), text_at(row, "Secret")
    return match if secret in match else f"{match} {secret}".strip()


def _place(row: Any) -> Place:
    return place_of(
        text_at(row, "File"),
        line_at(row, "StartLine"),
        commit=text_at(row, "Commit"),
        author=text_at(row, "Author"),
        date=text_at(row, "Date"),
    )


READER = Reader("gitleaks", recognises, read)
