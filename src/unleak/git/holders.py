"""Which trees hold an object, and which trees hold those: from a blob up to the roots, without walking any history."""

import re
from collections.abc import Iterable, Iterator

from unleak.git.inflated_trees import InflatedTrees
from unleak.git.parts import SIZE, find_parts

Entries = dict[tuple[bytes, bytes], None]
"""Names and ids of what a tree holds, in its order."""

_WINDOWS = (2, 10)
"""A delta brings a new id whole, or cut once, and it may share its first and last bytes with what stood there. So one
of these parts of it is there as it is, but for one of 2^24 deltas.
"""


class Holders:
    """By a tree's binary id, what it holds of the `wanted`, or of trees that hold some of it."""

    def __init__(self, packs: Iterable[InflatedTrees], loose: dict[bytes, bytes], wanted: frozenset[bytes]) -> None:
        self.trees: dict[bytes, Entries] = {}
        self._loose = loose
        self._entry = re.compile(rb"(?s)[0-7]+ ([^\0]+)\0(.{%d})" % len(next(iter(wanted), bytes(20))))
        packed = list(packs)
        while wanted:
            found: set[bytes] = set()
            for tree, entries in self._holding(packed, wanted):
                if tree not in self.trees:
                    found.add(tree)
                self.trees.setdefault(tree, {}).update(entries)
            wanted = frozenset(found)

    def _holding(self, packed: list[InflatedTrees], wanted: frozenset[bytes]) -> Iterator[tuple[bytes, Entries]]:
        for trees in packed:
            yield from self._packed(trees, wanted)
        for oid, data in self._loose.items():
            if entries := self._entries(data, wanted):
                yield oid, entries

    def _packed(self, trees: InflatedTrees, wanted: frozenset[bytes]) -> Iterator[tuple[bytes, Entries]]:
        """A tree that says so itself, and those that are built on it and copy from it."""
        parts = {oid[at : at + SIZE] for oid in wanted for at in _WINDOWS}
        stack = trees.at(find_parts(trees.memory, parts))
        seen: set[int] = set()
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            if entries := self._entries(trees.content(number), wanted):
                yield trees.oid(number), entries
                stack += trees.built_on(number)

    def _entries(self, tree: bytes, wanted: frozenset[bytes]) -> Entries:
        return {(name, oid): None for name, oid in self._entry.findall(tree) if oid in wanted}
