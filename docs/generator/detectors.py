"""What `unleak scan` looks for."""

from collections.abc import Iterator

from generator.page import page, references
from unleak.scan.detector import Detector
from unleak.scan.detectors import DETECTORS
from unleak.scan.example import shown


def pages() -> dict[str, str]:
    return {
        "detectors.md": page("Detectors", _all()),
        **{f"detectors/{d.id}.md": page(d.title, _one(d), up="Detectors") for d in DETECTORS},
    }


def _all() -> Iterator[str]:
    yield from ("What `unleak scan` looks for. `unleak detectors` says the same.", "")
    yield from ("| Detector | What | Family | Severity |", "|---|---|---|---|")
    for d in DETECTORS:
        yield f"| [{d.id}](detectors/{d.id}.md) | {d.title} | {d.family} | {d.severity.value} |"


def _one(d: Detector) -> Iterator[str]:
    yield from (f"`{d.id}`. {d.vendor}, {d.family}. Severity: {d.severity.value}.", "")
    yield from ("## What it is", "", d.description, "", "## How bad it is", "", d.security_note, "")
    yield from ("## What to do", "", d.mitigation, "", "## What it looks like", "", "Values are masked.", "")
    for example in d.examples:
        yield from ("```text", shown(d, example).rstrip(), "```", "")
    yield from references(d.references)
