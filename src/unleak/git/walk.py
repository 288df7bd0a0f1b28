"""Reads a portion of a pack: every delta tree depth first, so that a base is inflated once and soon forgotten."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dulwich._pack import apply_delta
from isal import isal_zlib

from unleak.git.forest import Portion
from unleak.git.pack import Pack


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that could not be read, and with it all that is built on it."""

    number: int


def read_portion(pack: Pack, portion: Portion) -> Iterator[tuple[int, bytes] | BadEntry]:
    """Entry number and blob, in no particular order."""
    numbers = portion.entries.tolist()
    starts, ends = pack.starts[portion.entries].tolist(), pack.ends[portion.entries].tolist()
    sizes, parents = pack.sizes[portion.entries].tolist(), pack.parents[portion.entries].tolist()
    children: dict[int, list[int]] = defaultdict(list)
    roots: list[int] = []
    for i, parent in enumerate(parents):
        (roots if parent < 0 else children[parent]).append(i)
    view = memoryview(pack.data)
    for root in roots:
        stack: list[tuple[int, bytes | None]] = [(root, None)]
        while stack:
            i, base = stack.pop()
            number = numbers[i]
            blob = _read(view[starts[i] : ends[i]], sizes[i], base)
            if blob is None:
                yield from _all_below(i, numbers, children)
                continue
            yield number, blob
            stack.extend((child, blob) for child in children.get(number, ()))


def _read(deflated: memoryview, size: int, base: bytes | None) -> bytes | None:
    """None where the bytes are damaged: the checksum, the length or the delta do not fit."""
    try:
        inflated: bytes = isal_zlib.decompress(deflated, bufsize=max(size, 1))
        if len(inflated) != size:
            return None
        return inflated if base is None else _built(base, inflated)
    except Exception:  # noqa: BLE001  the decoders raise what they like at damaged bytes
        return None


def _built(base: bytes, delta: bytes) -> bytes:
    made: Any = apply_delta(base, delta)
    return made if isinstance(made, bytes) else b"".join(made)


def _all_below(i: int, numbers: list[int], children: dict[int, list[int]]) -> Iterator[BadEntry]:
    stack = [i]
    while stack:
        number = numbers[stack.pop()]
        yield BadEntry(number)
        stack.extend(children.get(number, ()))
