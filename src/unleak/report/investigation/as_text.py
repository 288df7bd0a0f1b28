"""The investigation in a terminal: read in two minutes, from what matters now to how it came about."""

from collections.abc import Iterator, Sequence

from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, Investigation
from unleak.report.investigation.did import ranked
from unleak.report.investigation.ink import Cell, Ink, Style, draw, row
from unleak.report.investigation.stands import Group, counted_things, removed, standing, unsure
from unleak.report.investigation.timeline import Line, timeline
from unleak.report.investigation.tree import Row, rows_of, shown
from unleak.report.investigation.untold import steps, untold
from unleak.report.investigation.verdict import Status, status, verdict
from unleak.report.investigation.who import Near, near, who
from unleak.report.investigation.words import counted, named, said, span, wrapped

_MOST_THINGS, _MOST_OF_A_TYPE, _MOST_GROUPS = 20, 5, 7
_MOST_CREDENTIALS, _DEEPEST = 24, 8
_MOST_TECHNIQUES, _MOST_NEAR, _MOST_UNTOLD = 18, 11, 8
_NARROWEST = 80


def to_text(found: Investigation, *, colour: bool = False, width: int = 100) -> str:
    """At most 200 lines, none wider than `width` (at least 80). What is left out is counted."""
    width = max(width, _NARROWEST)
    lines = [Ink(f"{said(found.leaked, 40)}: {status(found).value.upper()}", _mood(found)), Ink("")]
    lines += [Ink(line) for sentence in verdict(found) for line in wrapped(sentence, width)]
    for title, part in (
        ("What stands", _stands(found, width)),
        ("Credentials", _credentials(found, width)),
        ("What it did", _did(found, width)),
        ("Timeline (UTC)", _timeline(found, width)),
        ("Who", _who(found, width)),
        ("In or out", _near(found, width)),
        ("What the trail does not tell", _untold(found, width)),
        ("Next", _next(found, width)),
    ):
        lines += [Ink(""), Ink(title, Style.HEAD), *part]
    return draw(lines, colour=colour)


def _mood(found: Investigation) -> Style:
    return {Status.ABUSED: Style.BAD, Status.TRIED: Style.WARN, Status.UNSEEN: Style.HEAD}[status(found)]


def _left_out(number: int, what: str) -> Iterator[Ink]:
    if number > 0:
        yield Ink(f"  and {number:,} more {what}", Style.SOFT)


def _stands(found: Investigation, width: int) -> Iterator[Ink]:
    groups = standing(found)
    if not groups:
        yield Ink("  nothing, as far as the trail tells", Style.SOFT)
    room, told_of = _MOST_THINGS, 0
    for group in groups[:_MOST_GROUPS]:
        things = group.things[: min(room, _MOST_OF_A_TYPE)]
        room -= len(things)
        told_of += len(things)
        if things:
            yield Ink(f"  {group.type} ({len(group.things):,})", Style.BAD if group.is_of_principals else Style.PLAIN)
            yield from _things(group, len(things), width)
    yield from _left_out(counted_things(groups) - told_of, "that stand: see the other formats")
    for sentence in (unsure(found), removed(found)):
        yield from (Ink(line, Style.SOFT) for line in wrapped(sentence, width, "  ", "    "))


def _things(group: Group, most: int, width: int) -> Iterator[Ink]:
    for t in group.things[:most]:
        cells = (Cell(t.when), Cell(t.deed, pad=7), Cell(t.name, 24), Cell(t.told, 12), Cell(f"by {t.by}"))
        yield Ink(row(cells, width, "    "))


def _credentials(found: Investigation, width: int) -> Iterator[Ink]:
    rows = rows_of(found)
    few, left_out = shown(rows, _MOST_CREDENTIALS)
    if not few:
        yield Ink("  none is known", Style.SOFT)
    for one in few:
        yield Ink(_fold(one, width) if one.folded else _credential(one, width), _worry(one))
    yield from _left_out(left_out, "credentials, used less or not at all")


def _worry(one: Row) -> Style:
    return Style.PLAIN if one.used and one.credential.certainty is not Certainty.POSSIBLE else Style.SOFT


def _indent(one: Row) -> str:
    deep = min(one.depth, _DEEPEST)
    mark = f"{'└ ' if one.depth <= _DEEPEST else f'└ ({one.depth} deep) '}" if one.depth else ""
    return "  " + "  " * max(deep - 1, 0) + mark


def _credential(one: Row, width: int) -> str:
    c = one.credential
    how = c.origin.value if c.origin is Origin.LEAKED or not c.how else f"{c.origin.value} by {said(c.how, 40)}"
    cells = (
        Cell(said(c.key_id, 36), 20),
        Cell(how, 18),
        Cell(named(c.principal_arn), 14),
        Cell(span(c.first, c.last), 11),
        Cell(counted(c.events, "call") if c.is_used else "not used"),
        Cell(_doubt(one)),
    )
    return row(cells, width, _indent(one))


def _fold(one: Row, width: int) -> str:
    c = one.credential
    how = f"{c.origin.value} by {said(c.how, 40) or 'means not known'}"
    what = f"+ {one.standing_for:,} more of {_role(c.principal_arn)}"
    use = f"{one.used:,} used, {counted(one.events, 'call')}" if one.used else "none used"
    cells = (Cell(what, 24), Cell(how, 18), Cell(use), Cell(_doubt(one)))
    return row(cells, width, _indent(one))


def _doubt(one: Row) -> str:
    """Nothing for what is certain."""
    c = one.credential
    sure = c.certainty is Certainty.CERTAIN
    return ", ".join(filter(None, ("" if sure else c.certainty.value, "shared" if c.shared else "")))


def _role(arn: str) -> str:
    parts = named(arn).split("/")
    return "/".join(parts[:2]) if parts[0] == "role" else named(arn)


def _did(found: Investigation, width: int) -> Iterator[Ink]:
    all_of_it = ranked(found)
    if not all_of_it:
        yield Ink("  no rule matches its calls", Style.SOFT)
    for did in all_of_it[:_MOST_TECHNIQUES]:
        cells = (
            Cell(did.level, pad=8),
            Cell(did.first),
            Cell(did.ids, 9, pad=9),
            Cell(did.title, 20),
            Cell(did.outcome),
        )
        grave = did.level in {"critical", "high"} and did.succeeded > 0
        yield Ink(row(cells, width), Style.BAD if grave else Style.PLAIN)
    yield from _left_out(len(all_of_it) - _MOST_TECHNIQUES, "techniques, less grave")


def _timeline(found: Investigation, width: int) -> Iterator[Ink]:
    lines = timeline(found)
    if not lines:
        yield Ink("  no call", Style.SOFT)
    for line in lines:
        cells = (Cell(span(line.first, line.last), pad=17), Cell(line.who, 5, pad=5), Cell(line.what, 30))
        yield Ink(row(cells, width), _weight(line))


def _weight(line: Line) -> Style:
    if line.is_folded or not line.is_write:
        return Style.SOFT
    return Style.BAD if line.accepted else Style.WARN


def _who(found: Investigation, width: int) -> Iterator[Ink]:
    one = who(found)
    shared = {True: ", its holder's too", False: ""}
    addresses = [f"{a} ({n:,}{shared[s]})" for a, n, s in one.addresses]
    tools = [f"{t} ({n:,}{', made for attacks' if bad else ''})" for t, n, bad in one.tools]
    regions = [f"{r} ({n:,})" for r, n in one.regions]
    yield from _list("addresses", addresses, 8, width, 2)
    yield from _list("tools", tools, 8, width, 2)
    yield from _list("agents", [f"{said(a, 60)} ({n:,})" for a, n in one.agents], 3, width, 3)
    yield from _list("regions", regions, 8, width, 2)
    if any(one.hours):
        yield Ink(row((Cell("hours", pad=10), Cell(f"00 [{one.clock}] 23 UTC")), width))
    if one.own_use:
        yield from _list("its holder", [one.own_use], 1, width, 2)


def _list(name: str, texts: Sequence[str], most: int, width: int, lines: int) -> Iterator[Ink]:
    """Cut to what fits in so many lines."""
    for kept in range(min(most, len(texts)), 0, -1):
        left = len(texts) - kept
        whole = ", ".join(texts[:kept]) + (f", and {left:,} more" if left else "")
        drawn = wrapped(whole, width, f"  {name:<10}  ", " " * 14)
        if len(drawn) <= lines or kept == 1:
            yield from map(Ink, drawn[:lines])
            return


def _near(found: Investigation, width: int) -> Iterator[Ink]:
    all_of_them = near(found)
    if not all_of_them:
        yield Ink("  no principal came near", Style.SOFT)
    inside = [n for n in all_of_them if n.is_in]
    outside = [n for n in all_of_them if not n.is_in]
    room = max(_MOST_NEAR - len(outside), _MOST_NEAR // 2)
    some = [*inside[:room], *outside[: _MOST_NEAR - min(len(inside), room)]]
    yield from (Ink(_principal(n, width), Style.PLAIN if n.is_in else Style.SOFT) for n in some)
    yield from _left_out(len(all_of_them) - len(some), "principals")


def _principal(one: Near, width: int) -> str:
    sure = f" ({one.certainty})" if one.certainty else ""
    return row((Cell("IN" if one.is_in else "out", pad=3), Cell(one.name, 24), Cell(one.why + sure, 20)), width)


def _untold(found: Investigation, width: int) -> Iterator[Ink]:
    lines = untold(found)
    first, *others = lines
    yield from map(Ink, wrapped(first, width, "  ", "    "))
    yield from (Ink(row((Cell(line, 20),), width)) for line in others[: _MOST_UNTOLD - 2])
    yield from _left_out(len(others) - (_MOST_UNTOLD - 2), "such lines")


def _next(found: Investigation, width: int) -> Iterator[Ink]:
    for command, what in steps(found):
        if command:
            yield Ink(f"  {command}", Style.HEAD)
        yield from (Ink(line) for line in wrapped(what, width, "    " if command else "  ", "    "))
