"""`.unleakignore`: lines are paths as in `.gitignore`, fingerprints, or key ids; `#` begins a comment."""

import re
from collections.abc import Mapping
from pathlib import Path

from unleak.model.errors import Misuse
from unleak.model.finding import Finding
from unleak.model.value import Value, replace
from unleak.scan.detector import Described
from unleak.scan.detectors import BY_ID
from unleak.scan.ignore.globs import BadGlob, Glob, Globs
from unleak.scan.ignore.lines import numbered, read_small
from unleak.scan.ignore.paths import Seen

_FINGERPRINT = re.compile(rb"[0-9a-f]{32}")
_KEY_ID = re.compile(rb"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}")
_LIKE_FINGERPRINT = re.compile(rb"(?i)[0-9a-f]{16,}")
_LIKE_KEY_ID = re.compile(rb"A(?:KIA|SIA|BIA|CCA)[A-Za-z0-9]{8,}")
_LIKE_SECRET = re.compile(rb"[A-Za-z0-9/+]{40}")


class UnleakIgnore(Value):
    seen: Seen
    globs: Globs
    fingerprints: frozenset[str]
    key_ids: frozenset[str]

    def kept(self, finding: Finding) -> Finding | None:
        """A path is ignored, not what stands there: seen elsewhere, it stays with its other places."""
        if finding.fingerprint in self.fingerprints or finding.key_id in self.key_ids:
            return None
        left = tuple(p for p in finding.places if not self._is_ignored(p.path))
        if len(left) == len(finding.places):
            return finding
        return replace(finding, places=left) if left else None

    def told(self, _detectors: Mapping[str, Described]) -> list[str]:
        return []

    def _is_ignored(self, path: str) -> bool:
        inside = self.seen.inside(path)
        return inside is not None and self.globs.match(inside)


def read(path: Path, start: Path) -> UnleakIgnore | None:
    """None where there is no such file. `start` is where relative paths of places begin. Raises Misuse, naming file and
    line, on a line that cannot be meant; the line itself is not repeated: it may be a secret.
    """
    data = read_small(path)
    if data is None:
        return None
    globs: list[Glob] = []
    fingerprints: set[str] = set()
    key_ids: set[str] = set()
    for number, line in numbered(data):
        value = line.strip()
        if _FINGERPRINT.fullmatch(value):
            fingerprints.add(value.decode())
        elif _KEY_ID.fullmatch(value):
            key_ids.add(value.decode())
        else:
            globs.append(_glob(line, f"{path}, line {number}"))
    return UnleakIgnore(Seen(path.parent, start), Globs(globs), frozenset(fingerprints), frozenset(key_ids))


def _glob(line: bytes, where: str) -> Glob:
    value = line.strip()
    if _LIKE_SECRET.fullmatch(value) and BY_ID["aws_secret"].confirm(value):
        raise Misuse(f"{where}: this looks like a secret", "remove it; the fingerprint that a scan shows goes here")
    if _LIKE_FINGERPRINT.fullmatch(value):
        raise Misuse(
            f"{where}: a fingerprint has 32 hexadecimal digits", "a path of this name is written with a / first"
        )
    if _LIKE_KEY_ID.fullmatch(value):
        raise Misuse(f"{where}: a key id has 20 characters", "a path of this name is written with a / first")
    if any(c < 0x20 for c in line):  # noqa: PLR2004  the control characters
        raise Misuse(f"{where}: there are control characters in it", "remove the line")
    try:
        return Glob.of(line)
    except BadGlob as error:
        raise Misuse(f"{where}: {error}", "patterns are those of .gitignore") from error
