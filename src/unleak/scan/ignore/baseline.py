"""Findings that are known: only what is new is told. A fingerprint stays when lines move and commits are squashed.

The file holds no secret, and is meant to be committed.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unleak.model import document
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Finding
from unleak.model.value import Value
from unleak.scan.detector import Described
from unleak.scan.formats.masking import masked
from unleak.scan.formats.words import printable
from unleak.scan.ignore.lines import read_small
from unleak.scan.scanner import Scan

SCHEMA = "unleak.baseline/1"
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_LARGEST = 32 << 20
_AGAIN = "write it again with `unleak scan --write-baseline`"


class Baseline(Value):
    fingerprints: frozenset[str]

    def kept(self, finding: Finding) -> Finding | None:
        return None if finding.fingerprint in self.fingerprints else finding

    def told(self, _detectors: Mapping[str, Described]) -> list[str]:
        return []


def written(scan: Scan) -> str:
    """By fingerprint, so that two versions of the file differ in what is new."""
    findings = [
        {
            "fingerprint": f.fingerprint,
            "detector": f.detector,
            "key_id": f.key_id,
            "path": printable(f.places[0].path) if f.places else None,
        }
        for f in sorted(masked(scan).findings, key=lambda f: f.fingerprint)
    ]
    return document.written(SCHEMA, {"findings": findings}) + "\n"


def write(scan: Scan, path: Path) -> None:
    """Raises CouldNotLook where it cannot be written."""
    try:
        path.write_text(written(scan), encoding="utf-8")
    except OSError as error:
        raise CouldNotLook(f"cannot write {path}: {error.strerror}", "give a path that can be written") from error


def read(path: Path, _start: Path = Path()) -> Baseline:
    """Raises Misuse where the file is missing, broken, or of a newer version."""
    data = read_small(path, _LARGEST)
    if data is None:
        raise Misuse(f"there is no baseline {path}", _AGAIN)
    try:
        held = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{path} is broken: it is no JSON", _AGAIN) from error
    if not isinstance(held, dict) or not str(held.get("schema", "")).startswith("unleak.baseline/"):
        raise Misuse(f"{path} is no baseline: its schema is not {SCHEMA}", _AGAIN)
    if held["schema"] != SCHEMA:
        raise Misuse(f"{path} is not of {SCHEMA}, but of another version", f"install a newer unleak, or {_AGAIN}")
    return Baseline(frozenset(_fingerprints(held.get("findings"), path)))


def _fingerprints(findings: Any, path: Path) -> list[str]:
    """None may be missing: what was meant to be ignored would be told, and nobody would know why."""
    if not isinstance(findings, list):
        raise Misuse(f"{path} is broken: its findings are no list", _AGAIN)
    found = [f.get("fingerprint") if isinstance(f, dict) else None for f in findings]
    for number, fingerprint in enumerate(found, 1):
        if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
            raise Misuse(f"{path} is broken: finding {number} has no fingerprint", _AGAIN)
    return [f for f in found if f is not None]
