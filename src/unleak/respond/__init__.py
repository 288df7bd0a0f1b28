"""The loop.

1. Fold the record.
2. Ask the playbook what is due; stop when nothing is.
3. Run a check: its evidence, or why it could not look, is one entry.
4. Propose a change that nobody has approved yet, so that a person can see it.
5. Act: work out the change, store the intent with its before-image, only then change, then store the outcome.
   Where a crash left an intent open, look whether it took effect; else apply the same change again.
6. Verify: one look with fresh clients is one entry; the fold says what the looks add up to.
7. Lift what was set for a time, and has had it.
8. Whoever loses the race for an entry number folds again; no effect happens before its intent is stored.
"""

from unleak.model.entry import Looked
from unleak.model.errors import Misuse, RecordConflict
from unleak.model.incident import Incident
from unleak.model.plan import Plan, Planned, Task
from unleak.playbook import playbook
from unleak.respond.acting import act, check, look, show
from unleak.respond.taking_back import lift, restore, undo
from unleak.respond.units import ACTIONS, CHECKS, CONTAINS, STOPS
from unleak.respond.world import World, append

__all__ = ["ACTIONS", "CHECKS", "CONTAINS", "STOPS", "World", "respond", "restore", "undo"]


def respond(world: World, incident_id: str) -> tuple[Incident, Plan]:
    """Does what is due now, and returns how the incident and its plan stand then. Safe to call again at any time."""
    incident = world.record.incident(incident_id)  # 1
    if incident.seq == 0:
        raise Misuse(f"there is no incident {incident_id}", "`unleak incident list` shows which there are")
    while True:
        plan = playbook(incident, world.clock.now())  # 2
        if not plan.steps:
            return incident, plan
        world.on_begin(plan.steps[0])
        try:
            incident = _carry_out(world, incident, plan.steps[0])
        except RecordConflict:
            incident = world.record.incident(incident_id)  # 8


def _carry_out(world: World, incident: Incident, planned: Planned) -> Incident:
    step = planned.step
    if planned.task is Task.CHECK:
        return append(world, incident, check(world, incident, step))  # 3
    if planned.task is Task.PROPOSE:
        return show(world, incident, step)  # 4
    if planned.task is Task.ACT:
        return act(world, incident, step)  # 5
    if planned.task is Task.LIFT:
        return lift(world, incident, step)  # 7
    return append(world, incident, Looked(step, look(world, incident, step)))  # 6
