"""Changes taken back: by a person, when an incident is over, or when their time is up; or handed over to an heir."""

from datetime import timedelta

from unleak.model.entry import HandedOver, Inherited, UndoConcluded, UndoIntended
from unleak.model.errors import Misuse, UnleakError
from unleak.model.incident import UNLEAK, ActionState, Incident
from unleak.model.plan import Change, Outcome, OutcomeKind, Step, Tri
from unleak.playbook import may_restore, may_undo, why_not_restore
from unleak.respond.acting import look
from unleak.respond.guards import allow
from unleak.respond.units import ACTIONS, CONTAINS
from unleak.respond.world import World, append, as_ours, context_of, failure, sentence_of


def undo(world: World, incident_id: str, step_id: str, *, who: str, why: str) -> tuple[Incident, Outcome]:
    """Takes back one change of ours, all its rounds. Raises Misuse where there is none, or where it must stay."""
    incident = world.record.incident(incident_id)
    asked = incident.actions.get(step_id) or _named(incident, step_id)
    rounds = incident.same_change(asked.step) if asked else []
    state = next((a for a in rounds if a.intended_at is not None), None)
    if state is None or state.change is None:
        raise Misuse(f"{step_id} is no change that {incident_id} made", "`unleak incident show` lists them")
    if state.handed_to:
        raise Misuse(
            f"{step_id} is {state.handed_to}'s now", f"take it back there: `unleak incident undo {state.handed_to}`"
        )
    if reason := may_undo(incident, state):
        raise Misuse(f"{step_id} stays: {reason}", "")
    allow(world, incident, state.step, undoing=True)
    if heir := _still_needed_by(world, incident, state):
        return _hand_over(world, incident, state, heir)
    return _take_back(world, incident, state, who=who, why=why)


def _named(incident: Incident, name: str) -> ActionState | None:
    """By the unit and the last part of its target, `stop_instance:i-0123`: the last round that is not taken back."""
    unit, _, target = name.partition(":")
    mine = [
        a for a in incident.actions.values() if a.step.unit == unit and target in {a.step.target.name, a.step.target.id}
    ]
    return max((a for a in mine if a.intended_at and not a.is_lifted), key=lambda a: a.step.round, default=None)


def restore(world: World, incident_id: str, *, who: str, why: str) -> tuple[Incident, list[tuple[str, Outcome]]]:
    """Lifts every deny of an incident that is over, the latest first. Raises Misuse where it is not over.

    A credential that leaked stays as it is; what a person asked for beside the table stays too.
    """
    incident = world.record.incident(incident_id)
    if reason := why_not_restore(incident, world.clock.now()):
        raise Misuse(f"{incident_id} is not to be restored yet: {reason}", f"`unleak incident show {incident_id}`")
    applied = [a for a in incident.actions.values() if a.intended_at and _was_done(a) and not may_restore(incident, a)]
    latest = sorted(applied, key=lambda a: a.intended_at or world.clock.now(), reverse=True)
    outcomes: list[tuple[str, Outcome]] = []
    for state in latest:
        if not ACTIONS[state.step.unit].reversible or state.handed_to or _is_taken_back(incident, state):
            continue
        if state.step.id in incident.requested or state.step.unit not in CONTAINS:
            continue
        allow(world, incident, state.step, undoing=True)
        if heir := _still_needed_by(world, incident, state):
            incident, outcome = _hand_over(world, incident, state, heir)
        else:
            incident, outcome = _take_back(world, incident, state, who=who, why=why, restoring=True)
        outcomes.append((state.step.id, outcome))
    return incident, outcomes


def _was_done(state: ActionState) -> bool:
    return state.outcome is not None and state.outcome.kind in _DONE


def _is_taken_back(incident: Incident, state: ActionState) -> bool:
    """In one of its rounds, and seen through."""
    return any(a.undone is not None and a.undone.kind in _DONE for a in incident.same_change(state.step))


_DONE = {OutcomeKind.DONE, OutcomeKind.ALREADY}


def lift(world: World, incident: Incident, step: Step) -> Incident:
    """The change that was set for a time has had it. Another incident that needs it inherits it."""
    state = incident.action(step)
    if state is None:
        return incident
    try:
        if step.unit != "break_glass":  # no switch and no limit keeps access from being taken away again
            allow(world, incident, step)
    except UnleakError as error:
        begun = append(world, incident, UndoIntended(step, UNLEAK, "its time is up"))
        return append(world, begun, UndoConcluded(step, Outcome(OutcomeKind.FAILED, sentence_of(error))))
    if heir := _still_needed_by(world, incident, state):
        return _hand_over(world, incident, state, heir)[0]
    return _take_back(world, incident, state, who=UNLEAK, why="its time is up")[0]


def _take_back(
    world: World, incident: Incident, state: ActionState, *, who: str, why: str, restoring: bool = False
) -> tuple[Incident, Outcome]:
    step, change = state.step, state.change or Change("", "", "")
    incident = append(world, incident, UndoIntended(step, who, why, restoring))
    try:
        with as_ours(step):
            context = context_of(world, incident, step)
            before = [ACTIONS[step.unit].undo(context, step.target, other) for other in state.earlier]
            outcome = ACTIONS[step.unit].undo(context, step.target, change)
            outcome = next((o for o in before if o.kind is OutcomeKind.ASK), outcome)
        if outcome.kind is OutcomeKind.DONE and step.unit not in _SHARED:  # AWS may have attached its own as well
            outcome = _looked_after(world, incident, step, outcome)
    except UnleakError as error:
        outcome = failure(error)
    return append(world, incident, UndoConcluded(step, outcome)), outcome


_LOOKS, _PAUSE = 4, timedelta(seconds=2)


def _looked_after(world: World, incident: Incident, step: Step, outcome: Outcome) -> Outcome:
    """Whether it is gone, seen by fresh clients; what IAM answers may be some seconds old."""
    for n in range(_LOOKS):
        seen = look(world, incident, step)
        if seen.in_place is not Tri.YES:
            break
        if n < _LOOKS - 1:
            world.clock.sleep_until(world.clock.now() + _PAUSE)
    if seen.in_place is Tri.YES:
        return Outcome(OutcomeKind.FAILED, f"{outcome.detail}, but it is still seen to stand: {seen.detail}")
    if seen.in_place is Tri.COULD_NOT_LOOK:
        return Outcome(outcome.kind, f"{outcome.detail}; whether it is gone could not be looked at: {seen.detail}")
    return outcome


_SHARED = {"attach_quarantine"}


def _hand_over(world: World, incident: Incident, state: ActionState, heir_id: str) -> tuple[Incident, Outcome]:
    """The heir first: after a crash in between, both know of the change and neither has lost it."""
    heir, step = world.record.incident(heir_id), state.step
    theirs = heir.action(step)
    if state.change is not None and theirs is not None and theirs.intended_at is None:
        append(world, heir, Inherited(step, state.change, incident.id))
    outcome = Outcome(OutcomeKind.ALREADY, f"handed over to {heir_id}, which still needs it")
    return append(world, incident, HandedOver(step, heir_id)), outcome


def _still_needed_by(world: World, incident: Incident, state: ActionState) -> str:
    """Another incident that relies on the very thing that this change made; empty where there is none.

    What bears the incident in its name is its own: another incident that needs the like has made one for itself.
    """
    if state.step.unit not in _SHARED or (state.change is not None and state.change.after.get("way") != "policy"):
        return ""
    for other_id in world.record.incident_ids():
        other = world.record.incident(other_id)
        theirs = other.action(state.step)
        if other_id != incident.id and theirs is not None and theirs.is_needed and not other.is_lifted(state.step):
            return other_id
    return ""
