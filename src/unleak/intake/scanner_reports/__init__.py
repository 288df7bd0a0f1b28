"""Reports of scanners → the AWS keys that they name. One file a format, which is recognised by its content."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unleak.intake.reported import Reported
from unleak.intake.scanner_reports import (
    betterleaks,
    detect_secrets,
    github_alerts,
    gitleaks,
    kingfisher,
    sarif,
    trufflehog,
    unleak_findings,
)
from unleak.intake.scanner_reports.documents import records_of
from unleak.intake.scanner_reports.files import Files
from unleak.intake.scanner_reports.keys import Keys
from unleak.intake.scanner_reports.masked import without_secrets
from unleak.intake.scanner_reports.named import Named
from unleak.intake.scanner_reports.sighting import Hashed, Item, Reader, Sighting
from unleak.model.errors import Misuse

READERS: tuple[Reader, ...] = (
    unleak_findings.READER,
    sarif.READER,
    gitleaks.READER,
    kingfisher.READER,
    betterleaks.READER,
    trufflehog.READER,
    detect_secrets.READER,
    github_alerts.READER,
)

_EMPTY: tuple[list[object], ...] = ([[]], [[[]]])
"""Several tools write an empty list, and GitHub's client a list of one empty page."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says. `tool` is "" where an empty list does not tell whose it is. `passed_over`: what could not be
    read or names no key that can be responded to, each with its reason; what is not AWS's is not among it.
    `about` is what else it says, for a person.
    """

    tool: str
    found: tuple[Reported, ...] = ()
    passed_over: tuple[str, ...] = ()
    about: str = ""


def read_report(data: bytes, root: Path | None = None) -> Report:
    """The AWS keys that a scanner's report names, each once. `root` is the folder that its paths are relative to:
    secrets that the report does not hold are read from there.

    Raises Misuse where it is no report that we know. Whatever is secret stands in `credentials` and nowhere else.
    """
    records, damaged = records_of(data)
    if records in _EMPTY:
        return Report("")
    reader = next((r for r in READERS if r.recognises(records)), None)
    if reader is None:
        known = ", ".join(r.tool for r in READERS)
        raise Misuse("this is no report that unleak knows", f"it reads those of {known}; anything else as SARIF 2.1.0")
    tool = reader.names(records) if reader.names else reader.tool
    return report_of(tool, [*damaged, *reader.read(records)], Files(root) if root else None)


def report_of(tool: str, items: Iterable[Item], files: Files | None = None) -> Report:
    """What was sighted, as our own detectors see it: keys, each once, and nothing secret in words."""
    keys = Keys()
    sightings = []
    for item in items:
        if isinstance(item, Sighting):
            sightings.append(item)
        elif isinstance(item, Hashed):
            _look_up(item, files, keys)
        else:
            keys.passed_over.append(item)
    keys.take(sightings)
    found = [_reported(tool, named, files, keys) for named in keys.named.values()]
    tool, found, passed_over = without_secrets(tool, found, keys)
    return Report(tool, tuple(found), tuple(dict.fromkeys(passed_over)))


def _look_up(item: Hashed, files: Files | None, keys: Keys) -> None:
    """What has this hash on its line, and what belongs to it."""
    if files is None:
        keys.pass_over(item.place, "detect-secrets keeps no secret: run `unleak scan` on the repository")
        return
    key_id = files.hashed(item.place, item.sha1)
    if key_id is None:
        keys.pass_over(item.place, "what has this hash does not stand there")
        return
    findings = files.findings(item.place.path)
    keys.known += findings
    here = [f for f in findings if (f.key_id == key_id if key_id else item.place.line in {p.line for p in f.places})]
    for finding in here:
        keys.add(finding, item.place)
    if not any(f.key_id for f in here):
        keys.pass_over(item.place, "a secret without its key id")


def _reported(tool: str, named: Named, files: Files | None, keys: Keys) -> Reported:
    if files and not named.is_whole:
        findings = [f for path in dict.fromkeys(p.path for p in named.places) for f in files.findings(path)]
        keys.known += findings
        named.fill(f.credentials for f in findings if f.key_id == named.key_id and f.credentials is not None)
    fitting = named.fitting
    if len(fitting) > 1 or (named.unsure and not fitting):
        keys.pass_over(named.key_id, "secrets stand beside it, and none is surely its own")
    return Reported(named.key_id, tool, tuple(named.places), fitting[0] if len(fitting) == 1 else None, named.public)
