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

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from unleak import contain, evict, inspect, investigate
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.model.clock import Clock
from unleak.model.credential import Vault
from unleak.model.entry import (
    Checked,
    Concluded,
    Entry,
    Event,
    HandedOver,
    Inherited,
    Intended,
    Looked,
    Proposed,
    UndoConcluded,
    UndoIntended,
)
from unleak.model.errors import (
    AccessDenied,
    CouldNotLook,
    Misuse,
    NotNow,
    NotPossible,
    RecordConflict,
    UnleakError,
    Unreachable,
)
from unleak.model.incident import UNLEAK, ActionState, Incident, fold
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Plan, Planned, Step, TargetKind, Task, Tri
from unleak.playbook import may_undo, playbook, why_not_restore
from unleak.store.record import Record
from unleak.unit import Action, Check, Context

if TYPE_CHECKING:
    from unleak.model.evidence import Evidence

CHECKS: dict[str, Check] = {c.id: c for c in (*inspect.CHECKS, *investigate.CHECKS)}
ACTIONS: dict[str, Action] = {a.id: a for a in (*contain.ACTIONS, *evict.ACTIONS)}


@dataclass(frozen=True, slots=True)
class World:
    """What the loop works with. `on_entry` hears of every new entry. `with_leaked`: the leaked key is all that its
    owner has to work with, and may switch itself off.
    """

    config: Config
    record: Record
    aws: Accounts
    clock: Clock
    vault: Vault = field(default_factory=Vault)
    on_entry: Callable[[Entry], None] = lambda _: None
    on_begin: Callable[[Planned], None] = lambda _: None
    with_leaked: bool = False


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
        return _append(world, incident, _check(world, incident, step))  # 3
    if planned.task is Task.PROPOSE:
        return _show(world, incident, step)  # 4
    if planned.task is Task.ACT:
        return _act(world, incident, step)  # 5
    if planned.task is Task.LIFT:
        return _lift(world, incident, step)  # 7
    return _append(world, incident, Looked(step, _look(world, incident, step)))  # 6


def _check(world: World, incident: Incident, step: Step) -> Checked:
    """What was found before an error is not lost."""
    found: list[Evidence] = []
    try:
        with _as_ours(step):
            found.extend(CHECKS[step.unit].run(_context(world, incident, step), step.target))
    except UnleakError as error:
        return Checked(step, tuple(found), _sentence(error), may_retry=isinstance(error, Unreachable))
    return Checked(step, tuple(found))


@contextmanager
def _as_ours(step: Step) -> Iterator[None]:
    """A defect in one unit must not end the containment by the others; its words may hold what must not be printed."""
    try:
        yield
    except UnleakError:
        raise
    except Exception as error:
        raise CouldNotLook(f"{step.unit} failed with {type(error).__name__}", "this is a defect: report it") from error


def _show(world: World, incident: Incident, step: Step) -> Incident:
    try:
        with _as_ours(step):
            change = ACTIONS[step.unit].propose(_context(world, incident, step), step.target)
    except UnleakError as error:
        return _append(world, incident, Concluded(step, _failure(error)))
    return _append(world, incident, Proposed(step, change))


def _act(world: World, incident: Incident, step: Step) -> Incident:
    action, context = ACTIONS[step.unit], _context(world, incident, step)
    state = incident.action(step)
    if state is not None and state.is_open and state.change is not None:
        return _finish_open(world, incident, step, state.change)
    try:
        _allow(world, incident, step)
        with _as_ours(step):
            change = action.propose(context, step.target)
    except UnleakError as error:
        return _append(world, incident, Concluded(step, _failure(error)))
    if change is None:
        return _append(world, incident, Concluded(step, Outcome(OutcomeKind.ALREADY, "it stands so already")))
    if state is not None and state.approval is not None and state.approval.digest != change.digest(step):
        # The account has moved on since a person approved: they must see what would change now.
        return _append(world, incident, Proposed(step, change))
    intended = _append(world, incident, Intended(step, change))
    return _apply(world, intended, step, change)


def _finish_open(world: World, incident: Incident, step: Step, change: Change) -> Incident:
    """A process ended between intent and outcome: nobody knows whether the change took effect, so look."""
    look = _look(world, incident, step)
    if look.in_place is Tri.YES:
        return _append(world, incident, Concluded(step, Outcome(OutcomeKind.DONE, f"{change.summary} (found done)")))
    try:
        _allow(world, incident, step)
    except UnleakError as error:
        return _append(world, incident, Concluded(step, _failure(error)))
    return _apply(world, incident, step, change)


def _apply(world: World, incident: Incident, step: Step, change: Change) -> Incident:
    try:
        with _as_ours(step):
            outcome = ACTIONS[step.unit].apply(_context(world, incident, step), step.target, change)
    except UnleakError as error:
        outcome = _failure(error)
    return _append(world, incident, Concluded(step, outcome))


def _look(world: World, incident: Incident, step: Step) -> Look:
    state = incident.action(step)
    change = state.change if state else None
    try:
        with _as_ours(step):
            return ACTIONS[step.unit].verify(_context(world, incident, step), step.target, change)
    except UnleakError as error:
        return Look(Tri.COULD_NOT_LOOK, detail=_sentence(error))


def _allow(world: World, incident: Incident, step: Step, *, undoing: bool = False) -> None:
    """Before every change: the stop switch, a legal hold, the hourly limit, and never ourselves."""
    if world.config.stop:
        raise NotPossible("the stop switch is on: nothing is changed", "unset UNLEAK_STOP, or `stop` in unleak.toml")
    if incident.is_held and ACTIONS[step.unit].deletes and not undoing:
        why = incident.hold.why if incident.hold else ""
        raise NotPossible(f"a legal hold forbids to delete anything ({why})", "`unleak incident hold --off` ends it")
    since = world.clock.now() - timedelta(hours=1)
    touched = world.record.targets_touched_since(since) | {step.target.id}
    is_leaked = step.target.id == incident.key_id  # whatever else was touched, this one must go
    if (
        step.target.kind is not TargetKind.INSTANCE
        and not is_leaked
        and len(touched) > world.config.principals_per_hour
    ):
        raise NotNow(
            f"{len(touched) - 1} principals and keys were touched within an hour: that is the limit",
            "if this is right, raise principals_per_hour and run again",
        )
    _spare_ourselves(world, incident, step)


def _spare_ourselves(world: World, incident: Incident, step: Step) -> None:
    """Never the key, user or role that unleak signs with; another key of the same user is no part of it.

    But a key that leaked may switch itself off, where its owner has nothing else and says so.
    """
    target, me = step.target, world.aws.caller_in(step.target.account)
    if world.with_leaked and step.unit == "deactivate_key" and target.id == incident.key_id:
        return
    mine = target.id in {me.arn, me.key_id}
    if mine and world.with_leaked:
        raise AccessDenied(f"the leaked key cannot contain its own user {target.name}", "have an administrator do it")
    if mine or (target.kind is TargetKind.ROLE and f":assumed-role/{target.name}/" in me.arn):
        raise NotPossible(
            f"{target.name} is the identity that unleak runs as",
            "use the credentials of a responder of its own, so that containing this does not lock you out",
        )


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
    _allow(world, incident, state.step, undoing=True)
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
    applied = [a for a in incident.actions.values() if a.intended_at and _was_done(a) and not may_undo(incident, a)]
    latest = sorted(applied, key=lambda a: a.intended_at or world.clock.now(), reverse=True)
    outcomes: list[tuple[str, Outcome]] = []
    for state in latest:
        if not ACTIONS[state.step.unit].reversible or state.handed_to or _is_taken_back(incident, state):
            continue
        if state.step.id in incident.requested or state.step.unit in _NO_DENY:
            continue
        _allow(world, incident, state.step, undoing=True)
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
_NO_DENY = {"stop_instance"}
"""What stays after a restore: it was no deny, and nobody rightful misses it."""


def _lift(world: World, incident: Incident, step: Step) -> Incident:
    """The change that was set for a time has had it. Another incident that needs it inherits it."""
    state = incident.action(step)
    if state is None:
        return incident
    try:
        if step.unit != "break_glass":  # no switch and no limit keeps access from being taken away again
            _allow(world, incident, step)
    except UnleakError as error:
        begun = _append(world, incident, UndoIntended(step, UNLEAK, "its time is up"))
        return _append(world, begun, UndoConcluded(step, Outcome(OutcomeKind.FAILED, _sentence(error))))
    if heir := _still_needed_by(world, incident, state):
        return _hand_over(world, incident, state, heir)[0]
    return _take_back(world, incident, state, who=UNLEAK, why="its time is up")[0]


def _take_back(
    world: World, incident: Incident, state: ActionState, *, who: str, why: str, restoring: bool = False
) -> tuple[Incident, Outcome]:
    step, change = state.step, state.change or Change("", "", "")
    incident = _append(world, incident, UndoIntended(step, who, why, restoring))
    try:
        with _as_ours(step):
            context = _context(world, incident, step)
            for other in state.earlier:
                ACTIONS[step.unit].undo(context, step.target, other)
            outcome = ACTIONS[step.unit].undo(context, step.target, change)
    except UnleakError as error:
        outcome = _failure(error)
    return _append(world, incident, UndoConcluded(step, outcome)), outcome


_SHARED = {"attach_quarantine"}


def _hand_over(world: World, incident: Incident, state: ActionState, heir_id: str) -> tuple[Incident, Outcome]:
    """The heir first: after a crash in between, both know of the change and neither has lost it."""
    heir, step = world.record.incident(heir_id), state.step
    theirs = heir.action(step)
    if state.change is not None and theirs is not None and theirs.intended_at is None:
        _append(world, heir, Inherited(step, state.change, incident.id))
    outcome = Outcome(OutcomeKind.ALREADY, f"handed over to {heir_id}, which still needs it")
    return _append(world, incident, HandedOver(step, heir_id)), outcome


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


def _context(world: World, incident: Incident, step: Step) -> Context:
    return Context(world.aws, world.clock, incident, world.vault, world.record.keep, step.round)


def _append(world: World, incident: Incident, *events: Event) -> Incident:
    now = world.clock.now()
    entries = world.record.append(incident.id, incident.seq, [(now, e) for e in events])
    folded = fold(incident, entries)
    for entry in entries:
        world.on_entry(entry)
    return folded


def _failure(error: UnleakError) -> Outcome:
    if isinstance(error, NotNow):
        return Outcome(OutcomeKind.POSTPONED, _sentence(error))
    for_a_person = isinstance(error, AccessDenied | NotPossible | Misuse)
    kind = OutcomeKind.REFUSED if for_a_person else OutcomeKind.FAILED
    return Outcome(kind, _sentence(error), forbidden=isinstance(error, AccessDenied))


def _sentence(error: UnleakError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
