"""Where each credential of the tree stands in a picture, and the lines between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, HeldCredential
from unleak.report.investigation.tree import Row
from unleak.report.investigation.words import clipped, counted, named, said, span

_STEP_X, _STEP_Y, _WIDE, _HIGH, _DEEPEST, _EDGE = 150, 52, 236, 40, 6, 12
"""A box is _WIDE by _HIGH; deeper than _DEEPEST they stand below each other and their labels tell the depth."""
_SIGNS = {Origin.LEAKED: "!", Origin.MINTED: "S", Origin.CREATED: "K", Origin.STOLEN: "X"}


@dataclass(frozen=True, slots=True)
class Node:
    """A box at `x`, `y` with its outline `shape`; `line` leads to it from its parent's box, if it has one.

    `origin` is its kind, `sign` one letter for it; `label` and `below` stand in it, `how` beside the line.
    """

    x: int
    y: int
    shape: str
    origin: str
    sign: str
    label: str
    below: str
    how: str
    line: str
    title: str
    is_faint: bool
    is_fold: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    nodes: tuple[Node, ...]


def picture(rows: Sequence[Row]) -> Picture:
    """One row below the other, each deeper one further to the right."""
    places = [(_EDGE + _STEP_X * min(r.depth, _DEEPEST), _EDGE + _STEP_Y * i) for i, r in enumerate(rows)]
    nodes = tuple(_node(row, *places[i], _above(row, places)) for i, row in enumerate(rows))
    width = max((x for x, _ in places), default=0) + _WIDE + _EDGE
    return Picture(width, _EDGE + _STEP_Y * len(rows), nodes)


def _above(row: Row, places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    return None if row.above is None else places[row.above]


def _node(row: Row, x: int, y: int, above: tuple[int, int] | None) -> Node:
    one = row.credential
    return Node(
        x=x,
        y=y,
        shape=_shape(one.origin, x, y),
        origin=one.origin.value,
        sign=_SIGNS[one.origin],
        label=f"+ {row.standing_for:,} more" if row.folded else clipped(said(one.key_id, 30), 26),
        below=clipped(f"{counted(row.events, 'call')} · {named(one.principal_arn, 40)}", 29),
        how=clipped(said(one.how, 40), 20) if above else "",
        line=_line(above, x, y) if above else "",
        title=title_of(row),
        is_faint=not row.used or one.certainty is Certainty.POSSIBLE,
        is_fold=bool(row.folded),
    )


def title_of(row: Row) -> str:
    """All of it in one sentence, for who points at a box or cannot see it."""
    one = row.credential
    use = f"{counted(row.events, 'call')}{_when(one) if not row.folded else ''}"
    who = f"{row.standing_for:,} more, {row.used:,} of them used" if row.folded else said(one.key_id, 40)
    deep = f", {row.depth} deep" if row.depth > _DEEPEST else ""
    why = f"; {said(one.why, 120)}" if one.why and not row.folded else ""
    return f"{who}: {_origin(one)}, as {named(one.principal_arn)}, {use}, {one.certainty.value}{deep}{why}"


def _origin(one: HeldCredential) -> str:
    return f"{one.origin.value}{f' by {said(one.how, 40)}' if one.how else ''}{', shared' if one.shared else ''}"


def _when(one: HeldCredential) -> str:
    when = span(one.first, one.last)
    return f" {when}" if when else ""


def _shape(origin: Origin, x: int, y: int) -> str:
    """Leaked: an octagon. Minted: rounded, as a pill. Created: a box. Stolen: pointed at both ends."""
    right, low, c = x + _WIDE, y + _HIGH, 10
    if origin is Origin.LEAKED:
        return f"M{x + c} {y}H{right - c}L{right} {y + c}V{low - c}L{right - c} {low}H{x + c}L{x} {low - c}V{y + c}Z"
    if origin is Origin.MINTED:
        r = _HIGH // 2
        return f"M{x + r} {y}H{right - r}A{r} {r} 0 0 1 {right - r} {low}H{x + r}A{r} {r} 0 0 1 {x + r} {y}Z"
    if origin is Origin.STOLEN:
        middle = y + _HIGH // 2
        return f"M{x + c} {y}H{right - c}L{right} {middle}L{right - c} {low}H{x + c}L{x} {middle}Z"
    return f"M{x} {y}H{right}V{low}H{x}Z"


def _line(above: tuple[int, int], x: int, y: int) -> str:
    """Down from the parent's box, then right to the child's; at one depth, down on the left of both."""
    from_x = above[0] + 18 if above[0] < x else x - 8
    middle = y + _HIGH // 2
    return f"M{from_x} {above[1] + _HIGH}V{middle}H{x}"
