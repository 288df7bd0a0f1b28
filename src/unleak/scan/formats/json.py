"""One JSON object, versioned. Never a secret."""

from typing import Any

from unleak.model.document import written
from unleak.model.finding import Finding, Place
from unleak.scan.blob import Problem
from unleak.scan.formats.words import printable
from unleak.scan.scanner import Scan

SCHEMA = "unleak.findings/1"


def render(scan: Scan) -> str:
    document = {
        "complete": scan.complete,
        "findings": [to_plain(f) for f in scan.findings],
        "problems": [problem_to_plain(p) for p in scan.problems],
    }
    return written(SCHEMA, document)


def to_plain(finding: Finding) -> dict[str, Any]:
    return {
        "detector": finding.detector,
        "key_id": finding.key_id,
        "account": finding.account_id,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "has_secret": finding.has_secret,
        "has_session_token": finding.has_session_token,
        "secret_sha256": finding.secret_sha256,
        "fingerprint": finding.fingerprint,
        "about": printable(finding.about) or None,
        "canary": printable(finding.canary) or None,
        "live": finding.live.value if finding.live else None,
        "places": [_place(p) for p in finding.places],
    }


def problem_to_plain(problem: Problem) -> dict[str, str]:
    return {"where": printable(problem.where), "why": printable(problem.why)}


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": printable(place.path),
        "line": place.line,
        "commit": place.commit,
        "author": printable(place.author) if place.author is not None else None,
        "date": place.date,
        "at_head": place.at_head,
        "refs": [printable(r) for r in place.refs],
        "via": [printable(v) for v in place.via],
    }
