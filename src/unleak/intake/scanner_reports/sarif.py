"""SARIF 2.1.0 of any scanner, ours too.

Tried with what gitleaks 8.30, kingfisher 2.14 and unleak write.
https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from unleak.intake.scanner_reports.fields import at, line_at, place_of, rows_at, text_at
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Reader, Records, Sighting
from unleak.model.finding import Place
from unleak.model.value import replace

_OURS = "unleak"
_COMMIT = re.compile(r"commit ([0-9a-f]{40,64})\Z")


def recognises(records: Records) -> bool:
    return len(records) == 1 and isinstance(at(records, 0, "runs"), list) and text_at(records, 0, "version") == "2.1.0"


def names(records: Records) -> str:
    drivers = [text_at(run, "tool", "driver", "name") for run in rows_at(records, 0, "runs")]
    return ", ".join(dict.fromkeys(d for d in drivers if d)) or "SARIF"


def read(records: Records) -> Iterator[Item]:
    for run in rows_at(records, 0, "runs"):
        for number, result in enumerate(rows_at(run, "results"), 1):
            if isinstance(result, dict):
                yield from _sightings(run, result)
            else:
                yield PassedOver(f"result {number}", "it is damaged: it is no object")
        if any(at(i, "executionSuccessful") is False for i in rows_at(run, "invocations")):
            yield PassedOver("the report", "its tool could not scan everything")


def _sightings(run: Any, result: dict[str, Any]) -> Iterator[Sighting]:
    """For each place the snippet, and what is said: the message, and the properties, where some keep the other half."""
    rule = text_at(result, "ruleId") or text_at(result, "rule", "id")
    said = [text_at(result, "message", "text"), text_at(result, "message", "markdown"), _properties(result)]
    ours = text_at(run, "tool", "driver", "name") == _OURS
    where = rows_at(result, "locations") + (rows_at(result, "relatedLocations") if ours else [])
    for location in where or [{}]:
        place, physical = _place(run, result, location), at(location, "physicalLocation")
        about = " ".join(t for t in (*said, _properties(location)) if t)
        yield Sighting(place, text_at(physical, "region", "snippet", "text"), about, rule=rule)
        around = text_at(physical, "contextRegion", "snippet", "text")
        if around:
            yield Sighting(replace(place, line=line_at(physical, "contextRegion", "startLine")), around)


def _properties(of: Any) -> str:
    """Each with its name, which tells a secret."""
    bag = at(of, "properties")
    named = bag.items() if isinstance(bag, dict) else ()
    return " ".join(f"{name} = {value}" for name, value in named if isinstance(value, str))


def _place(run: Any, result: Any, location: Any) -> Place:
    """The commit, where gitleaks, kingfisher and unleak each put it."""
    prints, git = at(result, "partialFingerprints"), at(location, "properties", "git_metadata", "commit")
    ours = _COMMIT.search(text_at(location, "message", "text"))
    return place_of(
        _path(run, at(location, "physicalLocation", "artifactLocation")),
        line_at(location, "physicalLocation", "region", "startLine"),
        commit=text_at(prints, "commitSha") or text_at(git, "id") or (ours.group(1) if ours else ""),
        author=text_at(prints, "author") or text_at(git, "author", "name"),
        date=text_at(prints, "date") or text_at(git, "date"),
    )


def _path(run: Any, artifact: Any) -> str:
    number = at(artifact, "index")
    if not text_at(artifact, "uri") and isinstance(number, int):
        artifact = at(run, "artifacts", number, "location")
    return unquote(text_at(artifact, "uri")).removeprefix("file://")


READER = Reader("SARIF", recognises, read, names)
