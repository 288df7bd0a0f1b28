"""The review in a terminal: the worst first, what is usual in one line a type, and last what nobody could see."""

from collections.abc import Iterable, Iterator, Sequence

from unleak.model.review import Age, Judged, Review, Weight
from unleak.report.investigation.ink import Cell, Ink, Style, draw, row
from unleak.report.investigation.words import counted, lasting, listed, minute, named, said, stamp, tail, wrapped
from unleak.report.review.gaps import gaps
from unleak.report.review.types import short, types

_MOST_NEW, _MOST_OLD, _MOST_TYPES, _MOST_GAPS, _MOST_UNMET = 60, 40, 40, 25, 20
_NARROWEST = 80
_WEIGHTS = list(Weight)


def to_text(found: Review, *, colour: bool = False, width: int = 110, every: bool = False) -> str:
    """What is left out is counted. `every`: nothing is left out of the lists, and harmless things are named too."""
    width = max(width, _NARROWEST)
    ours, new, old = found.of(Age.BY_INCIDENT), found.of(Age.SINCE_LEAK), worth_a_look(found, every=every)
    lines = [Ink(headline(found), Style.BAD if found.worries else Style.HEAD)]
    lines += [Ink(line, Style.SOFT) for line in wrapped(whence(found), width)]
    for title, part in (
        (f"Brought about by the incident ({len(ours):,})", _things(found, ours, width, _cap(_MOST_NEW, every))),
        (f"Made since the leak, by nobody known ({len(new):,})", _things(found, new, width, _cap(_MOST_NEW, every))),
        ("Older or undated, and worth a look", _things(found, old, width, _cap(_MOST_OLD, every))),
        ("Everything, by type", _types(found, width, _cap(_MOST_TYPES, every))),
        ("Deeds of the incident of which nothing was met", _unmet(found, width, _cap(_MOST_UNMET, every))),
        ("Could not be looked at", _gaps(found, width, _cap(_MOST_GAPS, every))),
        ("To know", _remarks(found, width)),
    ):
        inks = list(part)
        if inks:
            lines += [Ink(""), Ink(title, Style.HEAD), *inks]
    return draw(lines, colour=colour)


def _cap(most: int, every: bool) -> int:  # noqa: FBT001  a reader sees which list it is about
    return 1_000_000_000 if every else most


def headline(found: Review) -> str:
    ours, new = len(found.of(Age.BY_INCIDENT)), len(found.of(Age.SINCE_LEAK))
    grave = len(found.worries) - ours - new
    leak = "since the leak" if found.since else "since the leak: nobody said when that was"
    said_ = [f"{ours:,} by the incident", f"{new:,} {leak}", f"{grave:,} older and grave"]
    gap = f"; {counted(len(found.unseen), 'gap')}" if found.unseen else ""
    return ", ".join(said_) + gap


def whence(found: Review) -> str:
    accounts = found.accounts[0] if len(found.accounts) == 1 else counted(len(found.accounts), "account")
    asked = f"{counted(found.calls, 'call')} ({found.throttled:,} throttled) in {lasting(found.seconds)}"
    leak = f"leaked {stamp(found.since)} UTC; " if found.since else ""
    things = f"{counted(len(found.judged), 'thing')} in {counted(len(found.regions), 'region')}"
    whose = f"account {accounts}" if len(found.accounts) == 1 else accounts
    return f"{whose}: {leak}{things}; {asked}"


def worth_a_look(found: Review, *, every: bool) -> tuple[Judged, ...]:
    least = Weight.LOW if every else Weight.MEDIUM
    old = (j for j in found.judged if j.age in {Age.OLDER, Age.UNDATED})
    return tuple(j for j in old if every or _WEIGHTS.index(j.thing.weight) <= _WEIGHTS.index(least))


def _things(found: Review, judged: Sequence[Judged], width: int, most: int) -> Iterator[Ink]:
    many = len(found.accounts) > 1
    things = ordered(judged)
    for one in things[:most]:
        thing = one.thing
        grave = thing.weight is Weight.HIGH or one.age is Age.BY_INCIDENT
        cells = (
            Cell(thing.account if many else ""),
            Cell(said(thing.region, 16), pad=14),
            Cell(short(thing.type), 18),
            Cell(said(thing.name, 60), 20),
            Cell(_when(one)),
            Cell(f"{said(one.deed, 12)} by {tail(one.by)}" if one.deed else ""),
            Cell(said(thing.detail, 80), 10),
        )
        yield Ink(row(cells, width), Style.BAD if grave else Style.PLAIN)
        yield from (Ink(f"      {line}", Style.WARN) for c in thing.concerns for line in wrapped(said(c), width - 6))
    if len(things) > most:
        yield Ink(f"  and {len(things) - most:,} more: --all, or --format json", Style.SOFT)


def ordered(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """The gravest first."""
    return tuple(sorted(judged, key=_order))


def _order(one: Judged) -> tuple[object, ...]:
    thing = one.thing
    return (_WEIGHTS.index(thing.weight), thing.account, thing.region, thing.type, thing.name)


def _when(one: Judged) -> str:
    return minute(one.thing.created_at) if one.thing.created_at else "undated"


def _types(found: Review, width: int, most: int) -> Iterator[Ink]:
    by_number = types(found)
    for kind, number, ages in by_number[:most]:
        yield Ink(row((Cell(f"{number:>6,}"), Cell(kind, 20, pad=36), Cell(ages)), width))
    if len(by_number) > most:
        rest = sum(number for _, number, _ in by_number[most:])
        yield Ink(f"  and {rest:,} of {counted(len(by_number) - most, 'other type')}", Style.SOFT)


def _unmet(found: Review, width: int, most: int) -> Iterator[Ink]:
    """Taken away, gone since, or of a kind that is not looked at: the trail knows, the account does not."""
    for fact in found.unmet[:most]:
        cells = (Cell(minute(fact.at)), Cell(said(fact.deed, 12), pad=8), Cell(short(fact.type), 18),
                 Cell(named(fact.arn), 24), Cell(said(fact.detail, 80), 10), Cell(f"by {tail(fact.by)}"))  # fmt: skip
        yield Ink(row(cells, width))
    if len(found.unmet) > most:
        yield Ink(f"  and {len(found.unmet) - most:,} more", Style.SOFT)


def _gaps(found: Review, width: int, most: int) -> Iterator[Ink]:
    all_of_them = gaps(found.unseen)
    for gap in all_of_them[:most]:
        told = gap.told(of_many=len(found.accounts) > 1)
        yield from (Ink(line, Style.WARN) for line in wrapped(told, width, "  ", "    "))
    if len(all_of_them) > most:
        yield Ink(f"  and {counted(len(all_of_them) - most, 'other reason')}", Style.SOFT)


def _remarks(found: Review, width: int) -> Iterator[Ink]:
    for line in to_know(found):
        yield from (Ink(text, Style.SOFT) for text in wrapped(line, width, "  ", "    "))


def to_know(found: Review) -> Iterable[str]:
    off = sorted({region for _, region in found.regions_off})
    if off:
        yield f"not enabled, so that nothing can stand there: {listed(off, 20)}"
    if found.regions_left_out:
        yield f"enabled, and not looked at as others were asked for: {listed(found.regions_left_out, 20)}"
    if found.absent:
        regions = {(u.account, u.region) for u in found.absent}
        reasons = list(dict.fromkeys(said(u.why, 80) for u in found.absent))
        yield f"not offered or not subscribed to, in {counted(len(regions), 'place')}: {listed(reasons, 6)}"
    yield from (said(r, 300) for r in found.remarks)
