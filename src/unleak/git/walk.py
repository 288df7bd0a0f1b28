"""Reads a portion of a pack: every delta tree depth first, so that a base is inflated once and soon forgotten."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from dulwich._pack import apply_delta

from unleak.git.delta import Span, changes
from unleak.git.forest import Portion
from unleak.git.inflate import inflate
from unleak.git.pack import Pack

Look = Callable[[int, bytes, list[Span] | None], bool]
"""Entry number, object, and where it says what its base does not; None: that may be anywhere. The answer: there is
nothing in it, so that of what is built on it, only what is new is of interest.
"""

_MANY = 1500
"""Reading a delta takes as long as matching so many times its bytes."""


def read_portion(pack: Pack, portion: Portion, look: Look) -> Iterator[int]:
    """Shows every object, in no particular order; gives the numbers of entries that could not be read, and with them
    all that is built on them.
    """
    numbers = portion.entries.tolist()
    starts, ends = pack.starts[portion.entries].tolist(), pack.ends[portion.entries].tolist()
    sizes, parents = pack.sizes[portion.entries].tolist(), pack.parents[portion.entries].tolist()
    children: dict[int, list[int]] = defaultdict(list)
    roots: list[int] = []
    for i, parent in enumerate(parents):
        (roots if parent < 0 else children[parent]).append(i)
    view = memoryview(pack.data)
    for root in roots:
        stack: list[tuple[int, bytes | None, bool]] = [(root, None, False)]
        while stack:
            i, base, quiet = stack.pop()
            number = numbers[i]
            inflated = inflate(view[starts[i] : ends[i]], sizes[i])
            data = inflated if base is None or inflated is None else built(base, inflated)
            if inflated is None or data is None:
                yield from (n for n in _all_below(i, numbers, children) if n not in portion.bases)
                continue
            if number in portion.bases:
                stack.extend((child, data, False) for child in children.get(number, ()))
                continue
            few = quiet and len(inflated) * _MANY < len(data)
            quiet = look(number, data, changes(inflated) if few else None)
            stack.extend((child, data, quiet) for child in children.get(number, ()))


def read_entry(pack: Pack, number: int) -> bytes | None:
    """One object, whatever it is built on; None where it, or that, is damaged."""
    chain = [number]
    while (parent := int(pack.parents[chain[-1]])) >= 0:
        chain.append(parent)
    view = memoryview(pack.data)
    data: bytes | None = None
    for n in reversed(chain):
        inflated = inflate(view[int(pack.starts[n]) : int(pack.ends[n])], int(pack.sizes[n]))
        data = inflated if data is None or inflated is None else built(data, inflated)
        if data is None:
            return None
    return data


def built(base: bytes, delta: bytes) -> bytes | None:
    """None where the delta is damaged, or is not one of this base."""
    try:
        made: Any = apply_delta(base, delta)
    except Exception:  # noqa: BLE001  the decoder raises what it likes at damaged bytes
        return None
    return made if isinstance(made, bytes) else b"".join(made)


def _all_below(i: int, numbers: list[int], children: dict[int, list[int]]) -> Iterator[int]:
    stack = [i]
    while stack:
        number = numbers[stack.pop()]
        yield number
        stack.extend(children.get(number, ()))
