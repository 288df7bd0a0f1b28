"""A check run, a change shown, made and looked at: each ends in one entry."""

from typing import TYPE_CHECKING

from unleak.model.entry import Checked, Concluded, Intended, Proposed
from unleak.model.errors import UnleakError, Unreachable
from unleak.model.incident import Incident
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Step, Tri
from unleak.respond.guards import allow
from unleak.respond.units import ACTIONS, CHECKS
from unleak.respond.world import World, append, as_ours, context_of, failure, sentence_of

if TYPE_CHECKING:
    from unleak.model.evidence import Evidence


def check(world: World, incident: Incident, step: Step) -> Checked:
    """What was found before an error is not lost."""
    found: list[Evidence] = []
    try:
        with as_ours(step):
            found.extend(CHECKS[step.unit].run(context_of(world, incident, step), step.target))
    except UnleakError as error:
        return Checked(step, tuple(found), sentence_of(error), may_retry=isinstance(error, Unreachable))
    return Checked(step, tuple(found))


def show(world: World, incident: Incident, step: Step) -> Incident:
    try:
        with as_ours(step):
            change = ACTIONS[step.unit].propose(context_of(world, incident, step), step.target)
    except UnleakError as error:
        return append(world, incident, Concluded(step, failure(error)))
    return append(world, incident, Proposed(step, change))


def act(world: World, incident: Incident, step: Step) -> Incident:
    action, context = ACTIONS[step.unit], context_of(world, incident, step)
    state = incident.action(step)
    if state is not None and state.is_open and state.change is not None:
        return _finish_open(world, incident, step, state.change)
    try:
        allow(world, incident, step)
        with as_ours(step):
            change = action.propose(context, step.target)
    except UnleakError as error:
        return append(world, incident, Concluded(step, failure(error)))
    if change is None:
        return append(world, incident, Concluded(step, Outcome(OutcomeKind.ALREADY, "it stands so already")))
    if state is not None and state.approval is not None and state.approval.digest != change.digest(step):
        # The account has moved on since a person approved: they must see what would change now.
        return append(world, incident, Proposed(step, change))
    intended = append(world, incident, Intended(step, change))
    return _apply(world, intended, step, change)


def _finish_open(world: World, incident: Incident, step: Step, change: Change) -> Incident:
    """A process ended between intent and outcome: nobody knows whether the change took effect, so look."""
    seen = look(world, incident, step)
    if seen.in_place is Tri.YES:
        return append(world, incident, Concluded(step, Outcome(OutcomeKind.DONE, f"{change.summary} (found done)")))
    try:
        allow(world, incident, step)
    except UnleakError as error:
        return append(world, incident, Concluded(step, failure(error)))
    return _apply(world, incident, step, change)


def _apply(world: World, incident: Incident, step: Step, change: Change) -> Incident:
    try:
        with as_ours(step):
            outcome = ACTIONS[step.unit].apply(context_of(world, incident, step), step.target, change)
    except UnleakError as error:
        outcome = failure(error)
    return append(world, incident, Concluded(step, outcome))


def look(world: World, incident: Incident, step: Step) -> Look:
    state = incident.action(step)
    change = state.change if state else None
    try:
        with as_ours(step):
            return ACTIONS[step.unit].verify(context_of(world, incident, step), step.target, change)
    except UnleakError as error:
        return Look(Tri.COULD_NOT_LOOK, detail=sentence_of(error))
