"""Where in a lot of bytes one of many short parts is: hyperscan for some, as it compiles them; numpy for thousands."""

import mmap
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import hyperscan
import numpy as np
import numpy.typing as npt

SIZE = 8
_FEW = 300
_CHUNK = 4 << 20
_BITS = 22

_Bytes = npt.NDArray[np.uint8]


def find_parts(data: mmap.mmap, parts: set[bytes]) -> list[int]:
    """Offsets at which one of the parts begins, each SIZE bytes long; in no particular order."""
    if len(data) < SIZE or not parts:
        return []
    return _by_hyperscan(data, parts) if len(parts) <= _FEW else _by_numpy(data, parts)


def _by_hyperscan(data: Any, parts: set[bytes]) -> list[int]:
    literals = [b"".join(b"\\x%02x" % byte for byte in part) for part in parts]
    database = hyperscan.Database()
    database.compile(
        expressions=literals, ids=[0] * len(literals), elements=len(literals), flags=[0] * len(literals)
    )  # fmt: skip
    found: list[int] = []

    def hear(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.append(end - SIZE)

    database.scan(data, match_event_handler=hear)
    return found


def _by_numpy(data: mmap.mmap, parts: set[bytes]) -> list[int]:
    """Looks the first bits at each offset up in a table that fits the cache, and whole parts where that says yes."""
    wanted = np.sort(np.frombuffer(b"".join(parts), "<u8"))
    table = np.zeros(1 << _BITS, np.bool_)
    table[(wanted & np.uint64((1 << _BITS) - 1)).astype(np.int64)] = True
    raw = np.frombuffer(data, np.uint8)

    def look(start: int) -> list[int]:
        return _in_chunk(raw[start : start + _CHUNK + SIZE - 1], start, wanted, table)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(chain.from_iterable(threads.map(look, _starts(len(data)))))


def _starts(length: int) -> Iterator[int]:
    return iter(range(0, length - SIZE + 1, _CHUNK))


def _in_chunk(raw: _Bytes, start: int, wanted: npt.NDArray[np.uint64], table: npt.NDArray[np.bool_]) -> list[int]:
    """Four bytes are read at once, four times, each time one further."""
    count = len(raw) - SIZE + 1
    found: list[int] = []
    for shift in range(4):
        fours = raw[shift : shift + (len(raw) - shift) // 4 * 4].view("<u4")
        words = np.bitwise_and(fours, np.uint32(len(table) - 1), dtype=np.int64, casting="unsafe")
        at = np.flatnonzero(table.take(words, mode="clip")) * 4 + shift
        at = at[at < count]
        values = np.lib.stride_tricks.sliding_window_view(raw, SIZE)[at].view("<u8").ravel()
        places = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
        found += (at[wanted[places] == values] + start).tolist()
    return found
