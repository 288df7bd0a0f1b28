"""Findings for a person: what it is, how bad, where, and what to do next."""

import shlex
from collections import defaultdict

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.finding import Finding, Place, Severity
from unleak.scan.formats.advice import advise
from unleak.scan.formats.words import clean, counted, headline, introduced, placed, remarks, summary
from unleak.scan.scanner import Scan

_MOST_PLACES = 8
_MOST_PROBLEMS = 20
_RED, _YELLOW, _CYAN = 31, 33, 36
_COLOURS = {Severity.CRITICAL: _RED, Severity.HIGH: _RED, Severity.MEDIUM: _YELLOW, Severity.LOW: _CYAN}


def render(scan: Scan, *, colour: bool = False) -> str:
    blocks = [_finding(f, scan, colour=colour) for f in scan.findings]
    blocks += _advice(scan)
    if scan.problems:
        lines = [f"  {clean(p.where)}: {clean(p.why)}" for p in scan.problems[:_MOST_PROBLEMS]]
        lines += _more(len(scan.problems) - _MOST_PROBLEMS, "place")
        blocks.append("\n".join(["COULD NOT LOOK everywhere:", *lines]))
    blocks.append(summary(scan))
    return "\n\n".join(blocks)


def _finding(finding: Finding, scan: Scan, *, colour: bool) -> str:
    severity = finding.severity.value.upper()
    if colour:
        severity = f"\x1b[{_COLOURS[finding.severity]}m\x1b[1m{severity}\x1b[0m"
    lines = [f"{severity}  {headline(finding, scan)}"]
    lines += [f"  {remark}" for remark in remarks(finding)]
    lines += [f"  {_place(p)}" for p in finding.places[:_MOST_PLACES]]
    lines += _more(len(finding.places) - _MOST_PLACES, "place")
    if not finding.canary:
        lines.append(f"  next: {_next(finding, scan)}")
    return "\n".join(lines)


def _more(number: int, what: str) -> list[str]:
    return [f"  and {counted(number, f'more {what}')}"] if number > 0 else []


def _place(place: Place) -> str:
    said = introduced(place)
    return f"{placed(place)}  {said}" if said else placed(place)


def _next(finding: Finding, scan: Scan) -> str:
    if finding.key_id and finding.has_secret and kind_of(finding.key_id) is KeyKind.LONG_TERM:
        return f"unleak respond {finding.key_id} --secret-from {clean(shlex.quote(scan.source))} --mode disable"
    if finding.key_id:
        return f"unleak inspect {finding.key_id}"
    return f"see below, {clean(scan.detectors[finding.detector].title)}"


def _advice(scan: Scan) -> list[str]:
    """Once for each kind, however many there are. Nobody has to do anything about bait."""
    kinds: dict[str, list[Finding]] = defaultdict(list)
    for finding in scan.findings:
        if not finding.canary:
            kinds[finding.detector].append(finding)
    return [_advised(scan, name, findings) for name, findings in kinds.items()]


def _advised(scan: Scan, name: str, findings: list[Finding]) -> str:
    """A user's own rule may say nothing of itself, and anything."""
    advice = advise(scan.detectors[name], findings)
    told = {"what it is": advice.what, "how bad": advice.how_bad, "do": advice.do}
    lines = [f"WHAT TO DO  {clean(scan.detectors[name].title)}"]
    lines += [f"  {about}: {clean(text)}" for about, text in told.items() if text]
    if advice.commands:
        lines += ["  by hand, in this order:", *(f"    {c}" for c in advice.commands)]
        lines += [f"    ({note})" for note in advice.notes]
    if advice.instead:
        lines.append(f"  in its place: {advice.instead}")
    return "\n".join(lines)
