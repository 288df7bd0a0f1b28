"""An account after everything that an attacker can do to it is the account from before, but for the leaked key."""

from dataclasses import replace
from datetime import timedelta

from account_dump import dump_of
from conftest import Site
from unleak.drill.technique import Loot, make
from unleak.drill.techniques.full_compromise import TECHNIQUE
from unleak.engine.local import open_incident, run
from unleak.model.alert import Ground
from unleak.model.entry import Approved
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Plan, Tri
from unleak.respond import World, restore

HOUR = timedelta(hours=1)


def approve_all(world: World, incident: Incident, plan: Plan) -> None:
    """What a person would do who agrees to everything that is shown."""
    now = world.clock.now()
    for pending in plan.pending:
        if pending.change is not None:
            yes = Approved(pending.step, pending.change.digest(pending.step), "sam", "agreed", now + 2 * HOUR)
            seq = world.record.incident(incident.id).seq
            world.record.append(incident.id, seq, [(now, yes)])


def goes_on_for(world: World, incident: Incident, time: timedelta) -> tuple[Incident, Plan]:
    end = world.clock.now() + time
    return run(world, incident.id, goes_on=lambda _: world.clock.now() < end)


def test_the_account_is_as_it_was_before(site: Site) -> None:
    TECHNIQUE.prepare(site.stage)
    before = dump_of(site)
    site.standin.gate.clock.advance(HOUR.total_seconds())
    leaked_at = site.standin.gate.clock.now()
    loot = Loot(site.accounts(), site.stage, {"key": site.stage.victim})
    results = [make(move, loot) for move in TECHNIQUE.moves]
    assert [
        (m.action, r.code) for m, r in zip(TECHNIQUE.moves, results, strict=True) if r.accepted is not Tri.YES
    ] == []
    world = site.world()
    alert = replace(site.alert(Ground.PERSON), leaked_at=leaked_at)
    incident = open_incident(world, alert, Mode.LOCKDOWN, "a test")
    run(world, incident.id)
    incident, plan = goes_on_for(world, incident, HOUR)
    for _ in range(4):
        approve_all(world, incident, plan)
        incident, plan = goes_on_for(world, incident, HOUR)
    print("PENDING", [(p.step.id, p.needs) for p in plan.pending])
    print("BY HAND", *plan.by_hand, sep="\n  ")
    site.standin.gate.clock.advance(timedelta(days=8).total_seconds())
    incident, plan = goes_on_for(world, incident, HOUR)
    approve_all(world, incident, plan)
    incident, plan = goes_on_for(world, incident, HOUR)
    site.standin.gate.clock.advance(timedelta(hours=37).total_seconds())
    incident, plan = goes_on_for(world, incident, HOUR)
    print("BY HAND", *plan.by_hand, sep="\n  ")
    restore(world, incident.id, who="sam", why="it is over")
    assert dump_of(site) == before
