"""Rules as one: what they find in a blob, piece by piece."""

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from unleak.model.finding import Confidence, Finding, Place
from unleak.model.value import replace
from unleak.scan.blob import Blob
from unleak.scan.ignore.inline import ALLOW
from unleak.scan.rules.allowlist import Allowlist
from unleak.scan.rules.description import SEVERITY, Description, describe
from unleak.scan.rules.keywords import Keywords
from unleak.scan.rules.pattern import as_utf8
from unleak.scan.rules.rule import Hit, Rule

_PIECE = 128 << 10
# How far a match that begins in a piece may reach beyond it.
_REACH = 32 << 10
_LINE = 4096


class RuleSet:
    """`told` is what of the rules cannot be heeded here, in words, each with the rule and field that it is about."""

    def __init__(
        self, rules: Iterable[Rule], allowlists: Iterable[Allowlist] = (), told: Iterable[str] = (), source: str = ""
    ) -> None:
        """`allowlists` are those for all rules; `source` is where they come from."""
        self._rules = {rule.id: rule for rule in rules}
        self._allowlists = tuple(allowlists)
        self._of_paths = [rule for rule in self._rules.values() if rule.is_of_paths]
        self._keywords = Keywords(rule for rule in self._rules.values() if not rule.is_of_paths)
        self.told = list(told)
        self.detectors: Mapping[str, Description] = {r.id: describe(r, source) for r in self._rules.values()}

    @property
    def of_paths(self) -> list[str]:
        """Ids of rules that find files by their path: in blobs without one, they find nothing."""
        return [rule.id for rule in self._of_paths]

    def may_hold(self, data: bytes, path: str = "") -> bool:
        """Fast, and never no where `findings_in` finds something. Not for several threads at once."""
        return any(rule.looks_at(path.replace(os.sep, "/")) for rule in self._of_paths) or self._keywords.may_hold(data)

    def findings_in(self, blob: Blob) -> Iterator[Finding]:
        """In time linear in the blob's size. A blob without a path is one whose paths are not known yet: see `placed`.

        Not for several threads at once.
        """
        path = blob.path.replace(os.sep, "/")
        if any(a.allows_place(path) for a in self._allowlists):
            return
        for rule in self._of_paths:
            if rule.looks_at(path):
                yield _finding(blob, rule, path.encode("utf-8", "surrogateescape"), 1)
        text, state = as_utf8(blob.data), _State(path)
        line, counted = blob.first_line, 0
        for start, end in _pieces(text):
            hits = [h for h in self._hits(text, start, end, state) if not self._is_allowed(h, text, path)]
            comments = _comments(text, hits)
            lines = []
            for hit in sorted(hits, key=lambda h: h.start):
                line, counted = line + text.count(b"\n", counted, hit.start), hit.start
                lines.append((hit, line))
            for hit, at in _without_generic(lines):
                found = _finding(blob, hit.rule, hit.secret, at)
                yield _allowed(found) if _holds(_line_of(text, hit), comments) else found

    def placed(self, finding: Finding) -> Finding | None:
        """A finding of a blob without a path, once its places have theirs: without those that rules and allow lists
        leave out by path or commit. None where nothing is left. Findings of others stay as they are.

        An allow list that wants a path and a pattern together is not heeded here.
        """
        rule = self._rules.get(finding.detector)
        if rule is None:
            return finding
        kept = tuple(p for p in finding.places if p.commit is None or self._looks_at(rule, p.path, p.commit))
        return replace(finding, places=kept) if kept else None

    def _looks_at(self, rule: Rule, path: str, commit: str) -> bool:
        return rule.looks_at(path, commit) and not any(a.allows_place(path, commit) for a in self._allowlists)

    def _hits(self, text: bytes, start: int, end: int, state: "_State") -> Iterator[Hit]:
        """Those that begin in this piece, and not in what the piece before it gave."""
        last = min(end + _REACH, len(text))
        for rule in self._keywords.rules_in(text, start, last):
            if state.is_looked_at_by(rule):
                for hit in rule.hits(text, max(start, state.done.get(rule.id, 0)), end, last):
                    state.done[rule.id] = hit.end
                    yield hit

    def _is_allowed(self, hit: Hit, text: bytes, path: str) -> bool:
        matched = text[hit.start : hit.end]
        return any(
            a.allows_match(hit.secret, matched, lambda: text[slice(*_line_of(text, hit))], path)
            for a in (*self._allowlists, *hit.rule.allowlists)
        )


class _State:
    """What is known of a blob from piece to piece. `done`: by rule, where its last hit ended."""

    def __init__(self, path: str) -> None:
        self.done: dict[str, int] = {}
        self._path = path
        self._looked_at: dict[str, bool] = {}

    def is_looked_at_by(self, rule: Rule) -> bool:
        if rule.id not in self._looked_at:
            self._looked_at[rule.id] = rule.looks_at(self._path)
        return self._looked_at[rule.id]


def _pieces(text: bytes) -> Iterator[tuple[int, int]]:
    """Each begins with a line's end, if lines are not too long: patterns often do."""
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        if end < len(text):
            at_line = text.rfind(b"\n", start + 1, end)
            end = at_line if at_line > start else end
        yield start, end
        start = end


def _without_generic(hits: list[tuple[Hit, int]]) -> Iterator[tuple[Hit, int]]:
    """Each with its line. Of a rule that calls itself generic, only what no other rule found on the same line."""
    specific: dict[int, list[bytes]] = {}
    for hit, line in hits:
        if not hit.rule.is_generic:
            specific.setdefault(line, []).append(hit.secret)
    together = {line: b"\0".join(secrets) for line, secrets in specific.items()}
    for hit, line in hits:
        if not hit.rule.is_generic or hit.secret not in together.get(line, b""):
            yield hit, line


def _line_of(text: bytes, hit: Hit) -> tuple[int, int]:
    """All lines that the match touches, as far as they are not too long."""
    first = text.rfind(b"\n", max(0, hit.start - _LINE), hit.start) + 1 or max(0, hit.start - _LINE)
    last = text.find(b"\n", hit.end, hit.end + _LINE)
    return first, last if last >= 0 else min(hit.end + _LINE, len(text))


def _comments(text: bytes, hits: list[Hit]) -> list[int]:
    """Where around these hits it is said that something may stand there."""
    if not hits:
        return []
    first, last = min(h.start for h in hits) - _LINE, max(h.end for h in hits) + _LINE
    return [m.start() for m in ALLOW.finditer(text, max(0, first), last)]


def _holds(line: tuple[int, int], places: list[int]) -> bool:
    return bisect_left(places, line[0]) < bisect_left(places, line[1])


def _finding(blob: Blob, rule: Rule, secret: bytes, line: int) -> Finding:
    return Finding(
        detector=rule.id,
        severity=SEVERITY,
        confidence=Confidence.MEDIUM,
        fingerprint=_fingerprint(rule, secret),
        places=(Place(blob.path, line, commit=blob.oid or None),),
    )


def _allowed(finding: Finding) -> Finding:
    return replace(finding, places=tuple(replace(p, allowed=True) for p in finding.places))


def _fingerprint(rule: Rule, secret: bytes) -> str:
    """The same wherever the secret moves. It hides a random secret; a word that can be guessed can be guessed here."""
    parts = ["unleak/1", "rule", rule.id, hashlib.sha256(secret).hexdigest()[:16]]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
