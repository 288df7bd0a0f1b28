"""What detectors declare, for a person and for a program."""

from collections.abc import Sequence
from textwrap import indent, wrap

from unleak.model.document import written
from unleak.scan.detector import Detector
from unleak.scan.example import shown

SCHEMA = "unleak.detectors/1"
_WIDTH = 100


def table(detectors: Sequence[Detector]) -> str:
    """A line for each, under a head."""
    rows = [("DETECTOR", "SEVERITY", "WHAT"), *((d.id, d.severity.value, d.title) for d in detectors)]
    first, second = (max(len(row[n]) for row in rows) for n in (0, 1))
    return "\n".join(f"{name:{first}}  {severity:{second}}  {title}" for name, severity, title in rows)


def in_full(detector: Detector) -> str:
    told = {
        "what it is": detector.description,
        "how bad": detector.security_note,
        "what to do": detector.mitigation,
        "references": "\n".join(detector.references),
        "looks like": "\n\n".join(shown(detector, e) for e in detector.examples),
    }
    head = f"{detector.id}: {detector.title}\n{detector.vendor}, {detector.family}, severity {detector.severity.value}"
    return "\n\n".join([head, *(f"{about}\n{indent(_wrapped(text), '  ')}" for about, text in told.items())])


def _wrapped(text: str) -> str:
    return text if "\n" in text else "\n".join(wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))


def to_json(detectors: Sequence[Detector]) -> str:
    return written(SCHEMA, {"detectors": [_plain(d) for d in detectors]})


def _plain(detector: Detector) -> dict[str, object]:
    return {
        "id": detector.id,
        "title": detector.title,
        "severity": detector.severity.value,
        "vendor": detector.vendor,
        "family": detector.family,
        "description": detector.description,
        "security_note": detector.security_note,
        "mitigation": detector.mitigation,
        "references": list(detector.references),
        "examples": [shown(detector, e) for e in detector.examples],
    }
