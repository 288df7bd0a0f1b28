"""One JSON object, versioned. Never a secret."""

import json
from typing import Any

from unleak.model.finding import Finding
from unleak.scan.scanner import Scan

SCHEMA = "unleak.findings/1"


def render(scan: Scan) -> str:
    document = {
        "schema": SCHEMA,
        "complete": scan.complete,
        "findings": [to_plain(f) for f in scan.findings],
        "problems": [{"where": _printable(p.where), "why": _printable(p.why)} for p in scan.problems],
    }
    return json.dumps(document, indent=2)


def to_plain(finding: Finding) -> dict[str, Any]:
    return {
        "detector": finding.detector,
        "key_id": finding.key_id,
        "account_id": finding.account_id,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "has_secret": finding.has_secret,
        "has_session_token": finding.has_session_token,
        "secret_sha256": finding.secret_sha256,
        "fingerprint": finding.fingerprint,
        "about": finding.about or None,
        "canary": finding.canary or None,
        "live": finding.live.value if finding.live else None,
        "places": [
            {
                "path": _printable(p.path),
                "line": p.line,
                "commit": p.commit,
                "author": p.author,
                "date": p.date,
                "at_head": p.at_head,
                "refs": list(p.refs),
                "via": list(p.via),
            }
            for p in finding.places
        ],
    }


def _printable(path: str) -> str:
    """A path need not be UTF-8."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
