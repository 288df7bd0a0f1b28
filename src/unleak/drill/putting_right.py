"""The second half of a drill: what the attacker left is taken out, the key goes, the denies are lifted; and the account
is what it was before, but for the leaked key.

A person agrees to everything that is shown: here the drill does.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from unleak.engine.local import run
from unleak.model.entry import Approved
from unleak.model.incident import Incident
from unleak.model.plan import Plan
from unleak.playbook import why_not_restore
from unleak.respond import World, restore

_HOUR = timedelta(hours=1)
_A_WHILE = timedelta(minutes=25)
"""The trail is read again 6 and 16 minutes after a change."""
_SOAK = timedelta(days=8)
_LAST_SESSION = timedelta(hours=37)
_ROUNDS = 6


@dataclass(slots=True)
class PutRight:
    """`agreed`: the changes that a person approved; `open`: what is left to do by hand; `why_not`: why it could not be
    restored, empty where it was.
    """

    agreed: list[str] = field(default_factory=list)
    by_hand: tuple[str, ...] = ()
    why_not: str = ""


def put_right(world: World, incident_id: str) -> PutRight:
    """Takes days of the world's clock. Safe to call again."""
    done = PutRight()
    _agree_to_all(world, incident_id, done)
    world.clock.sleep_until(world.clock.now() + _SOAK)
    incident, plan = _go_on(world, incident_id, _A_WHILE)
    _agree(world, incident, plan, done)
    incident, plan = _go_on(world, incident_id, _A_WHILE)
    world.clock.sleep_until(world.clock.now() + _LAST_SESSION)
    incident, plan = _go_on(world, incident_id, _A_WHILE)
    done.why_not, done.by_hand = why_not_restore(incident, world.clock.now()), plan.by_hand
    if not done.why_not:
        restore(world, incident_id, who="the drill", why="it is over")
    return done


def take_out(world: World, incident_id: str) -> tuple[Incident, Plan]:
    """Only what the attacker left; the denies stay, and the leaked key."""
    return _agree_to_all(world, incident_id, PutRight())


def _agree_to_all(world: World, incident_id: str, done: PutRight) -> tuple[Incident, Plan]:
    incident, plan = _go_on(world, incident_id, _A_WHILE)
    for _ in range(_ROUNDS):
        if not _agree(world, incident, plan, done):
            break
        incident, plan = _go_on(world, incident_id, _A_WHILE)
    return incident, plan


def _go_on(world: World, incident_id: str, time: timedelta) -> tuple[Incident, Plan]:
    end = world.clock.now() + time
    return run(world, incident_id, goes_on=lambda _: world.clock.now() < end)


def _agree(world: World, incident: Incident, plan: Plan, done: PutRight) -> int:
    now, shown = world.clock.now(), [(p.step, p.change) for p in plan.pending if p.change is not None]
    yes = [Approved.of(step, change, "the drill", "agreed", now + 2 * _HOUR) for step, change in shown]
    if yes:
        world.record.append(incident.id, incident.seq, [(now, one) for one in yes])
    done.agreed += [step.id for step, _ in shown]
    return len(shown)
