"""What is gained at those whom a principal reaches."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unleak.iam.account import Holder
from unleak.iam.actor import Actor, Cast, Standing, attaching
from unleak.iam.best_case import Grant
from unleak.iam.escalation import may_rewrite, rewritable, rewrites, switches, unbinds
from unleak.iam.powers import POWERS, UNCONTAIN, Power
from unleak.iam.trust import ASSUME
from unleak.iam.way import Path, Rank, Step, Way

_ADMINISTRATOR, _POWER_USER = "administrator", "everything but to hand out rights"
_BOUNDED = "everything that its boundary and its organisation leave"
_WORTH_OF_STANDING = 1000
_RIGHTS = {
    Standing.ADMINISTRATOR: (Rank.ADMINISTRATOR, _ADMINISTRATOR),
    Standing.POWER_USER: (Rank.MORE_RIGHTS, _POWER_USER),
}
_ACCOUNT = 4  # its part of an ARN


@dataclass(frozen=True, slots=True)
class Reached:
    """`grant`: what makes it more than ordinary."""

    actor: Actor
    path: Path
    standing: Standing
    grant: Grant

    @property
    def label(self) -> str:
        group = f" in group/{self.actor.joined}" if self.actor.joined else ""
        return f"{self.actor.holder.label}{group}"

    @property
    def is_administrator(self) -> bool:
        """Without conditions, as it is."""
        return self.standing is Standing.ADMINISTRATOR and not self.grant.conditions


def own_rights(here: Reached, cast: Cast) -> Iterator[Way]:
    """By what it is, or can make of itself."""
    if here.standing is not Standing.ORDINARY:
        rank, gain = _RIGHTS[here.standing]
        why = f"{here.label} has {here.grant.by.rsplit('/', 1)[-1]}"
        yield Way(rank, gain, here.path.steps, why, conditions=here.grant.conditions)
    if here.is_administrator:
        return
    found = [_rewritten(here, here.path.then(step), cast) for step in rewrites(here.actor, here.actor, cast.details)]
    found += [
        Way(*_RIGHTS[switch.standing], here.path.then(switch.step).steps)
        for switch in switches(here.actor, here.standing, cast)
    ]
    if (step := unbinds(here.actor, here.actor.holder, cast.details)) is not None:
        found += _freed(here, step, cast)
    yield from sorted(found, key=lambda way: way.order)


def _rewritten(whom: Reached, path: Path, cast: Cast) -> Way:
    """Once any permission has been written for it."""
    after = cast.with_everything(whom.actor)
    if after.standing()[0] is Standing.ADMINISTRATOR:
        return Way(Rank.ADMINISTRATOR, _ADMINISTRATOR, path.steps)
    freed = unbinds(after, whom.actor.holder, cast.details)
    if freed and cast.with_everything(whom.actor, bounded=False).standing()[0] is Standing.ADMINISTRATOR:
        return Way(Rank.ADMINISTRATOR, _ADMINISTRATOR, path.then(freed).steps)
    return Way(Rank.MORE_RIGHTS, _BOUNDED, path.steps)


def _freed(here: Reached, step: Step, cast: Cast) -> Iterator[Way]:
    standing, grant = cast.unbounded(here.actor).standing()
    if standing > here.standing:
        rank, gain = _RIGHTS[standing]
        why = f"{here.label} has {grant.by.rsplit('/', 1)[-1]}"
        yield Way(rank, gain, here.path.then(step).steps, why, conditions=grant.conditions)


def others_rewritten(everyone: Sequence[Reached], cast: Cast) -> Iterator[Way]:
    """Somebody reached writes the policies of somebody else reached, who is then more; the first of these for each."""
    plain = [r for r in everyone if not r.is_administrator]
    targets: dict[str, list[Reached]] = defaultdict(list)
    for whom in (r for r in plain if r.path.steps):
        for arn in rewritable(whom.actor, cast.details):
            targets[arn].append(whom)
    for writer in plain:
        if _makes_itself_one(writer, cast):
            continue  # it need not go by another
        written = {w.actor.key: w for found in may_rewrite(writer.actor, targets) for w in found}
        found = (
            _rewritten(whom, _by_way_of(writer.path.then(step), whom.path), cast)
            for whom in sorted(written.values(), key=lambda w: w.path.cost)
            if whom.actor.arn != writer.actor.arn
            for step in rewrites(writer.actor, whom.actor, cast.details)
        )
        yield from _surest(way for way in found if way.rank is Rank.ADMINISTRATOR)


def _makes_itself_one(writer: Reached, cast: Cast) -> bool:
    steps = rewrites(writer.actor, writer.actor, cast.details)
    return any(_rewritten(writer, Path((s,)), cast).rank is Rank.ADMINISTRATOR for s in steps if not s.conditions)


def _surest(ways: Iterator[Way]) -> list[Way]:
    """The first without conditions, else the first; none of none."""
    seen: list[Way] = []
    for way in ways:
        if not way.is_conditional:
            return [way]
        seen.append(way)
    return seen[:1]


def _by_way_of(first: Path, second: Path) -> Path:
    """Both ways, without what they share."""
    return first.then(*(step for step in second.steps if step not in first.steps))


def undoes_containment(everyone: Sequence[Reached], start: Holder) -> Iterator[Way]:
    """What is done to the principal itself once it has been contained. An administrator may do all of it."""
    open_still = dict(UNCONTAIN[start.kind])
    for here in (r for r in everyone if not r.is_administrator):
        for action in [a for a in open_still if here.actor.names(a)]:
            context = attaching(start) if ":Put" in action else {}
            bound = {"iam:permissionsboundary": start.boundary} if start.boundary else {}
            if grant := here.actor.allows(action, start.arn, {**bound, **context}):
                gain = open_still.pop(action)
                yield Way(Rank.UNCONTAINED, gain, here.path.steps, "", (action,), (start.arn,), grant.conditions)


def principals(everyone: Sequence[Reached]) -> Iterator[Way]:
    for here in everyone:
        if here.path.steps:
            worth = len(here.actor.best.named) + _WORTH_OF_STANDING * here.standing
            gain = f"joins group/{here.actor.joined}" if here.actor.joined else f"becomes {here.label}"
            yield Way(Rank.PRINCIPAL, gain, here.path.steps, on=(here.actor.arn,), worth=worth)


def elsewhere(everyone: Sequence[Reached]) -> Iterator[Way]:
    """Roles of other accounts are not in the details of this one."""
    seen: set[str] = set()
    for here in everyone:
        for pattern, grant in here.actor.where(ASSUME) if here.actor.names(ASSUME) else ():
            parts = pattern.split(":")
            foreign = len(parts) <= _ACCOUNT or parts[_ACCOUNT] != here.actor.account
            if foreign and pattern not in seen:
                seen.add(pattern)
                gain = "becomes roles of other accounts, if the other account trusts"
                yield Way(Rank.ELSEWHERE, gain, here.path.steps, "", (ASSUME,), (pattern,), grant.conditions)


def powers(everyone: Sequence[Reached]) -> Iterator[Way]:
    """Each on what nobody nearer has it on. An administrator has them all, and is not asked."""
    open_still, seen = list(POWERS), defaultdict[Power, dict[str, bool]](dict)
    for here in (r for r in everyone if not r.is_administrator):
        for power in list(open_still):
            yield from _power(here, power, seen[power])
            if seen[power].get("*") is False:
                open_still.remove(power)


def _power(here: Reached, power: Power, seen: dict[str, bool]) -> Iterator[Way]:
    """`seen` tells on what it has been told, and whether only under conditions."""
    found: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    by: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for action in filter(here.actor.names, power.actions):
        for pattern, grant in here.actor.where(action):
            open_to_doubt = bool(grant.conditions) or here.path.cost[0]
            if pattern not in seen or (seen[pattern] and not open_to_doubt):
                found[grant.conditions][pattern] = None
                by[grant.conditions][action] = None
    for conditions, on in sorted(found.items()):
        seen.update(dict.fromkeys(on, bool(conditions) or here.path.cost[0]))
        yield Way(power.rank, power.gain, here.path.steps, "", tuple(by[conditions]), tuple(on), conditions, len(on))
