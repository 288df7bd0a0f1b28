"""What there is to tell of an incident: pure, from the incident, its plan and the time.

Ids are made of what happened and not of when somebody looked: the same thing has the same id in every fold. What comes
and goes (a deny that is taken away again and again) gets a new one each time that its number has doubled, so that
nobody can flood a mailbox with it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from unleak.model.credential import Origin
from unleak.model.incident import ActionState, Incident
from unleak.model.occasion import Kind, Occasion
from unleak.model.plan import OutcomeKind, Plan, Step, VerdictKind

_DONE = {OutcomeKind.DONE, OutcomeKind.ALREADY}


def occasions(incident: Incident, plan: Plan, escalate: Sequence[timedelta], now: datetime) -> tuple[Occasion, ...]:
    """Each once, however many reasons there are for it. `escalate`: how long after something began to wait."""
    waiting = list(_waits(incident, plan, now))
    found = [
        *_opened(incident, now),
        *_acted(incident, now),
        *_abuse(incident, now),
        *waiting,
        *(() if plan.contained else _escalated(waiting, escalate, now)),
        *_failed(incident, plan, now),
        *_contained(incident, plan, now),
        *_restored(incident, now),
    ]
    return tuple({o.id: o for o in reversed(found)}.values())[::-1]


def _opened(incident: Incident, now: datetime) -> Iterator[Occasion]:
    yield Occasion(Kind.OPENED, "opened", incident.opened_at or now, f"{incident.key_id} has leaked")


def _acted(incident: Incident, now: datetime) -> Iterator[Occasion]:
    for state in incident.actions.values():
        done = state.outcome is not None and state.outcome.kind is OutcomeKind.DONE and state.is_needed
        if done and state.change is not None:
            yield _of(Kind.ACTED, state.step, state.change.summary, state.concluded_at or now)


def _waits(incident: Incident, plan: Plan, now: datetime) -> Iterator[Occasion]:
    for pending in plan.pending:
        if pending.change is not None:
            state = incident.action(pending.step)
            shown_at = state.shown_at if state and state.shown_at else now
            mark = f"/{pending.change.digest(pending.step)}"
            yield _of(Kind.WAITS, pending.step, pending.change.summary, shown_at, mark, approve=True)
    for step in plan.for_a_person:
        state = incident.action(step)
        if state is not None and state.outcome is not None and state.outcome.kind is OutcomeKind.ASKED:
            yield _of(Kind.WAITS, step, state.outcome.detail, state.concluded_at or now)
    for line in plan.escaped:  # nobody knows since when: it counts as long as the incident does
        yield Occasion(Kind.WAITS, f"waits/line/{_mark(line)}", incident.opened_at or now, line)


def _escalated(waiting: Sequence[Occasion], escalate: Sequence[timedelta], now: datetime) -> Iterator[Occasion]:
    """Of what has passed already, the latest only."""
    for occasion in waiting:
        times = [occasion.at + after for after in escalate]
        passed = sum(at <= now for at in times)
        for number, at in enumerate(times, 1):
            if number >= passed:
                name = occasion.id.removeprefix(f"{Kind.WAITS}/")
                yield Occasion(Kind.ESCALATED, f"{Kind.ESCALATED}/{number}/{name}", at, occasion.what, occasion.step)


def _abuse(incident: Incident, now: datetime) -> Iterator[Occasion]:
    since = incident.suspect_since
    for key in incident.credentials.values():
        if key.origin is not Origin.LEAKED and (key.at is None or key.at >= since):
            made = f"{key.how or 'somebody'} made {key.key_id}, acting as {key.principal_arn or 'nobody knows whom'}"
            yield Occasion(Kind.ABUSE, f"abuse/{key.key_id}", now, made)
    for thing in incident.resources.values():
        if thing.at >= since:
            what = f"{thing.how} created {thing.target.kind.value} {thing.target.name} in {thing.target.region}"
            yield Occasion(Kind.ABUSE, f"abuse/{_mark(thing.target.id)}", now, what)
    for read in incident.calls.values():
        if read.strange:
            where = f"{read.key_id} was used from addresses that had not used it before the leak"
            yield Occasion(Kind.ABUSE, f"abuse/calls/{read.key_id}", now, f"{where}: {', '.join(read.strange[:5])}")
    if incident.descent is not None:
        for fact in incident.descent.standing:
            what = f"{fact.type} {fact.arn} {fact.deed} by {fact.by}"
            yield Occasion(Kind.ABUSE, f"abuse/{_mark(fact.arn or fact.event_id)}", now, what)


def _failed(incident: Incident, plan: Plan, now: datetime) -> Iterator[Occasion]:
    for state in incident.actions.values():
        verdict = state.verdict
        if verdict is not None and verdict.kind is VerdictKind.FAILS and state.is_needed:
            what = f"{_name(state.step)} does not hold: {verdict.reason}"
            yield _of(Kind.FAILED, state.step, what, now, f"/{_doubled(state)}")
    for step in plan.for_a_person:
        reason = _reason(incident, step)
        if reason:
            yield _of(Kind.FAILED, step, f"{_name(step)}: {reason}", now)


def _reason(incident: Incident, step: Step) -> str:
    """Why a step was given up; empty where it only waits, or stays as a person left it."""
    check, state = incident.checks.get(step.id), incident.action(step)
    if check is not None:
        return f"could not look: {check.unknown}" if check.unknown else ""
    if state is None or state.outcome is None or state.outcome.kind in {OutcomeKind.ASKED, OutcomeKind.POSTPONED}:
        return ""
    if state.is_lifted:
        undone = state.undone
        return "" if undone is None or undone.kind in _DONE else f"could not be taken back: {undone.detail}"
    if state.outcome.kind not in _DONE:
        return f"was not possible: {state.outcome.detail}"
    verdict = state.verdict
    return f"nobody can tell whether it holds: {verdict.reason}" if _is_unknown(state) and verdict else ""


def _is_unknown(state: ActionState) -> bool:
    return state.verdict is not None and state.verdict.kind is VerdictKind.UNKNOWN


def _contained(incident: Incident, plan: Plan, now: datetime) -> Iterator[Occasion]:
    if plan.contained:
        held = [f"{a.step.id}/{_doubled(a)}" for a in incident.actions.values() if a.is_needed]
        what = f"{incident.key_id} is contained: all that is wanted was done, and seen to hold"
        yield Occasion(Kind.CONTAINED, f"contained/{_mark(*sorted(held))}", now, what)


def _restored(incident: Incident, now: datetime) -> Iterator[Occasion]:
    lifted = [a for a in incident.actions.values() if a.undo is not None and a.undo.restoring]
    if lifted and all(a.undone is not None and a.undone.kind in _DONE for a in lifted):
        what = f"the denies of {incident.key_id} were lifted: it is over"
        yield Occasion(Kind.RESTORED, f"restored/{_mark(*sorted(a.step.id for a in lifted))}", now, what)


def _of(kind: Kind, step: Step, what: str, at: datetime, mark: str = "", *, approve: bool = False) -> Occasion:
    return Occasion(kind, f"{kind}/{step.id}{mark}", at, what, step.id if approve else "")


def _name(step: Step) -> str:
    return f"{step.unit} on {step.target.name}"


def _doubled(state: ActionState) -> int:
    return len(state.removed_at).bit_length()


def _mark(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
