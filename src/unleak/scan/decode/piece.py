"""A part of a text that says something else once it is decoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from unleak.scan.detector import Anchor


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `start` to `end` of a text, decoded."""

    start: int
    end: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`anchor`: where it may hide the beginning of a value. `pieces` reads what stands around spans of a text, in their
    order; `values` decodes a whole word, once and again.
    """

    name: str
    anchor: Anchor
    pieces: Callable[[bytes, list[tuple[int, int]]], Iterator[Piece]]
    values: Callable[[bytes], Iterator[bytes]]
