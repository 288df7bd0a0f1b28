"""`.gitleaksignore`, for those who have one: `path:rule:line`, or `commit:path:rule:line`.

The format is that of detect/detect.go in https://github.com/gitleaks/gitleaks. Its rule for ids covers ids: a secret
beside one has a line and a rule of its own there, and here, so that it is not ignored with its id.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from unleak.model.finding import Finding, Place
from unleak.model.value import Value, field, replace
from unleak.scan.detector import Described
from unleak.scan.ignore.lines import numbered, read_small
from unleak.scan.ignore.paths import Seen

_LINE = re.compile(r"(?:(?P<commit>[0-9a-f]{7,64}):)?(?P<path>[^:]+):(?P<rule>[A-Za-z0-9_.-]+):(?P<line>[0-9]{1,9})")
_SECRETS = ("aws_secret", "aws_session_token")
_OURS = {
    "aws-access-token": ("aws_access_key_id",),
    "aws-access-key": ("aws_access_key_id",),
    "aws-access-key-id": ("aws_access_key_id",),
    "generic-api-key": _SECRETS,
    "aws-secret-key": _SECRETS,
    "aws-secret-access-key": _SECRETS,
    "aws-session-token": ("aws_session_token",),
}
_NAMEABLE = re.compile(r"[a-z0-9-]{1,60}")
_MOST_NAMES = 5


class Entry(Value):
    """`commit` may be shortened, and is empty where any will do, as outside of git."""

    commit: str
    path: str
    rule: str
    line: int

    def covers(self, detector: str) -> bool:
        return detector == self.rule or detector in _OURS.get(self.rule, ())


class GitleaksIgnore(Value):
    """`bad` are numbers of lines that are no entry."""

    path: Path
    seen: Seen
    entries: Mapping[tuple[str, int], list[Entry]]
    bad: list[int] = field(default_factory=list)

    def kept(self, finding: Finding) -> Finding | None:
        left = tuple(p for p in finding.places if not self._is_ignored(finding.detector, p))
        if len(left) == len(finding.places):
            return finding
        return replace(finding, places=left) if left else None

    def told(self, detectors: Mapping[str, Described]) -> list[str]:
        """Rules that nothing here is like, and lines that are not understood."""
        unknown = Counter(e.rule for es in self.entries.values() for e in es if e.rule not in {*_OURS, *detectors})
        said = []
        if unknown:
            names = [r for r, _ in unknown.most_common() if _NAMEABLE.fullmatch(r)]
            listed = ", ".join(names[:_MOST_NAMES]) + (" and others" if len(unknown) > len(names[:_MOST_NAMES]) else "")
            said.append(f"{self.path}: entries of rules that are not here mean nothing: {unknown.total()} ({listed})")
        said += [f"{self.path}, line {n}: is not [commit:]path:rule:line, and means nothing" for n in self.bad]
        return said

    def _is_ignored(self, detector: str, place: Place) -> bool:
        return any(
            e.covers(detector) and (place.commit or "").startswith(e.commit)
            for name in self._names(place)
            for e in self.entries.get((name, place.line), ())
        )

    def _names(self, place: Place) -> Iterator[str]:
        """What is in an archive stands behind a `!` there."""
        inside = self.seen.inside(place.path)
        if inside is not None:
            yield "!".join(
                [inside, *(inner for _, entry, inner in (v.partition(" entry ") for v in place.via) if entry)]
            )


def read(path: Path, start: Path) -> GitleaksIgnore | None:
    """None where there is no such file. `start` is where relative paths of places begin."""
    data = read_small(path)
    if data is None:
        return None
    entries: dict[tuple[str, int], list[Entry]] = {}
    bad = []
    for number, line in numbered(data):
        match = _LINE.fullmatch(line.strip().decode("utf-8", "surrogateescape"))
        if match is None:
            bad.append(number)
            continue
        entry = Entry(match["commit"] or "", match["path"].replace("\\", "/"), match["rule"], int(match["line"]))
        entries.setdefault((entry.path, entry.line), []).append(entry)
    return GitleaksIgnore(path, Seen(path.parent, start), entries, bad)
