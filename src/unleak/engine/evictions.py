"""What the attacker left in an account, and how far it is out: a row for each thing. Pure, but for asking."""

from unleak.engine.decisions import now_of
from unleak.model.entry import Requested
from unleak.model.evidence import Fact
from unleak.model.incident import Incident
from unleak.model.plan import OutcomeKind, Pending, Plan, Step
from unleak.playbook.eviction import facts_and_steps
from unleak.report.eviction import BY_HAND, DONE, DUE, FAILED, OUT, WAITS, Left
from unleak.respond import World
from unleak.scan.words import without_secret

Known = list[tuple[Fact, tuple[Step, ...]]]
_KEEPS = "disks are kept before machines are terminated"
_GIVEN_UP = frozenset({OutcomeKind.REFUSED, OutcomeKind.FAILED, OutcomeKind.ASK})


def left(incident: Incident, plan: Plan) -> list[Left]:
    """A row for each fact, with the change that takes it out."""
    pending = {p.step.id: p for p in plan.pending}
    rows = []
    known = facts_and_steps(incident)
    for fact, steps in [*_disks_kept(incident, known), *known]:
        step = _told_step(incident, steps)
        state = incident.action(step) if step else None
        waits = pending.get(step.id) if step else None
        change = (waits.change if waits else None) or (state.change or state.proposal if state else None)
        told, why = _state(incident, step.id if step else "", waits)
        rows.append(
            Left(
                fact.arn, fact.type, fact.deed, fact.detail, fact.by, fact.at, fact.event_id, told,
                step.id if step else "", change.summary if change else "", why,
                change.breaks if change else "", change.undo if change else "",
            )
        )  # fmt: skip
    return rows


def is_wholly_known(incident: Incident) -> bool:
    """Whether the trail was read, and in full: else more may stand than is listed."""
    followed = [c for c in incident.checks.values() if c.step.unit == "descent"]
    return bool(followed) and not any(c.unknown for c in followed)


def ask_to_keep(world: World, incident: Incident, who: str, why: str) -> Incident:
    """Of every machine that would be terminated: it waits until its disks are kept."""
    lost = {s.target for _, steps in facts_and_steps(incident) for s in steps if s.unit == "terminate_instance"}
    asked = [Step("snapshot_disks", target) for target in sorted(lost)]
    new = [Requested(s, who, without_secret(why or _KEEPS)) for s in asked if s.id not in incident.requested]
    if new:
        world.record.append(incident.id, incident.seq, [(now_of(world, incident), one) for one in new])
    return world.record.incident(incident.id)


def _disks_kept(incident: Incident, known: Known) -> Known:
    """A row of its own for each machine whose disks are to be kept."""
    machines = {s.target: fact for fact, steps in known for s in steps if s.unit == "terminate_instance"}
    kept = [(fact, Step("snapshot_disks", target)) for target, fact in machines.items()]
    return [(fact, (step,)) for fact, step in kept if step.id in incident.requested]


def _told_step(incident: Incident, steps: tuple[Step, ...]) -> Step | None:
    """The first that is still to do; the last where all is done."""
    return next((s for s in steps if not incident.holds(s)), steps[-1] if steps else None)


def _state(incident: Incident, step_id: str, waits: Pending | None) -> tuple[str, str]:
    if not step_id:
        return BY_HAND, "no action of unleak takes this out: look at it, and take it out by hand"
    state = incident.actions.get(step_id)
    if state is not None and state.holds:
        return OUT, ""
    if waits is not None:
        return WAITS, waits.needs
    if state is None or state.outcome is None:
        gone = state is not None and state.shown and state.proposal is None
        return (OUT, "it is gone already") if gone else (DUE, "")
    if state.outcome.kind in _GIVEN_UP:
        return FAILED, state.outcome.detail
    return DONE, state.verdict.reason if state.verdict else ""
