"""Who it was, as far as a trail can tell: addresses, tools, places, hours; and who came near."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from unleak.model.investigation import Certainty, Investigation, OwnUse, PrincipalSeen
from unleak.report.investigation.tools import tools_used
from unleak.report.investigation.words import counted, listed, named, said, stamp

_BLOCKS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Near:
    """A principal that came near. `certainty` is empty where there is nothing to doubt."""

    name: str
    arn: str
    is_in: bool
    why: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Who:
    """Texts with their numbers of calls, most first. `hours` is calls for each hour of the day in UTC."""

    addresses: tuple[tuple[str, int, bool], ...]
    tools: tuple[tuple[str, int, bool], ...]
    agents: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    hours: tuple[int, ...]
    own_use: str

    @property
    def clock(self) -> str:
        """24 blocks, from 00 to 23 UTC; an hour with any call is not empty."""
        most = max(self.hours, default=0) or 1
        return "".join(_BLOCKS[min(8, -(-8 * n // most))] for n in self.hours)


def who(found: Investigation) -> Who:
    """`shared` addresses were a rightful caller's as well; a tool is marked where it is made for attacks."""
    shared = set(found.shared_addresses)
    hours = Counter(c.at.astimezone(UTC).hour for c in found.calls)
    return Who(
        addresses=tuple((said(a, 45) or "none told", n, a in shared) for a, n in _most(found.addresses)),
        tools=tuple((t.name, n, t.is_attack_tool) for t, n in tools_used(found.agents)),
        agents=tuple((said(a, 120) or "none told", n) for a, n in _most(found.agents)),
        regions=tuple((said(r, 25) or "none told", n) for r, n in _most(Counter(c.region for c in found.calls))),
        hours=tuple(hours[h] for h in range(24)),
        own_use=_own(found.own_use),
    )


def near(found: Investigation) -> tuple[Near, ...]:
    """Those that are in come first."""
    return tuple(map(_near, sorted(found.principals, key=lambda p: not p.is_in)))


def suspects(found: Investigation) -> tuple[Near, ...]:
    return tuple(map(_near, found.suspects))


def _near(one: PrincipalSeen) -> Near:
    sure = one.certainty is Certainty.CERTAIN
    return Near(named(one.arn), said(one.arn, 160), one.is_in, said(one.why, 160), "" if sure else one.certainty.value)


def _most(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))


def _own(use: OwnUse) -> str:
    """The rightful holder's own work, which is blamed on nobody."""
    if not use.before and not use.since:
        return ""
    where = f", from {listed([said(a, 45) for a in use.addresses], 3)}" if use.addresses else ""
    last = f", last at {stamp(use.last_at)} UTC" if use.last_at else ""
    return f"{counted(use.before, 'call')} before the leak and {use.since:,} since{where}{last}"
