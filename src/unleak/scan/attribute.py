"""Says of findings in git who brought them in, where, and whether they are still at HEAD."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from unleak.git.attribution import Introduction, introductions
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.finding import Finding, Place


@dataclass(slots=True)
class _History:
    """What git could tell of the objects in question. `age` counts commits from the oldest."""

    by_oid: dict[str, list[Introduction]] = field(default_factory=lambda: defaultdict(list))
    age: dict[str, int] = field(default_factory=dict)
    whole: bool = False
    head: frozenset[tuple[str, str]] | None = None


def attribute(repository: Repository, findings: list[Finding]) -> list[Finding]:
    """One place for each path: the oldest commit that brought the secret in there.

    `at_head` is None where git could not tell; it is no answer then that there is no path either.
    """
    oids = frozenset(p.commit for f in findings for p in f.places if p.commit)
    history = _ask(repository, oids) if oids else _History()
    return [replace(f, places=_places(f, history)) for f in findings]


def _ask(repository: Repository, oids: frozenset[str]) -> _History:
    history = _History()
    with suppress(CouldNotLook):
        for number, introduction in enumerate(introductions(repository, oids)):
            history.by_oid[introduction.oid].append(introduction)
            history.age.setdefault(introduction.commit, number)
        history.whole = True
    with suppress(CouldNotLook):
        history.head = repository.at_head()
    return history


def _places(finding: Finding, history: _History) -> tuple[Place, ...]:
    oldest: dict[str, Place] = {}
    still: set[str] = set()
    for seen in finding.places:
        oid = seen.commit or ""
        for i in history.by_oid.get(oid, ()):
            if (i.path, oid) in (history.head or ()):
                still.add(i.path)
            known = oldest.get(i.path)
            if known is None or history.age[i.commit] < history.age.get(known.commit or "", len(history.age)):
                oldest[i.path] = Place(i.path, seen.line, i.commit, i.author, i.date)
        if oid not in history.by_oid:
            name = f"object {oid}"
            oldest.setdefault(name, Place(name, seen.line))
    placed = [replace(p, at_head=_at_head(p, history, still)) for p in oldest.values()]
    return tuple(sorted(placed, key=lambda p: (history.age.get(p.commit or "", len(history.age)), p.path)))


def _at_head(place: Place, history: _History, still: Iterable[str]) -> bool | None:
    if history.head is None or (place.commit is None and not history.whole):
        return None
    return place.path in still
