"""The credentials as a tree: who came of whom, with leaves that are alike folded into one row.

Flat and without recursion: an attacker chains thousands of sessions, and a trail may say nonsense (a circle).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential, Investigation
from unleak.report.investigation.words import role_of

_ALIKE = 3
"""So many leaves of a kind are one row and a fold."""


@dataclass(frozen=True, slots=True)
class Row:
    """A credential, or in `folded` two and more that are alike (then `credential` is the first of them).

    `above` is the place of the parent's row in the list, None for a root.
    """

    credential: HeldCredential
    depth: int
    above: int | None
    folded: tuple[HeldCredential, ...] = ()

    @property
    def standing_for(self) -> int:
        return len(self.folded) or 1

    @property
    def events(self) -> int:
        return sum(c.events for c in self.folded) if self.folded else self.credential.events

    @property
    def used(self) -> int:
        return sum(c.is_used for c in self.folded or (self.credential,))


def rows_of(found: Investigation) -> tuple[Row, ...]:
    """Every credential once, parents before children, the leaked one first. A circle begins at its earliest."""
    held = {c.key_id: c for c in reversed(found.credentials)}
    children = _children(held)
    roots = [c for c in held.values() if c.parent not in held or c.parent == c.key_id]
    rows: list[Row] = []
    seen: set[str] = set()
    for root in sorted(roots, key=lambda c: (c.key_id != found.leaked, *_order(c))):
        _walk(root, children, seen, rows)
    for left in sorted((c for c in held.values() if c.key_id not in seen), key=_order):
        if left.key_id not in seen:
            _walk(left, children, seen, rows)
    return tuple(rows)


def shown(rows: Sequence[Row], most: int) -> tuple[tuple[Row, ...], int]:
    """The rows that matter most, with all that they hang on, and how many credentials are left out.

    Used ones come before unused, near before far; `above` and the order are kept true.
    """
    if len(rows) <= most:
        return tuple(rows), 0
    kept: set[int] = set()
    for i in sorted(range(len(rows)), key=lambda i: (i > 0, _unimportant(rows[i]), rows[i].depth, i)):
        line = list(_up_to(i, rows, kept, most - len(kept)))
        if line and len(kept) + len(line) <= most:
            kept.update(line)
        if len(kept) >= most:
            break
    places = {old: new for new, old in enumerate(sorted(kept))}
    chosen = tuple(replace(rows[i], above=None if (up := rows[i].above) is None else places[up]) for i in sorted(kept))
    return chosen, sum(r.standing_for for r in rows) - sum(r.standing_for for r in chosen)


def _children(held: Mapping[str, HeldCredential]) -> dict[str, list[HeldCredential]]:
    found: dict[str, list[HeldCredential]] = {}
    for one in held.values():
        if one.parent is not None and one.parent in held and one.parent != one.key_id:
            found.setdefault(one.parent, []).append(one)
    return found


def _walk(root: HeldCredential, children: Mapping[str, list[HeldCredential]], seen: set[str], rows: list[Row]) -> None:
    seen.add(root.key_id)
    stack: list[Row] = [Row(root, 0, None)]
    while stack:
        row = stack.pop()
        place = len(rows)
        rows.append(row)
        if row.folded:
            continue
        fresh = [c for c in children.get(row.credential.key_id, ()) if c.key_id not in seen]
        seen.update(c.key_id for c in fresh)
        below = [replace(r, depth=row.depth + 1, above=place) for r in _folded(fresh, children)]
        stack.extend(reversed(below))


def _folded(siblings: Iterable[HeldCredential], children: Mapping[str, list[HeldCredential]]) -> Iterator[Row]:
    """In the order of time; of many leaves that are alike the most used one, and after it the fold of the others."""
    alike: dict[object, list[HeldCredential]] = {}
    for one in sorted(siblings, key=_order):
        kind = one.key_id if one.key_id in children else _kind(one)
        alike.setdefault(kind, []).append(one)
    for group in alike.values():
        if len(group) < _ALIKE:
            yield from (Row(one, 0, None) for one in group)
            continue
        best = max(group, key=lambda c: c.events)
        others = tuple(c for c in group if c is not best)
        yield Row(best, 0, None)
        yield Row(others[0], 0, None, folded=others)


def _kind(one: HeldCredential) -> tuple[Origin, str, str, Certainty, bool]:
    return one.origin, one.how, role_of(one.principal_arn), one.certainty, one.shared


def _order(one: HeldCredential) -> tuple[float, str]:
    return one.since.timestamp(), one.key_id


def _unimportant(row: Row) -> tuple[bool, bool, int]:
    """What was used comes first; what is only possible last."""
    return row.credential.certainty is Certainty.POSSIBLE, not row.used, -row.events


def _up_to(i: int, rows: Sequence[Row], kept: set[int], room: int) -> Iterator[int]:
    """The row and what it hangs on that is not kept yet; nothing if too much. A fold hangs on the one before."""
    line: list[int] = []
    at: int | None = i
    while at is not None and at not in kept:
        line.append(at)
        if len(line) > room:
            return
        at = at - 1 if rows[at].folded else rows[at].above
    yield from line
