"""A pack's index: which objects are in it, and where.

https://git-scm.com/docs/pack-format#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from unleak.model.errors import CouldNotLook

_MAGIC = b"\xfftOc\x00\x00\x00\x02"
_FANOUT_END = 8 + 256 * 4
_LARGE = 0x80000000

Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PackIndex:
    """`offsets` ascending, one for each object; `oid(i)` names the i-th of them in hexadecimal."""

    offsets: Offsets
    _order: Offsets
    _oids: bytes
    _hash_size: int

    def __len__(self) -> int:
        return len(self.offsets)

    def oid(self, number: int) -> str:
        return self.raw_oid(number).hex()

    def raw_oid(self, number: int) -> bytes:
        at = int(self._order[number]) * self._hash_size
        return self._oids[at : at + self._hash_size]

    def numbers(self) -> dict[bytes, int]:
        """Every object's binary id to its number: only for packs that name delta bases by id."""
        size = self._hash_size
        return {self._oids[at * size : at * size + size]: n for n, at in enumerate(self._order.tolist())}


def read_index(path: Path, hash_size: int) -> PackIndex:
    """Raises CouldNotLook for version 1 and for what is no index."""
    raw = path.read_bytes()
    if raw[:8] != _MAGIC or len(raw) < _FANOUT_END:
        raise CouldNotLook(f"{path.name} is no index of version 2", "run `git index-pack` on its pack")
    count = int.from_bytes(raw[_FANOUT_END - 4 : _FANOUT_END], "big")
    oids_end = _FANOUT_END + count * hash_size
    offsets_at = oids_end + count * 4
    large_at = offsets_at + count * 4
    if len(raw) < large_at + 2 * hash_size:
        raise CouldNotLook(f"{path.name} is cut short", "run `git index-pack` on its pack")
    small = np.frombuffer(raw, ">u4", count, offsets_at)
    offsets = small.astype(np.int64)
    beyond = np.flatnonzero(small >= _LARGE)
    if beyond.size:
        large = np.frombuffer(raw, ">u8", (len(raw) - 2 * hash_size - large_at) // 8, large_at)
        offsets[beyond] = large[small[beyond] - _LARGE].astype(np.int64)
    order = np.argsort(offsets, kind="stable")
    return PackIndex(offsets[order], order, raw[_FANOUT_END:oids_end], hash_size)
