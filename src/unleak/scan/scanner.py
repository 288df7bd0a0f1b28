"""From blobs to findings: one finding a secret, with every place where it was seen."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from unleak.iam.key_id import account_of
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.scan.blob import Blob, Problem
from unleak.scan.detector import Candidate, Detector
from unleak.scan.detectors import BY_ID
from unleak.scan.matcher import find_candidates, readings
from unleak.scan.pairing import Pair, pair


@dataclass(slots=True)
class Scan:
    """What a scan brought. `complete` is false where something could not be looked at.

    `source` is what was scanned, in the words of the command line; `left_out` counts findings that nobody asked for,
    `ignored` those that somebody said to ignore. `detectors` describes every detector that a finding may name.
    """

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blobs: int = 0
    size: int = 0
    source: str = "."
    left_out: int = 0
    ignored: int = 0
    detectors: Mapping[str, Detector] = field(default_factory=lambda: dict(BY_ID))

    @property
    def complete(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding as it may cross processes: without its credentials. `parts` are the fingerprints of its parts alone."""

    finding: Finding
    parts: tuple[str, ...]


class Collector:
    """Brings findings of many blobs together. Places in git carry the blob's id as their commit until attributed."""

    def __init__(self) -> None:
        self._scan = Scan()
        self._found: dict[str, Finding] = {}
        self._parts: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, dict[Place, None]] = defaultdict(dict)

    def add(self, item: Blob | Problem) -> None:
        if isinstance(item, Problem):
            self._scan.problems.append(item)
            return
        self.add_seen((Seen(f, _parts(f.credentials)) for f in findings_in(item)), 1, len(item.data))

    def add_seen(self, seen: Iterable[Seen], blobs: int, size: int) -> None:
        self._scan.blobs += blobs
        self._scan.size += size
        for one in seen:
            name = one.finding.fingerprint
            self._found[name] = _merge(self._found.get(name, one.finding), one.finding)
            self._parts[name] = tuple(dict.fromkeys((*self._parts.get(name, ()), *one.parts)))
            self._places[name].update(dict.fromkeys(one.finding.places))

    def result(self) -> Scan:
        """A part of a pair that also stands alone is no finding of its own: its places join the pair's."""
        for whole, parts in self._parts.items():
            for part in parts:
                if part in self._found and whole in self._found:
                    del self._found[part]
                    self._places[whole].update(self._places[part])
        placed = [replace(f, places=tuple(self._places[name])) for name, f in self._found.items()]
        self._scan.findings = sorted(placed, key=_order)
        return self._scan


def scan(blobs: Iterable[Blob | Problem]) -> Scan:
    collector = Collector()
    for blob in blobs:
        collector.add(blob)
    return collector.result()


def without_secrets(finding: Finding) -> Seen:
    return Seen(replace(finding, credentials=None), _parts(finding.credentials))


def findings_in(blob: Blob) -> Iterator[Finding]:
    for data in readings(blob.data):
        candidates = find_candidates(data)
        if candidates:
            for parts in pair(data, candidates):
                yield _finding(blob, data, parts)


def _finding(blob: Blob, data: bytes, parts: Pair) -> Finding:
    def text(part: Candidate) -> str:
        return data[part.start : part.end].decode("ascii")

    key_id = text(parts.key_id) if parts.key_id else None
    secret = SecretKey(text(parts.secret)) if parts.secret else None
    token = SessionToken(text(parts.token)) if parts.token else None
    detector = BY_ID["aws_secret" if secret else "aws_session_token" if token else "aws_access_key_id"]
    return Finding(
        detector=detector.id,
        severity=detector.severity,
        confidence=parts.confidence,
        fingerprint=_fingerprint(key_id, secret, token if not secret else None),
        key_id=key_id,
        account_id=account_of(key_id) if key_id else None,
        has_secret=secret is not None,
        has_session_token=token is not None,
        secret_sha256=secret.digest() if secret and key_id else None,
        places=(Place(blob.path, parts.line, commit=blob.oid or None),),
        credentials=Credentials(key_id, secret, token) if key_id and secret else None,
    )


def _fingerprint(key_id: str | None, secret: SecretKey | None, token: SessionToken | None) -> str:
    """The same wherever the secret moves; forty random characters cannot be found from their hash."""
    parts = ["unleak/1", key_id or "", secret.digest() if secret else "", token.digest() if token else ""]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _merge(known: Finding, new: Finding) -> Finding:
    """The same finding again; what either has more than the other is kept."""
    fuller = new if new.has_session_token and not known.has_session_token else known
    return replace(
        fuller,
        confidence=max(known.confidence, new.confidence, key=list(Confidence).index),
        places=known.places,
    )


def _parts(whole: Credentials | None) -> tuple[str, ...]:
    """The fingerprints that the parts of a pair have when they are seen alone."""
    if whole is None:
        return ()
    alone = [_fingerprint(whole.key_id, None, None), _fingerprint(None, whole.secret, None)]
    if whole.token is not None:
        alone += [_fingerprint(whole.key_id, None, whole.token), _fingerprint(None, None, whole.token)]
    return tuple(alone)


def _order(finding: Finding) -> tuple[int, str, str]:
    return -list(Severity).index(finding.severity), finding.key_id or "", finding.fingerprint
