"""An incident of the record as a story."""

from unleak.investigate.calls import call_from_line
from unleak.model.call import Call
from unleak.model.incident import Incident
from unleak.model.plan import Plan
from unleak.playbook import playbook
from unleak.report.story import Story, tell
from unleak.respond import ACTIONS, CHECKS, World
from unleak.store.record import Record

TITLES = {c.id: c.title for c in CHECKS.values()} | {a.id: a.title for a in ACTIONS.values()}


def story_of(world: World, incident: Incident, plan: Plan | None = None) -> Story:
    plan = plan or playbook(incident, world.clock.now())
    return tell(incident, plan, calls_from(world.record, incident), TITLES, world.clock.now())


def calls_from(record: Record, incident: Incident) -> list[Call]:
    """The calls of every credential, as the last reading of the trail kept them."""
    lines = [line for read in incident.calls.values() for line in record.load(read.exhibit)]
    return [call_from_line(line) for line in lines]
