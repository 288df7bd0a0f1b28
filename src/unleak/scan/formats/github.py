"""Annotations for a GitHub workflow: commands on standard output, one for each finding and each problem.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
What is escaped, and how: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
GitHub shows the first ten errors and the first ten warnings of a step; the worst come first.
"""

from unleak.model.finding import Finding, Severity
from unleak.scan.formats.location import shown
from unleak.scan.formats.words import (
    by_nearness,
    clean,
    counted,
    headline,
    is_grave,
    placed,
    printable,
    remarks,
    sentence,
    summary,
)
from unleak.scan.scanner import Scan

_MOST_PLACES = 8


def render(scan: Scan) -> str:
    commands = [_finding(f, scan) for f in scan.findings]
    commands += [_command("error", f"{p.where}: {p.why}", title="unleak could not look") for p in scan.problems]
    return "\n".join([*commands, summary(scan)])


def _finding(finding: Finding, scan: Scan) -> str:
    places = by_nearness(finding)
    said = [sentence(line) for line in (headline(finding, scan), *remarks(finding))]
    if len(places) > 1:
        said.append(f"Also in {', '.join(placed(p) for p in places[1:_MOST_PLACES])}")
        more = len(places) - _MOST_PLACES
        said[-1] += f" and {counted(more, 'more place')}." if more > 0 else "."
    said.append(scan.detectors[finding.detector].mitigation)
    where = {"file": shown(places[0].path, scan.source), "line": str(places[0].line)} if places else {}
    return _command(_kind(finding.severity), " ".join(said), **where, title=f"unleak: {_title(finding, scan)}")


def _title(finding: Finding, scan: Scan) -> str:
    return f"{scan.detectors[finding.detector].title} ({finding.severity.value})"


def _kind(severity: Severity) -> str:
    return "error" if is_grave(severity) else "warning" if severity is Severity.MEDIUM else "notice"


def _command(name: str, message: str, **properties: str) -> str:
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(clean(message))}"


def _data(text: str) -> str:
    """`%` first: the runner reads it last."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Line ends of a file's name stay, escaped; what else would steer a terminal does not."""
    safe = "".join(c if c in "\r\n" else clean(c) for c in printable(text))
    return _data(safe).replace(":", "%3A").replace(",", "%2C")
