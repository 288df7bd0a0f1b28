"""The reach of a key for people: the worst first, a hundred columns wide, long lists cut short."""

import textwrap
from collections import Counter
from collections.abc import Iterator

from unleak.iam.way import Rank, Reach, Step, Way

_WIDTH, _PATTERNS, _VALUES = 100, 3, 5
_SERVICE, _ACCOUNT, _NAME = 2, 4, 5  # parts of an ARN
_MOST = {
    Rank.ADMINISTRATOR: 4,
    Rank.MORE_RIGHTS: 3,
    Rank.UNCONTAINED: 6,
    Rank.PRINCIPAL: 8,
    Rank.ELSEWHERE: 3,
    Rank.READS: 8,
    Rank.DESTROYS: 4,
    Rank.BLINDS: 5,
    Rank.MAKES: 6,
}
_TITLES = {
    Rank.ADMINISTRATOR: "can become administrator",
    Rank.MORE_RIGHTS: "can give itself more rights",
    Rank.UNCONTAINED: "can undo its containment",
    Rank.PRINCIPAL: "can become others",
    Rank.ELSEWHERE: "may reach other accounts",
    Rank.READS: "can reach data",
    Rank.DESTROYS: "can destroy",
    Rank.BLINDS: "can blind you",
    Rank.MAKES: "can make",
}
_WITH_PATH = (Rank.ADMINISTRATOR, Rank.MORE_RIGHTS, Rank.PRINCIPAL)


def reach_lines(reach: Reach) -> Iterator[str]:
    """A line on what is the worst, then a paragraph for each rank."""
    yield f"  reach      {_worst(reach)}"
    for rank in Rank:
        ways = [way for way in reach.ways if way.rank is rank]
        if ways:
            yield from _of_rank(rank, ways)
    if reach.is_administrator:
        yield from _wrapped("what an administrator reaches besides is not listed: everything", "    ")
    if reach.unread or reach.unread_limits:
        yield "    not known:"
        yield from _cut([*reach.unread, *reach.unread_limits], _VALUES)


def _worst(reach: Reach) -> str:
    if not reach.ways:
        return "nothing of what is looked for"
    worst = reach.ways[0]
    if worst.rank is not Rank.ADMINISTRATOR:
        return f"no way to administrator was found; {_count(len(reach.ways), 'other way')} to harm"
    held = f"administrator in {_count(len(worst.steps), 'step')}" if worst.steps else "administrator already"
    return f"{held}{', on conditions' if worst.is_conditional else ''}"


def _of_rank(rank: Rank, ways: list[Way]) -> Iterator[str]:
    yield f"    {_TITLES[rank]}{f', {len(ways)} ways' if len(ways) > 1 else ''}:"
    most = _MOST[rank]
    if rank in _WITH_PATH:
        for number, way in enumerate(ways[:most], 1):
            yield from _path(number, way)
        shown = min(most, len(ways))
    else:
        nearest = {way.gain: way for way in reversed(ways)}
        alike = Counter(way.gain for way in ways)
        gains = list(dict.fromkeys(way.gain for way in ways))[:most]
        for gain in gains:
            yield from _wrapped(_told(nearest[gain], alike[gain] - 1), "      ")
        shown = sum(alike[gain] for gain in gains)
    if len(ways) > shown:
        yield f"      and {len(ways) - shown} more (--format json)"


def _path(number: int, way: Way) -> Iterator[str]:
    end = "; ".join(filter(None, (way.why, *way.conditions)))
    if not way.steps:
        yield from _wrapped(f"{number}. {way.gain}: {end}", "      ")
    elif way.rank is Rank.PRINCIPAL:
        yield from _wrapped(f"{number}. {way.gain}: {_last_of(way)}", "      ")
    else:
        gain = "" if way.rank is Rank.ADMINISTRATOR else f"{way.gain}, "
        yield f"      {number}. {gain}in {_count(len(way.steps), 'step')}:"
        for line in (*map(_step, way.steps), end):
            yield from _wrapped(line, "         ")


def _step(step: Step) -> str:
    conditions = "".join(f"; {c}" for c in step.conditions)
    to = "itself" if step.to == step.by else _short(step.to)
    return f"{_short(step.by)}: {' + '.join(step.actions)} -> {to} ({step.how}{conditions})"


def _last_of(way: Way) -> str:
    """Its last step, and from whom where that is not the key's own principal. JSON has them all."""
    last = way.steps[-1]
    via = f", from {_short(last.by)} ({_count(len(way.steps), 'step')})" if len(way.steps) > 1 else ""
    return f"{' + '.join(last.actions)} ({last.how}){via}{_conditions(way)}"


def _told(way: Way, alike: int) -> str:
    """The nearest way to a gain; `alike`: how many more there are, on other things or as somebody else."""
    on = ["all" if pattern == "*" else _short(pattern) for pattern in way.on]
    more = f" and {len(on) - _PATTERNS} more" if len(on) > _PATTERNS else ""
    where = "" if way.rank is Rank.UNCONTAINED else f": {', '.join(on[:_PATTERNS])}{more}"
    as_whom = f", as {_short(way.steps[-1].to)}" if way.steps else ""
    others = f"; {_count(alike, 'more way')}" if alike else ""
    return f"{way.gain} ({way.actions[0]}){where}{as_whom}{_conditions(way)}{others}"


def _conditions(way: Way) -> str:
    every = (*way.conditions, *(c for step in way.steps for c in step.conditions))
    return "".join(f"; {c}" for c in dict.fromkeys(every))


def _short(arn: str) -> str:
    """What an ARN names, without partition, region and account; for most services, after the service."""
    parts = arn.split(":", _NAME)
    if parts[0] != "arn" or len(parts) <= _NAME:
        return arn
    is_ours = parts[_SERVICE] in {"iam", "s3"} and "*" not in parts[_ACCOUNT]
    return parts[_NAME] if is_ours else f"{parts[_SERVICE]} {parts[_NAME]}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"


def _cut(lines: list[str], most: int) -> Iterator[str]:
    for line in lines[:most]:
        yield from _wrapped(line, "      ")
    if len(lines) > most:
        yield f"      and {len(lines) - most} more (--format json)"


def _wrapped(text: str, indent: str) -> list[str]:
    further = indent + "  "
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    )
