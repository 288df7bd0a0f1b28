"""A part of a text that says something else once it is decoded."""

from collections.abc import Callable, Iterator

from unleak.model.value import Value
from unleak.scan.detector import Anchor


class Piece(Value):
    """Bytes `start` to `end` of a text, decoded."""

    _unshown = frozenset({"data"})

    start: int
    end: int
    data: bytes


class Encoding(Value):
    """`anchor`: where it may hide the beginning of a value. `pieces` reads what stands around spans of a text, in their
    order; `values` decodes a whole word, once and again.
    """

    name: str
    anchor: Anchor
    pieces: Callable[[bytes, list[tuple[int, int]]], Iterator[Piece]]
    values: Callable[[bytes], Iterator[bytes]]
