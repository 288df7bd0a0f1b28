"""A report is written by others: its paths and names may hold the very secrets that it reports."""

from dataclasses import replace

from unleak.intake.reported import Reported
from unleak.intake.scanner_reports.keys import Keys
from unleak.intake.scanner_reports.parts import parts_of
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.value import replace as replace_value
from unleak.scan.blob import Problem
from unleak.scan.formats.masking import masked
from unleak.scan.scanner import Scan

_LONGEST_NAME = 80


def without_secrets(tool: str, found: list[Reported], keys: Keys) -> tuple[str, list[Reported], list[str]]:
    """The same, with every secret masked in words: those that were found, and what else looks like one."""
    carriers = [Finding("aws_access_key_id", Severity.LOW, Confidence.LOW, "", places=r.places) for r in found]
    problems = [Problem("", str(p)) for p in keys.passed_over]
    words = [tool, *(p.why for p in problems), *(w for r in found for p in r.places for w in _words(p))]
    looks = {s.digest() for w in words for s in parts_of(w).secrets}
    shown = masked(
        Scan(findings=[*carriers, *keys.known], problems=problems, source=tool, unsaid=keys.quoted | looks),
    )
    name = shown.source[:_LONGEST_NAME]
    safe = [
        replace(r, tool=_storable(name), places=tuple(map(_storable_place, f.places)))
        for r, f in zip(found, shown.findings, strict=False)
    ]
    return _storable(name), safe, [_storable(p.why) for p in shown.problems]


def _storable_place(place: Place) -> Place:
    return replace_value(
        place,
        path=_storable(place.path),
        author=_storable(place.author) if place.author else place.author,
        via=tuple(map(_storable, place.via)),
        refs=tuple(map(_storable, place.refs)),
    )


def _storable(text: str) -> str:
    """JSON can say characters that no encoding has, and one that PostgreSQL does not take."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _words(place: Place) -> tuple[str, ...]:
    return place.path, place.author or "", *place.via, *place.refs
