"""GitLab's secret detection report, schema 15.

https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/blob/master/dist/secret-detection-report-format.json
Its `raw_source_code_extract` is left out: it would be the secret.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from unleak import __version__
from unleak.model.finding import Finding, Place
from unleak.scan.formats.location import shown
from unleak.scan.formats.words import by_nearness, headline, printable, remarks, sentence
from unleak.scan.scanner import Scan

_SCHEMA = "15.0.7"
_NO_COMMIT = "0000000"
"""What GitLab's own analyser says outside of git: the schema wants something."""
_US = {"id": "unleak", "name": "unleak", "version": __version__, "vendor": {"name": "unleak"}}


def render(scan: Scan) -> str:
    """The scan does not know when it began: both times are that of the report."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    document = {
        "version": _SCHEMA,
        "scan": {
            "type": "secret_detection",
            "status": "success" if scan.complete else "failure",
            "analyzer": _US,
            "scanner": _US,
            "start_time": now,
            "end_time": now,
            "messages": [
                {"level": "fatal", "value": printable(f"could not look: {p.where}: {p.why}")} for p in scan.problems
            ],
        },
        "vulnerabilities": [_vulnerability(f, scan) for f in scan.findings],
        "remediations": [],
    }
    return json.dumps(document, indent=2)


def _vulnerability(finding: Finding, scan: Scan) -> dict[str, Any]:
    """One for each credential, where it is nearest; its other places are details."""
    detector = scan.detectors[finding.detector]
    places = by_nearness(finding)
    said = [sentence(line) for line in (headline(finding, scan), *remarks(finding), detector.description)]
    plain: dict[str, Any] = {
        "id": str(UUID(hex=finding.fingerprint)),
        "category": "secret_detection",
        "name": detector.title[:255],
        "description": " ".join([*said, detector.security_note]),
        "severity": finding.severity.value.capitalize(),
        "solution": detector.mitigation,
        "identifiers": [{"type": "unleak_detector", "name": f"unleak {detector.id}", "value": detector.id}],
        "links": [{"url": r} for r in detector.references],
        "location": _location(places[0], scan) if places else {"commit": {"sha": _NO_COMMIT}},
    }
    if len(places) > 1:
        items = [_other(p, scan) for p in places[1:]]
        plain["details"] = {"places": {"type": "list", "name": "Also in", "items": items}}
    return plain


def _location(place: Place, scan: Scan) -> dict[str, Any]:
    commit = {"sha": place.commit or _NO_COMMIT}
    if place.author:
        commit["author"] = printable(place.author)
    if place.date:
        commit["date"] = place.date
    return {"file": printable(shown(place.path, scan.source)), "commit": commit, "start_line": place.line}


def _other(place: Place, scan: Scan) -> dict[str, Any]:
    return {"type": "file-location", "file_name": printable(shown(place.path, scan.source)), "line_start": place.line}
