"""All trees of a pack in memory: inflated, and deltas as they are. Little, even where there are many: the
1.2 million of ansible's take 146 MB.
"""

import mmap
from collections.abc import Iterable

import numpy as np

from unleak.forked import processors, shared_out
from unleak.git.inflate import inflate
from unleak.git.pack import TREE, Numbers, Pack
from unleak.git.walk import built
from unleak.model.errors import CouldNotLook

_MOST = 2 << 30
_KEPT = 64 << 20
_FEW, _SHARES = 20_000, 16


class InflatedTrees:
    """By number, in the order of the pack. Raises CouldNotLook where one is damaged, or they are too much."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self.entries = np.flatnonzero(pack.kinds[pack.roots] == TREE)
        sizes = pack.sizes[self.entries]
        self._starts: Numbers = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        if self._starts[-1] >= _MOST:
            raise CouldNotLook("too many trees to hold in memory", "git reads them as well")
        self._parents = _local(self.entries, pack.parents[self.entries])
        self._by_parent = np.argsort(self._parents, kind="stable")
        self._first_built: Numbers = np.searchsorted(self._parents[self._by_parent], np.arange(len(self.entries) + 1))
        self.memory = mmap.mmap(-1, max(int(self._starts[-1]), 1))
        self._built: dict[int, bytes] = {}
        self._held = 0
        self._fill()

    def __len__(self) -> int:
        return len(self.entries)

    def oid(self, number: int) -> bytes:
        return self._pack.index.raw_oid(int(self.entries[number]))

    def at(self, offsets: Iterable[int]) -> list[int]:
        """The trees in whose bytes these offsets of `memory` are, ascending."""
        wanted = np.fromiter(offsets, np.int64)
        found: list[int] = np.unique(np.searchsorted(self._starts, wanted, "right") - 1).tolist()
        return found

    def built_on(self, number: int) -> list[int]:
        """The trees that are deltas of this one."""
        found: list[int] = self._by_parent[self._first_built[number] : self._first_built[number + 1]].tolist()
        return found

    def content(self, number: int) -> bytes:
        """A tree as it is; what it is built on is kept for the next."""
        chain: list[int] = []
        data = self._built.get(number)
        while data is None:
            chain.append(number)
            number = int(self._parents[number])
            data = b"" if number < 0 else self._built.get(number)
        for one in reversed(chain):
            raw = self.memory[int(self._starts[one]) : int(self._starts[one + 1])]
            data = built(data, raw) if self._parents[one] >= 0 else raw
            if data is None:
                raise CouldNotLook("a delta does not fit what it is built on", "run `git fsck` there")
            self._keep(one, data)
        return data

    def _keep(self, number: int, data: bytes) -> None:
        self._held += len(data)
        if self._held > _KEPT:
            self._built.clear()
            self._held = len(data)
        self._built[number] = data

    def _fill(self) -> None:
        """Shared among processes, which write into the same memory."""
        shares = np.array_split(np.arange(len(self)), _SHARES if len(self) > _FEW and processors() > 1 else 1)
        done = (self._inflate(shares[0]),) if len(shares) == 1 else None
        for well in done or (well for _, well in shared_out(len(shares), lambda n: self._inflate(shares[n]))):
            if not well:
                raise CouldNotLook("a tree is damaged", "run `git fsck` there")

    def _inflate(self, numbers: Numbers) -> bool:
        entries = self.entries[numbers]
        view, memory = memoryview(self._pack.data), memoryview(self.memory)
        at = int(self._starts[numbers[0]]) if len(numbers) else 0
        spans = zip(
            self._pack.starts[entries].tolist(),
            self._pack.ends[entries].tolist(),
            self._pack.sizes[entries].tolist(),
            strict=True,
        )
        for first, last, size in spans:
            inflated = inflate(view[first:last], size)
            if inflated is None:
                return False
            memory[at : at + size] = inflated
            at += size
        return True


def _local(entries: Numbers, parents: Numbers) -> Numbers:
    """Parents by their number among `entries`, -1 for none."""
    found = np.searchsorted(entries, np.maximum(parents, 0))
    return np.where(parents >= 0, found, -1)
