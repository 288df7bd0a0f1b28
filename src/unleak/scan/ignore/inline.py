"""A comment on the line: this may stand here. The matcher reads it; here it is heeded."""

import re
from collections.abc import Mapping

from unleak.model.finding import Finding
from unleak.model.value import replace
from unleak.scan.detector import Described

# Ours, gitleaks' and detect-secrets': https://github.com/gitleaks/gitleaks#gitleaksallow
# https://github.com/Yelp/detect-secrets/blob/master/detect_secrets/filters/allowlist.py
ALLOW = re.compile(rb"(?i)\b(?:unleak|gitleaks):allow\b|\bpragma:\s?(?:allow|white)list[ -]secret\b")


def kept(finding: Finding) -> Finding | None:
    """Without the places that a comment allows."""
    left = tuple(p for p in finding.places if not p.allowed)
    if len(left) == len(finding.places):
        return finding
    return replace(finding, places=left) if left else None


def told(_detectors: Mapping[str, Described]) -> list[str]:
    return []
