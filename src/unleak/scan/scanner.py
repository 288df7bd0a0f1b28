"""From blobs to findings: one finding a secret, with every place where it was seen."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from unleak.iam.key_id import account_of
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.value import Value, field, replace
from unleak.scan.blob import Blob, Problem
from unleak.scan.canary import canary_of
from unleak.scan.detector import Candidate, Described
from unleak.scan.detectors import BY_ID
from unleak.scan.locate import Locate, adaptive
from unleak.scan.matcher import pairs_in
from unleak.scan.pairing import Pair
from unleak.scan.unpack.magic import is_packed

if TYPE_CHECKING:
    from unleak.scan.rules.rule_set import RuleSet

_MOST_ALIKE = 8


class Scan(Value, frozen=False):
    """What a scan brought. `complete` is false where something could not be looked at.

    `source` is what was scanned, in the words of the command line; `left_out` counts findings that nobody asked for,
    `ignored` those that somebody said to ignore; `unsaid` are what both are known by, to mask them still. `detectors`
    describes every detector that a finding may name.
    """

    _unshown = frozenset({"unsaid"})

    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blobs: int = 0
    size: int = 0
    source: str = "."
    left_out: int = 0
    ignored: int = 0
    unsaid: set[str] = field(default_factory=set)
    detectors: Mapping[str, Described] = field(default_factory=lambda: dict(BY_ID))

    def keep(self, findings: list[Finding]) -> int:
        """Only these, which are some of its own; says how many there were more."""
        kept = {f.fingerprint for f in findings}
        dropped = [f for f in self.findings if f.fingerprint not in kept]
        self.unsaid |= {name for f in dropped for name in (f.fingerprint, f.secret_sha256) if name}
        self.findings = findings
        return len(dropped)

    @property
    def complete(self) -> bool:
        return not self.problems


class Seen(Value):
    """A finding as it may cross processes: without its credentials. `parts` are the fingerprints of its parts alone."""

    finding: Finding
    parts: tuple[str, ...]


class Collector:
    """Brings findings of many blobs together. Places in git carry the blob's id as their commit until attributed."""

    def __init__(self, rules: "RuleSet | None" = None, locate: Locate | None = None) -> None:
        self._scan = Scan(detectors={**BY_ID, **(rules.detectors if rules else {})})
        self._found: dict[str, Finding] = {}
        self._parts: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, dict[Place, None]] = defaultdict(dict)
        self._locate = locate or adaptive()
        self._rules = rules

    def add(self, item: Blob | Problem) -> None:
        if isinstance(item, Problem):
            self._scan.problems.append(item)
            return
        self._scan.blobs += not item.goes_on
        self._scan.size += len(item.data)
        for found in findings_in(item, self._locate, self._rules):
            self.add_seen(found if isinstance(found, Problem) else Seen(found, parts_of(found.credentials)))

    def add_read(self, blobs: int, size: int) -> None:
        """So much was read elsewhere."""
        self._scan.blobs += blobs
        self._scan.size += size

    def add_seen(self, one: Seen | Problem) -> None:
        if isinstance(one, Problem):
            if one not in self._scan.problems[-_MOST_ALIKE:]:
                self._scan.problems.append(one)
        else:
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


def scan(blobs: Iterable[Blob | Problem], rules: "RuleSet | None" = None) -> Scan:
    """`rules`: more of them, of a user's own."""
    collector = Collector(rules)
    for blob in blobs:
        collector.add(blob)
    return collector.result()


def without_secrets(finding: Finding) -> Seen:
    return Seen(replace(finding, credentials=None), parts_of(finding.credentials))


def crossing(found: Finding | Problem) -> Seen | Problem:
    """As it may go from process to process."""
    return found if isinstance(found, Problem) else without_secrets(found)


def with_credentials(finding: Finding, read: Iterable[Blob | Problem]) -> Finding:
    """The finding with its credentials, which other processes do not hand over; `read` is asked only where they are
    missing.
    """
    if finding.credentials is not None or not finding.has_secret or finding.key_id is None:
        return finding
    for item in read:
        for again in () if isinstance(item, Problem) else findings_in(item, adaptive()):
            if (
                isinstance(again, Finding)
                and again.fingerprint == finding.fingerprint
                and again.credentials is not None
            ):
                return replace(finding, credentials=again.credentials)
    return finding


def findings_in(blob: Blob, locate: Locate, rules: "RuleSet | None" = None) -> Iterator[Finding | Problem]:
    """What its text says, and what is packed in it; a problem where that could not be unpacked."""
    yield from _said_in(blob, blob.data, (), locate, rules)
    if is_packed(blob.data):
        from unleak.scan.unpack.budget import Budget
        from unleak.scan.unpack.levels import unpack_all

        for item in unpack_all(blob.data, Budget()):
            if isinstance(item, Problem):
                yield Problem(f"{_name(blob)} ({item.where})" if item.where else _name(blob), item.why)
                continue
            steps, data = item
            yield from _said_in(blob, data, steps, locate, rules)


def _said_in(
    blob: Blob, data: bytes, steps: tuple[str, ...], locate: Locate, rules: "RuleSet | None"
) -> Iterator[Finding | Problem]:
    for pair in pairs_in(data, locate):
        if isinstance(pair, Problem):
            yield Problem(f"{_name(blob)} ({' > '.join((*steps, pair.where))})", pair.why)
        else:
            yield _finding(blob, pair, steps)
    if rules and rules.may_hold(data, blob.path):
        for finding in rules.findings_in(replace(blob, data=data)):
            yield replace(finding, places=tuple(replace(p, via=steps) for p in finding.places))


def _name(blob: Blob) -> str:
    return blob.path or f"object {blob.oid}"


def _finding(blob: Blob, pair: Pair, steps: tuple[str, ...]) -> Finding:
    key_id, secret, token = (_text(p) for p in (pair.key_id, pair.secret, pair.token))
    detector = BY_ID[pair.main.detector]
    told = detector.tells(pair.main.value)
    secret_key, session_token = SecretKey(secret) if secret else None, SessionToken(token) if token else None
    place = _place(blob, pair.main, steps, allowed=pair.allowed)
    again = (_place(blob, part, steps, allowed=part.allowed) for part in pair.again)
    names = key_id or told.key_id
    return Finding(
        detector=detector.id,
        severity=detector.severity,
        confidence=pair.confidence,
        fingerprint=_fingerprint(key_id, secret_key, session_token if not secret else None, pair.other),
        key_id=names,
        account_id=told.account_id or (account_of(names) if names else None),
        has_secret=secret is not None,
        has_session_token=token is not None,
        secret_sha256=secret_key.digest() if secret_key and key_id else None,
        places=(place, *again),
        credentials=Credentials(key_id, secret_key, session_token) if key_id and secret_key else None,
        about=told.about,
        canary=canary_of(names, told.account_id or account_of(names)) if names else "",
    )


def _place(blob: Blob, part: Candidate, steps: tuple[str, ...], *, allowed: bool) -> Place:
    line = blob.first_line + part.line - 1
    return Place(blob.path, line, commit=blob.oid or None, via=(*steps, *part.via), allowed=allowed)


def _text(part: Candidate | None) -> str | None:
    return part.value.decode("ascii") if part else None


def _fingerprint(
    key_id: str | None, secret: SecretKey | None, token: SessionToken | None, other: Candidate | None = None
) -> str:
    """The same wherever the secret moves; forty random characters cannot be found from their hash."""
    parts = ["unleak/1", key_id or "", secret.digest() if secret else "", token.digest() if token else ""]
    if other:
        parts += [other.detector, hashlib.sha256(other.value).hexdigest()]
        parts[1] = ""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _merge(known: Finding, new: Finding) -> Finding:
    """The same finding again; what either has more than the other is kept."""
    fuller = new if new.has_session_token and not known.has_session_token else known
    return replace(
        fuller,
        confidence=max(known.confidence, new.confidence, key=list(Confidence).index),
        places=known.places,
    )


def parts_of(whole: Credentials | None) -> tuple[str, ...]:
    """The fingerprints that the parts of a pair have when they are seen alone."""
    if whole is None:
        return ()
    alone = [_fingerprint(whole.key_id, None, None), _fingerprint(None, whole.secret, None)]
    if whole.token is not None:
        alone += [_fingerprint(whole.key_id, None, whole.token), _fingerprint(None, None, whole.token)]
    return tuple(alone)


def _order(finding: Finding) -> tuple[int, str, str]:
    return -list(Severity).index(finding.severity), finding.key_id or "", finding.fingerprint
