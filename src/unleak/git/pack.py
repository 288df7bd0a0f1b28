"""A pack as trees of deltas: what kind its entries are, what each is built on, where its bytes lie.

https://git-scm.com/docs/pack-format
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from unleak.git.pack_index import PackIndex, read_index
from unleak.model.errors import CouldNotLook

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
_MAGIC = b"PACK"
_MORE, _LOW_BITS = 0x80, 0x7F

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pack:
    """Entries by number, ascending by offset. `starts` to `ends`: the deflated bytes; `sizes`: inflated, of a delta its
    own. `parents`: the entry that a delta is built on, -1 for none. `roots`: the whole object that it goes back to.
    `data` is the pack itself, mapped.
    """

    index: PackIndex
    data: mmap.mmap
    kinds: npt.NDArray[np.uint8]
    starts: Numbers
    ends: Numbers
    sizes: Numbers
    parents: Numbers
    roots: Numbers

    @property
    def telling(self) -> Numbers:
        """Blobs, commits and tags: all but trees."""
        return np.flatnonzero(np.isin(self.kinds[self.roots], (COMMIT, BLOB, TAG)))

    def is_commit(self, number: int) -> bool:
        return bool(self.kinds[self.roots[number]] == COMMIT)


def open_pack(path: Path, hash_size: int) -> Pack:
    """`path` is that of the `.pack`. Raises CouldNotLook where it or its index cannot be read this way."""
    index = read_index(path.with_suffix(".idx"), hash_size)
    with path.open("rb") as held:
        data = mmap.mmap(held.fileno(), 0, prot=mmap.PROT_READ)
    if data[:4] != _MAGIC or (len(index) and int(index.offsets[-1]) >= len(data) - hash_size):
        raise CouldNotLook(f"{path.name} and its index do not fit", "run `git fsck` there")
    raw = np.frombuffer(data, np.uint8)
    ends = np.append(index.offsets[1:], len(data) - hash_size)
    kinds, sizes, at = _headers(raw, index.offsets)
    parents = np.full(len(index), -1, np.int64)
    _offset_parents(raw, index, kinds, at, parents)
    _named_parents(data, index, kinds, at, parents, hash_size)
    if hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)  # the headers are all over it: it need not stay in memory for that
    return Pack(index, data, kinds, at, ends, sizes, parents, _roots(parents))


def _headers(raw: npt.NDArray[np.uint8], offsets: Numbers) -> tuple[npt.NDArray[np.uint8], Numbers, Numbers]:
    """Kind, inflated size and the place behind the header of every entry, all at once."""
    at = offsets.copy()
    first = raw[at]
    kinds = ((first >> 4) & 7).astype(np.uint8)
    sizes = (first & 15).astype(np.int64)
    at += 1
    going, shift = np.flatnonzero(first & _MORE), 4
    while going.size:
        byte = raw[at[going]]
        sizes[going] |= (byte & _LOW_BITS).astype(np.int64) << shift
        at[going] += 1
        going, shift = going[(byte & _MORE) != 0], shift + 7
    return kinds, sizes, at


def _offset_parents(
    raw: npt.NDArray[np.uint8], index: PackIndex, kinds: npt.NDArray[np.uint8], at: Numbers, parents: Numbers
) -> None:
    deltas = np.flatnonzero(kinds == OFS_DELTA)
    if not deltas.size:
        return
    byte = raw[at[deltas]]
    back = (byte & _LOW_BITS).astype(np.int64)
    at[deltas] += 1
    going = np.flatnonzero(byte & _MORE)
    while going.size:
        byte = raw[at[deltas[going]]]
        back[going] = ((back[going] + 1) << 7) | (byte & _LOW_BITS)
        at[deltas[going]] += 1
        going = going[(byte & _MORE) != 0]
    wanted = index.offsets[deltas] - back
    found = np.searchsorted(index.offsets, wanted)
    if not np.array_equal(index.offsets[np.minimum(found, len(index) - 1)], wanted):
        raise CouldNotLook("a delta's base is not where the pack says", "run `git fsck` there")
    parents[deltas] = found


def _named_parents(
    data: mmap.mmap, index: PackIndex, kinds: npt.NDArray[np.uint8], at: Numbers, parents: Numbers, hash_size: int
) -> None:
    deltas = np.flatnonzero(kinds == REF_DELTA)
    if not deltas.size:
        return
    numbers = index.numbers()
    for delta in deltas.tolist():
        start = int(at[delta])
        base = numbers.get(data[start : start + hash_size])
        if base is None:
            raise CouldNotLook("a delta's base is not in its pack", "run `git fsck` there")
        parents[delta] = base
    at[deltas] += hash_size


def _roots(parents: Numbers) -> Numbers:
    """Follows all chains at once, doubling the stride each time. Raises CouldNotLook on a chain without an end."""
    roots = np.where(parents < 0, np.arange(len(parents)), parents)
    for _ in range(64):
        further = roots[roots]
        if np.array_equal(further, roots):
            break
        roots = further
    if len(parents) and (parents[roots] >= 0).any():
        raise CouldNotLook("deltas of the pack go round in a circle", "run `git fsck` there")
    return roots
