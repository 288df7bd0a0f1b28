"""For a spreadsheet: a row for each place of each finding, then one for each problem.

A cell that a spreadsheet would run as a formula has an apostrophe before it:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from collections.abc import Iterator

from unleak.model.finding import Finding, Place
from unleak.scan.formats.words import printable
from unleak.scan.scanner import Scan

COLUMNS = (
    "row", "severity", "confidence", "detector", "key_id", "account", "has_secret", "has_session_token",
    "secret_sha256", "fingerprint", "about", "canary", "live", "path", "line", "via", "commit", "author", "date",
    "at_head", "refs",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\n")
_NO_CELL = str.maketrans({chr(c): "\N{REPLACEMENT CHARACTER}" for c in (*range(32), 127) if chr(c) not in "\t\n"})


def render(scan: Scan) -> str:
    """`row` is "finding" or "problem"; of a problem, `path` says where and `about` says why."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in _rows(scan))
    return file.getvalue().removesuffix("\n")


def _rows(scan: Scan) -> Iterator[dict[str, object]]:
    for finding in scan.findings:
        about = _finding(finding)
        yield from ({**about, **_place(p)} for p in finding.places)
        if not finding.places:
            yield about
    for problem in scan.problems:
        yield {"row": "problem", "path": problem.where, "about": problem.why}


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "row": "finding",
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "detector": finding.detector,
        "key_id": finding.key_id,
        "account": finding.account_id,
        "has_secret": finding.has_secret,
        "has_session_token": finding.has_session_token,
        "secret_sha256": finding.secret_sha256,
        "fingerprint": finding.fingerprint,
        "about": finding.about,
        "canary": finding.canary,
        "live": finding.live.value if finding.live else None,
    }


def _place(place: Place) -> dict[str, object]:
    return {
        "path": place.path,
        "line": place.line,
        "via": " > ".join(place.via),
        "commit": place.commit,
        "author": place.author,
        "date": place.date,
        "at_head": place.at_head,
        "refs": " ".join(place.refs),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = printable(str(value)).translate(_NO_CELL)
    return f"'{text}" if text.startswith(_FORMULA) else text
