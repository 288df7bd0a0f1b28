"""What is to be done about one wanted step: something now, or at a time, or by a person, or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unleak.model.incident import UNLEAK, ActionState, CheckState, Incident
from unleak.model.plan import Mode, OutcomeKind, Pending, Planned, Step, Task, Tri, VerdictKind
from unleak.model.verdict import WATCH_EVERY, next_look_at
from unleak.playbook import facts
from unleak.playbook.wanted import Wanted

_TRIES = 3
_PATIENCE = timedelta(minutes=15)
_BACKOFF = timedelta(seconds=5)
_RACE = timedelta(seconds=1)
_LONGEST_RACE = timedelta(seconds=30)
_SIEGE = timedelta(minutes=2)
"""What somebody removes is put back for as long as they go on: an attacker must not be able to tire us out. It is told
from the first time on; after `facts.MOST_PUT_BACKS` the pauses are these, since it may be a team's own automation."""
_RACE_DOUBLES = 6
_INFORM = {"try_credential", "save_principal", "read_permissions"}
_LATER = timedelta(minutes=10)
_LIFT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """`settled`: nothing of it is open, as far as containment goes."""

    due: Planned | None = None
    wake_at: datetime | None = None
    pending: Pending | None = None
    declined: Pending | None = None
    by_hand: str = ""
    settled: bool = False


def answer(incident: Incident, wanted: Wanted, now: datetime, calm: facts.Calm) -> Answer:
    """`calm` is the same for every line of the table."""
    if wanted.not_before is not None and now < wanted.not_before:
        return Answer(wake_at=wanted.not_before, settled=True)
    if wanted.mode is None:
        return _check(incident.checks.get(wanted.step.id), wanted, now)
    state = incident.action(wanted.step)
    if state is not None and state.is_open:
        return Answer(due=Planned(Task.ACT, wanted.step))
    if state is not None and state.handed_to:
        return Answer(settled=True)  # another incident keeps it
    if incident.is_lifted(wanted.step):
        return _lifted(incident, wanted, now)
    if state is None or state.outcome is None:
        return _not_yet_done(incident, wanted, wanted.mode, state, now)
    if wanted.step.unit == "break_glass" and state.verdict is not None and state.verdict.kind is VerdictKind.FAILS:
        return Answer(due=Planned(Task.LIFT, wanted.step))
    if wanted.until is not None and state.is_applied and now >= wanted.until:
        return _time_is_up(incident, wanted)
    found = _after_outcome(incident, wanted, state, now, calm)
    return _until(wanted, found) if state.is_applied else found


def _check(state: CheckState | None, wanted: Wanted, now: datetime) -> Answer:
    due = Planned(Task.CHECK, wanted.step)
    if state is None:
        return Answer(due=due)
    if state.unknown:
        return _unknown_check(state, wanted, now)
    later = next((t for t in wanted.again_at if t > state.last_at), None)
    if later is None:
        return Answer(settled=True)
    return Answer(due=due) if later <= now else Answer(wake_at=later, settled=later != wanted.again_at[0])


def _unknown_check(state: CheckState, wanted: Wanted, now: datetime) -> Answer:
    """Tried again while it may go away, and whenever it is due anew: a region that cannot be read must not hide what
    the others tell later. What only informs leaves containment and its proof by state possible.
    """
    step = wanted.step
    given_up = not state.may_retry or state.unknown_in_a_row >= _TRIES
    if given_up and step.unit in _INFORM:
        return Answer(settled=True)
    if given_up:
        told = f"could not look ({step.unit}, {step.target.name}): {state.unknown}"
        later = next((t for t in wanted.again_at if t > state.last_at), None)
        due = Planned(Task.CHECK, step) if later is not None and later <= now else None
        return Answer(due=due, by_hand=told, wake_at=later if due is None else None)
    again = state.last_at + _BACKOFF * 2**state.unknown_in_a_row
    return Answer(due=Planned(Task.CHECK, step)) if again <= now else Answer(wake_at=again)


def _lifted(incident: Incident, wanted: Wanted, now: datetime) -> Answer:
    lifted = next(a for a in incident.same_change(wanted.step) if a.undo is not None)
    who = lifted.undo.who if lifted.undo else "a person"
    if lifted.undone is None or (who == UNLEAK and lifted.undone.kind is OutcomeKind.FAILED):
        if who == UNLEAK:
            return _lift_again(lifted, now)
        return Answer(by_hand=f"lifting {lifted.step.id} was begun and not finished: run `unleak incident undo` again")
    if lifted.undone.kind not in {OutcomeKind.DONE, OutcomeKind.ALREADY}:
        return Answer(by_hand=f"{lifted.step.id} could not be lifted: {lifted.undone.detail}")
    if who == UNLEAK or (lifted.undo is not None and lifted.undo.restoring):
        return Answer(settled=True)
    return Answer(by_hand=f"{lifted.step.id} was lifted by {who}")


def _lift_again(lifted: ActionState, now: datetime) -> Answer:
    again = (lifted.undone_at or now) + _BACKOFF * 6
    if lifted.undone is not None and lifted.undo_first_at and now - lifted.undo_first_at > _LIFT_FOR:
        return Answer(by_hand=f"{lifted.step.id} could not be lifted: {lifted.undone.detail}")
    if lifted.undone is None or again <= now:
        return Answer(due=Planned(Task.LIFT, lifted.step))
    return Answer(wake_at=again, by_hand=f"{lifted.step.id} could not be lifted yet: {lifted.undone.detail}")


def _time_is_up(incident: Incident, wanted: Wanted) -> Answer:
    """A deny is lifted only after a look into the trail: a call that was accepted meanwhile keeps it."""
    if wanted.step.unit == "break_glass":
        return Answer(due=Planned(Task.LIFT, wanted.step))
    if facts.accepted_after(incident):
        return Answer(by_hand=f"{wanted.step.id} stays past its time: a call was accepted after containment")
    if wanted.until is not None and (reason := facts.why_trail_is_silent(incident, wanted.until)):
        return Answer(by_hand=f"{wanted.step.id} stays past its time: {reason}")
    return Answer(due=Planned(Task.LIFT, wanted.step))


def _until(wanted: Wanted, found: Answer) -> Answer:
    if wanted.until is None or found.due is not None:
        return found
    times = [t for t in (found.wake_at, wanted.until) if t is not None]
    return Answer(wake_at=min(times), pending=found.pending, by_hand=found.by_hand, settled=found.settled)


def _not_yet_done(incident: Incident, wanted: Wanted, mode: Mode, state: ActionState | None, now: datetime) -> Answer:
    if (_covered(incident, mode) and not wanted.asks) or _approved(state, now):
        return Answer(due=Planned(Task.ACT, wanted.step))
    if state is None or not state.shown:
        return Answer(due=Planned(Task.PROPOSE, wanted.step))
    if state.proposal is None:
        stale = wanted.anew is not None and state.shown_at is not None and wanted.anew > state.shown_at
        return Answer(due=Planned(Task.PROPOSE, wanted.step)) if stale else Answer(settled=True)
    from_mode = None if wanted.asks else mode
    waits = Pending(wanted.step, _needs(incident, wanted, mode, state), state.proposal, from_mode)
    return _declined(wanted, state, waits) if state.is_declined else Answer(pending=waits)


def _declined(wanted: Wanted, state: ActionState, waits: Pending) -> Answer:
    """A no is no proof: what containment needs is open still, and told."""
    said = state.declined
    if not wanted.part or said is None:
        return Answer(declined=waits, settled=True)
    told = f"{said.who} declined {wanted.step.unit} on {wanted.step.target.name}: {said.why}"
    return Answer(declined=waits, by_hand=told)


def _needs(incident: Incident, wanted: Wanted, mode: Mode, state: ActionState) -> str:
    if not incident.may_change:
        return "the secret, AWS's or a person's word"
    if state.first_yes is not None and state.approval is None:
        return f"the approval of a second person; {state.first_yes.who} has said yes"
    return f"an approval: {wanted.asks}" if wanted.asks else f"mode {mode.value} or an approval"


def _covered(incident: Incident, mode: Mode) -> bool:
    return incident.may_change and incident.mode.covers(mode)


def _approved(state: ActionState | None, now: datetime) -> bool:
    """An approval is bound to the very change that was shown."""
    if state is None or state.approval is None or state.proposal is None:
        return False
    return state.approval.digest == state.proposal.digest(state.step) and now < state.approval.expires_at


def _after_outcome(incident: Incident, wanted: Wanted, state: ActionState, now: datetime, calm: facts.Calm) -> Answer:
    kind = state.outcome.kind if state.outcome else OutcomeKind.FAILED
    at = state.concluded_at or now
    if kind in {OutcomeKind.REFUSED, OutcomeKind.ASK}:
        return _refused(wanted, state, at, now)
    if kind is OutcomeKind.POSTPONED:
        return _postponed(wanted, state, at, now)
    if kind is OutcomeKind.FAILED:
        return _try_again(incident, wanted, state, at, now)
    return _applied(incident, wanted, state, now, calm)


def _refused(wanted: Wanted, state: ActionState, at: datetime, now: datetime) -> Answer:
    if not wanted.part and now - at > _LIFT_FOR:  # what a person asked for, and was told
        return Answer(settled=True)
    return _by_hand(state, state.outcome.detail if state.outcome else "")


def _applied(incident: Incident, wanted: Wanted, state: ActionState, now: datetime, calm: facts.Calm) -> Answer:
    at = state.concluded_at or now
    kind = state.outcome.kind if state.outcome else OutcomeKind.DONE
    mended = facts.glass_mended_at(incident, wanted.step.target)
    if mended is not None and (state.looks.last_at is None or state.looks.last_at < mended):
        return Answer(due=Planned(Task.VERIFY, wanted.step))
    seen = state.verdict
    done_by_them = state.looks.last is not None and state.looks.last.in_place is Tri.YES
    if kind is OutcomeKind.ASKED and not done_by_them:
        return _ask_of_a_person(wanted, state, at, now)
    if seen is not None and seen.kind is VerdictKind.FAILS:
        return _try_again(incident, wanted, state, state.looks.last_at or at, now)
    look_at = next_look_at(state.looks, at)
    if seen is not None and seen.kind is VerdictKind.UNKNOWN and _is_out_of_patience(state, at):
        return _watch_on(wanted, state, f"nobody can tell whether it holds: {seen.reason}", now)
    holds = seen is not None and seen.holds
    if look_at is None:
        return Answer(settled=holds)
    if (sooner := _look_until_calm(state, at, calm)) is not None:
        look_at, holds = min(look_at, sooner), False
    if look_at <= now:
        return Answer(due=Planned(Task.VERIFY, wanted.step), settled=holds)
    return Answer(wake_at=look_at, settled=holds)


def _look_until_calm(state: ActionState, at: datetime, calm: facts.Calm) -> datetime | None:
    """When to look again while somebody who was cut off may still be obeyed somewhere, and take away what was seen to
    stand or to hold; None once it was seen later than that. What changes meanwhile does not put it off. At intervals
    that grow from half a minute, and begin anew when anything is seen to be taken away.
    """
    last_at = state.looks.last_at
    if calm.at is None or last_at is None or last_at >= calm.at:
        return None
    since = max(at, calm.trouble_at) if calm.trouble_at else at
    return min(calm.at, last_at + max(_LONGEST_RACE, last_at - since))


def _is_out_of_patience(state: ActionState, at: datetime) -> bool:
    """Counted from the change; where it has held already, from when nobody could look any more."""
    asked = state.outcome is not None and state.outcome.kind is OutcomeKind.ASKED
    since = state.looks.unseen_since if state.has_held else state.looks.in_place_since if asked else at
    last = state.looks.last_at or at
    return since is not None and last - since > _PATIENCE


def _watch_on(wanted: Wanted, state: ActionState, reason: str, now: datetime) -> Answer:
    """A person is told, and we go on looking, now and then."""
    told = _by_hand(state, reason).by_hand
    again = (state.looks.last_at or now) + WATCH_EVERY
    if again <= now:
        return Answer(due=Planned(Task.VERIFY, wanted.step), by_hand=told)
    return Answer(wake_at=again, by_hand=told)


def _postponed(wanted: Wanted, state: ActionState, at: datetime, now: datetime) -> Answer:
    told = state.outcome.detail if state.outcome else ""
    if at + _LATER <= now:
        return Answer(due=Planned(Task.ACT, wanted.step))
    return Answer(wake_at=at + _LATER, by_hand=f"{wanted.step.unit} on {wanted.step.target.name} has to wait: {told}")


def _ask_of_a_person(wanted: Wanted, state: ActionState, at: datetime, now: datetime) -> Answer:
    """We go on looking, every five minutes, until it is seen to be done."""
    told = state.outcome.detail if state.outcome else ""
    look_at = at if state.looks.last_at is None else state.looks.last_at + _BACKOFF * 60
    if look_at <= now:
        return Answer(due=Planned(Task.VERIFY, wanted.step), by_hand=told)
    return Answer(wake_at=look_at, by_hand=told)


def _try_again(incident: Incident, wanted: Wanted, state: ActionState, since: datetime, now: datetime) -> Answer:
    reason = state.verdict.reason if state.verdict else state.outcome.detail if state.outcome else ""
    fought_over = _is_taken_from_us(incident, state)
    if state.attempts >= _TRIES and not fought_over:
        return _given_up(wanted, state, f"tried {state.attempts} times: {reason}", now)
    if not ((_covered(incident, wanted.mode or Mode.LOCKDOWN) and not wanted.asks) or _approved(state, now)):
        return _given_up(wanted, state, reason, now)
    again = since + (_race_pause(state.attempts) if fought_over else _BACKOFF * 2 ** (state.attempts - 1))
    return Answer(due=Planned(Task.ACT, wanted.step)) if again <= now else Answer(wake_at=again)


def _is_taken_from_us(incident: Incident, state: ActionState) -> bool:
    """It is gone, and it was we who had written it: in this round, or in another one that this one found standing."""
    return state.looks.is_gone and any(a.change is not None for a in incident.same_change(state.step))


def _race_pause(attempts: int) -> timedelta:
    if attempts >= facts.MOST_PUT_BACKS:
        return _SIEGE
    return min(_RACE * (1 << min(attempts, _RACE_DOUBLES)) / 2, _LONGEST_RACE)


def _given_up(wanted: Wanted, state: ActionState, reason: str, now: datetime) -> Answer:
    """What was done at all is still looked at now and then: somebody may put it right, or take more of it away."""
    return _watch_on(wanted, state, reason, now) if state.is_applied else _by_hand(state, reason)


def _by_hand(state: ActionState, reason: str) -> Answer:
    step: Step = state.step
    return Answer(by_hand=f"{step.unit} on {step.target.name} was not possible: {reason}")
