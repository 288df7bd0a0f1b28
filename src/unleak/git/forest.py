"""The blobs, commits and tags of a pack in portions of delta trees, for several processes to read."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from unleak.git.pack import Numbers, Pack

_LARGEST_ROOT = 32 << 20
"""A tree of larger blobs would have to hold several of them at once: it is left to git, which reads one by one."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Entries of `pack` with all that they are built on, about equally much work in each portion. `bases` belong to
    another portion, and are here because entries are built on them.
    """

    pack: int
    entries: Numbers
    bases: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """`portions` the heaviest first; `left` are the ids of blobs that are too large for this way of reading."""

    portions: list[Portion]
    left: list[str]


def plan_portions(packs: list[Pack], portions: int) -> Plan:
    total = sum(int(_weights(p, p.telling).sum()) for p in packs)
    share = max(total // portions, 1)
    made: list[tuple[int, Portion]] = []
    left: list[str] = []
    for number, pack in enumerate(packs):
        blobs = pack.telling
        huge = pack.sizes[pack.roots[blobs]] > _LARGEST_ROOT
        left += [pack.index.oid(n) for n in blobs[huge].tolist()]
        for weight, entries in _cut(pack, blobs[~huge], share):
            made += _split(pack, number, entries, share) if weight > 2 * share else [(weight, Portion(number, entries))]
    made.sort(key=lambda m: -m[0])
    return Plan([portion for _, portion in made], left)


def _weights(pack: Pack, blobs: Numbers) -> Numbers:
    """What reading an entry costs: inflating it, and building and matching the blob, about as large as its root."""
    return pack.sizes[pack.roots[blobs]] + pack.ends[blobs] - pack.starts[blobs] + 2000


def _cut(pack: Pack, blobs: Numbers, share: int) -> Iterator[tuple[int, Numbers]]:
    """Trees stay whole: entries are sorted by root, and cut only where the root changes."""
    if not blobs.size:
        return
    ordered = blobs[np.argsort(pack.roots[blobs], kind="stable")]
    roots = pack.roots[ordered]
    heavy = np.cumsum(_weights(pack, ordered))
    tree_ends = np.append(np.flatnonzero(roots[1:] != roots[:-1]) + 1, len(ordered))
    start, done = 0, 0
    while start < len(ordered):
        wanted = np.searchsorted(heavy[tree_ends - 1], done + share)
        end = int(tree_ends[min(int(wanted), len(tree_ends) - 1)])
        yield int(heavy[end - 1]) - done, ordered[start:end]
        start, done = end, int(heavy[end - 1])


def _split(pack: Pack, number: int, entries: Numbers, share: int) -> Iterator[tuple[int, Portion]]:
    """A tree that is too heavy for one process, in pieces; each with the bases that its entries go back to."""
    parents = dict(zip(entries.tolist(), pack.parents[entries].tolist(), strict=True))
    weights = dict(zip(entries.tolist(), _weights(pack, entries).tolist(), strict=True))
    piece: list[int] = []
    weight = 0
    for entry in _depth_first(parents):
        piece.append(entry)
        weight += weights[entry]
        if weight >= share:
            yield weight, _with_bases(number, piece, parents)
            piece, weight = [], 0
    if piece:
        yield weight, _with_bases(number, piece, parents)


def _depth_first(parents: dict[int, int]) -> Iterator[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry, parent in parents.items():
        children[parent].append(entry)
    stack = children[-1][::-1]
    while stack:
        entry = stack.pop()
        yield entry
        stack.extend(reversed(children.get(entry, ())))


def _with_bases(number: int, piece: list[int], parents: dict[int, int]) -> Portion:
    own = set(piece)
    bases: set[int] = set()
    for entry in piece:
        base = parents[entry]
        while base >= 0 and base not in own and base not in bases:
            bases.add(base)
            base = parents[base]
    return Portion(number, np.array(sorted(own | bases), np.int64), frozenset(bases))
