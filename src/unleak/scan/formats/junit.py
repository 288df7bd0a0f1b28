"""JUnit's XML, which every CI server shows: a finding is a failed test, a problem is an error."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from unleak.model.finding import Finding
from unleak.scan.formats.location import shown
from unleak.scan.formats.words import by_nearness, clean, headline, introduced, placed, remarks, summary
from unleak.scan.scanner import Scan

_NAME = "unleak scan"
# https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(scan: Scan) -> str:
    """Where nothing was found, one test says so: it passes, or is skipped if nothing was read."""
    suite = Element("testsuite", name=_NAME)
    for finding in scan.findings:
        _failed(suite, finding, scan)
    for problem in scan.problems:
        case = SubElement(suite, "testcase", classname=_NAME, name=f"read {clean(problem.where)}")
        SubElement(case, "error", type="could not look", message=clean(problem.why))
    skipped = 0
    if not len(suite):
        case = SubElement(suite, "testcase", classname=_NAME, name=summary(scan))
        skipped = int(not scan.blobs)
        if skipped:
            SubElement(case, "skipped", message="nothing was read")
    counts = {"tests": len(suite), "failures": len(scan.findings), "errors": len(scan.problems), "skipped": skipped}
    suite.attrib.update({name: str(count) for name, count in counts.items()})
    suites = Element("testsuites", suite.attrib)
    suites.append(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _NO_XML.sub(
        "\N{REPLACEMENT CHARACTER}", tostring(suites, encoding="unicode")
    )


def _failed(suite: Element, finding: Finding, scan: Scan) -> None:
    places = by_nearness(finding)
    detector = scan.detectors[finding.detector]
    head = headline(finding, scan)
    where = f" in {placed(places[0])}" if places else ""
    case = SubElement(suite, "testcase", classname=f"unleak.{detector.id}", name=f"{head}{where}")
    if places:
        case.attrib |= {"file": clean(shown(places[0].path, scan.source)), "line": str(places[0].line)}
    message = f"{finding.severity.value}: {detector.title}"
    failure = SubElement(case, "failure", type=finding.severity.value, message=message)
    lines = [head, *remarks(finding), *(f"{placed(p)}  {introduced(p)}".rstrip() for p in places)]
    failure.text = "\n".join(
        [*lines, detector.security_note, detector.mitigation, f"fingerprint {finding.fingerprint}"]
    )
