"""SARIF 2.1.0, as GitHub's code scanning reads it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

import json
from typing import Any
from urllib.parse import quote

from unleak import __version__
from unleak.model.finding import Finding, Place, Severity
from unleak.scan.blob import Problem
from unleak.scan.detector import Described
from unleak.scan.formats.location import absolute, relative
from unleak.scan.formats.words import by_nearness, clean, counted, headline, placed, printable, remarks, sentence
from unleak.scan.scanner import Scan

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_MOST_LOCATIONS = 100
"""GitHub shows no more of a result."""
_MOST_LINKS = 10
_LONGEST = 1024
_LEVELS = {Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error", Severity.CRITICAL: "error"}
# GitHub's words for them: over 9.0 is critical, from 7.0 high, from 4.0 medium.
_SCORES = {Severity.LOW: "3.0", Severity.MEDIUM: "5.5", Severity.HIGH: "8.0", Severity.CRITICAL: "9.5"}


def render(scan: Scan) -> str:
    rules = {name: number for number, name in enumerate(scan.detectors)}
    driver = {
        "name": "unleak",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(d) for d in scan.detectors.values()],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": scan.complete,
                "toolExecutionNotifications": [_notification(p) for p in scan.problems],
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository or of what was scanned."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, scan, rules) for f in scan.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(detector: Described) -> dict[str, Any]:
    told = [detector.description, detector.security_note, f"What to do: {detector.mitigation}"]
    links = [f"- <{r}>" for r in detector.references]
    rule: dict[str, Any] = {
        "id": detector.id,
        "name": detector.title,
        "shortDescription": {"text": _literal(detector.title)},
        "fullDescription": {"text": _literal(detector.description or detector.title)[:_LONGEST]},
        "help": {
            "text": _literal("\n\n".join(told)),
            "markdown": _literal("\n\n".join([f"**{detector.title}**", *told, "\n".join(links)])),
        },
        "defaultConfiguration": {"level": _LEVELS[detector.severity]},
        "properties": {
            "precision": "high",
            "security-severity": _SCORES[detector.severity],
            "tags": ["security", "secret", "external/cwe/cwe-798", *(["aws"] if "Amazon" in detector.vendor else [])],
        },
    }
    if detector.references:
        rule["helpUri"] = detector.references[0]
    return rule


def _result(finding: Finding, scan: Scan, rules: dict[str, int]) -> dict[str, Any]:
    """One alert for each credential, not for each place: it is revoked once.

    Of `locations` GitHub reads the first only, so that this is one which still stands at HEAD if there is any. The
    other places are related locations: GitHub shows those that the message links to, and opens the file at a click.
    """
    places = by_nearness(finding)[:_MOST_LOCATIONS]
    result: dict[str, Any] = {
        "ruleId": finding.detector,
        "ruleIndex": rules[finding.detector],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding, scan, places)},
        "locations": [_location(p, scan) for p in places[:1]],
        # The only one that GitHub heeds has this name, though ours is no hash of a line. Given by us, the alert stays
        # the same when lines move; the upload action notes the difference in its log and keeps ours.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            "unleakFingerprint/v1": finding.fingerprint,
        },
        "properties": {"confidence": finding.confidence.value, "places": len(finding.places)},
    }
    if len(places) > 1:
        related = enumerate(places[1:], 1)
        result["relatedLocations"] = [{"id": n, **_location(p, scan)} for n, p in related]
    return result


def _message(finding: Finding, scan: Scan, places: list[Place]) -> str:
    """The first sentence is the alert's title."""
    title = scan.detectors[finding.detector].title
    head = f"{title}: {headline(finding, scan)}" if finding.key_id else headline(finding, scan)
    said = [_literal(sentence(line)) for line in (head, *remarks(finding))]
    if places and places[0].via:
        said.append(_literal(sentence(f"It is in {placed(places[0])}")))
    links = [_link(placed(p), n) for n, p in enumerate(places[1 : _MOST_LINKS + 1], 1)]
    more = len(finding.places) - 1 - len(links)
    if links:
        said.append(f"Also in {', '.join(links)}" + (f" and {counted(more, 'more place')}." if more > 0 else "."))
    return " ".join(said)


def _location(place: Place, scan: Scan) -> dict[str, Any]:
    where: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(place.path, scan.source),
            "region": {"startLine": max(place.line, 1)},
        }
    }
    told = [f"line {place.line} in {' > '.join(place.via)}"] if place.via else []
    if place.commit:
        told.append(f"commit {place.commit}")
    if told:
        where["message"] = {"text": _literal(clean(", ".join(told)))}
    return where


def _artifact(path: str, source: str) -> dict[str, str]:
    inside = relative(path, source)
    if inside is None:
        return {"uri": f"file://{_quoted(absolute(path).as_posix())}"}
    return {"uri": _quoted(inside), "uriBaseId": _ROOT}


def _quoted(path: str) -> str:
    """Byte by byte: a path need not be UTF-8."""
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(printable(path))


def _notification(problem: Problem) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _literal(clean(f"could not look: {problem.where}: {problem.why}"))},
    }


def _literal(text: str) -> str:
    """Braces of a text are no placeholder, and its brackets no link: sections 3.11.5 and 3.11.6."""
    return text.replace("{", "{{").replace("}", "}}").replace("[", "\\[").replace("]", "\\]")


def _link(text: str, number: int) -> str:
    escaped = text.replace("\\", "\\\\")
    return f"[{_literal(escaped)}]({number})"
