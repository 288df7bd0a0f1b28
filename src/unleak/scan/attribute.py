"""Says of findings in git who brought them in, where, and whether they are still at HEAD."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from unleak.git.attribution import Introduction, Introductions, introduced_by, introductions, introductions_elsewhere
from unleak.git.holding import holding
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.finding import Finding, Place
from unleak.model.value import replace

if TYPE_CHECKING:
    from unleak.git.pack_attribution import Packed

_UNKNOWN_AGE = 1 << 62


@dataclass(slots=True)
class _History:
    """What git could tell of the objects in question; `refs` by object and path."""

    by_oid: dict[str, list[Introduction]] = field(default_factory=lambda: defaultdict(list))
    whole: bool = True
    head: frozenset[tuple[str, str]] | None = None
    refs: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def add(self, told: Introductions) -> None:
        self.whole = self.whole and told.complete
        for introduction in told.found:
            self.by_oid[introduction.oid].append(introduction)


def attribute(
    repository: Repository, findings: list[Finding], revisions: tuple[str, ...] = (), packed: "Packed | None" = None
) -> list[Finding]:
    """One place for each path: the oldest commit that brought the secret in there, and the branches and tags that still
    have it. Only among the commits of `revisions`, where given. `packed` makes it faster.

    `at_head` is None where git could not tell; it is no answer then that there is no path either.
    """
    if not any(p.commit for f in findings for p in f.places):
        return findings
    history = _ask_packs(repository, findings, packed) if packed else None
    history = history or _ask_git(repository, findings, revisions)
    with suppress(CouldNotLook):
        history.head = repository.at_head()
    with suppress(CouldNotLook):
        history.refs = holding(repository, [(i.oid, i.path) for found in history.by_oid.values() for i in found])
    return [replace(f, places=_places(f, history)) for f in findings]


def _ask_packs(repository: Repository, findings: list[Finding], packed: "Packed") -> _History | None:
    """None where git must be asked instead."""
    from unleak.git.pack_attribution import introductions_in_packs

    history = _History()
    try:
        own, elsewhere = introductions_in_packs(repository, packed, _oids(findings))
    except CouldNotLook:
        return None
    history.add(own)
    lost = _oids(_lost(findings, history))
    history.add(Introductions([i for i in elsewhere.found if i.oid in lost], elsewhere.complete))
    return history


def _ask_git(repository: Repository, findings: list[Finding], revisions: tuple[str, ...]) -> _History:
    history = _History()
    try:
        oids = _oids(findings)
        told = introduced_by(repository, oids, revisions) if revisions else introductions(repository, oids)
        history.add(told)
        if not revisions:
            # It takes long where a server keeps all pull requests: only for what no branch or tag has in any version.
            history.add(introductions_elsewhere(repository, _oids(_lost(findings, history))))
    except CouldNotLook:
        history.whole = False
    return history


def _lost(findings: list[Finding], history: _History) -> list[Finding]:
    return [f for f in findings if not any(p.commit in history.by_oid for p in f.places)]


def _oids(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(p.commit for f in findings for p in f.places if p.commit)


def _places(finding: Finding, history: _History) -> tuple[Place, ...]:
    oldest: dict[tuple[str, tuple[str, ...]], tuple[int, Place]] = {}
    still: dict[str, dict[str, None]] = defaultdict(dict)
    now: set[str] = set()
    for seen in finding.places:
        oid = seen.commit or ""
        for i in history.by_oid.get(oid, ()):
            still[i.path].update(dict.fromkeys(history.refs.get((oid, i.path), ())))
            if (i.path, oid) in (history.head or ()):
                now.add(i.path)
            known = oldest.get((i.path, seen.via))
            if known is None or i.age < known[0]:
                place = replace(seen, path=i.path, commit=i.commit, author=i.author, date=i.date)
                oldest[i.path, seen.via] = i.age, place
        if oid not in history.by_oid:
            place = replace(seen, path=f"object {oid}", commit=None)
            oldest.setdefault((place.path, seen.via), (_UNKNOWN_AGE, place))
    placed = [
        (age, replace(p, at_head=_at_head(p, history, now), refs=tuple(still.get(p.path, ()))))
        for age, p in oldest.values()
    ]
    return tuple(p for _, p in sorted(placed, key=lambda found: (found[0], found[1].path, found[1].via)))


def _at_head(place: Place, history: _History, still: Iterable[str]) -> bool | None:
    if history.head is None or (place.commit is None and not history.whole):
        return None
    return place.path in still
