"""Findings for a person: what it is, how bad, where, and what to do next."""

import shlex

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.finding import Finding, Place
from unleak.scan.scanner import Scan

_MOST_PLACES = 8
_HEAD = {
    True: "still at HEAD",
    False: "no longer at HEAD, but in history",
    None: "git could not say whether it is at HEAD",
}


def render(scan: Scan) -> str:
    blocks = [_finding(f, scan) for f in scan.findings]
    if scan.problems:
        listed = "\n".join(f"  {_clean(p.where)}: {_clean(p.why)}" for p in scan.problems[:20])
        more = f"\n  and {len(scan.problems) - 20} more" if len(scan.problems) > 20 else ""  # noqa: PLR2004
        blocks.append(f"COULD NOT LOOK everywhere:\n{listed}{more}")
    blocks.append(_summary(scan))
    return "\n\n".join(blocks)


def _finding(finding: Finding, scan: Scan) -> str:
    detector = scan.detectors[finding.detector]
    account = f" of account {finding.account_id}" if finding.account_id else ""
    parts = [w for w, has in (("secret", finding.has_secret), ("session token", finding.has_session_token)) if has]
    having = f" with its {' and '.join(parts)}" if parts and finding.key_id else ""
    head = f"{finding.severity.value.upper()}  {finding.key_id or detector.title}{account}{having}"
    lines = [head, *(f"  {_place(p)}" for p in finding.places[:_MOST_PLACES])]
    if len(finding.places) > _MOST_PLACES:
        lines.append(f"  and {len(finding.places) - _MOST_PLACES} more places")
    lines.append(f"  next: {_next(finding, scan)}")
    return "\n".join(lines)


def _place(place: Place) -> str:
    where = f"{_clean(place.path)}:{place.line}"
    if place.commit is None:
        return where if place.at_head is None else f"{where}  which no branch or tag reaches"
    head = _HEAD[place.at_head]
    return f"{where}  since {place.commit[:12]} by {_clean(place.author or '?')} on {(place.date or '')[:10]}, {head}"


def _next(finding: Finding, scan: Scan) -> str:
    if finding.key_id and finding.has_secret and kind_of(finding.key_id) is KeyKind.LONG_TERM:
        return f"unleak respond {finding.key_id} --secret-from {_clean(shlex.quote(scan.source))}"
    if finding.key_id:
        return f"unleak inspect {finding.key_id}"
    return scan.detectors[finding.detector].mitigation


def _summary(scan: Scan) -> str:
    looked = f"{scan.blobs} files or blobs, {scan.size / 1e6:.1f} MB"
    if scan.left_out:
        looked += f"; {scan.left_out} less severe left out"
    if not scan.findings:
        return f"nothing found in {looked}" if scan.complete else f"nothing found in what could be read ({looked})"
    return f"{len(scan.findings)} finding{'s' if len(scan.findings) > 1 else ''} in {looked}"


def _clean(text: str) -> str:
    """Control characters in a path or name must not steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
