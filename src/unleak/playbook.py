"""The decision table: an incident and the time in, a plan out. Pure; names units by their id and imports none.

Asked again after every entry, so that what the investigation finds is contained by the same table: a credential that
the leaked key minted joins the incident, and the next plan holds its principal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unleak.model.credential import Origin
from unleak.model.evidence import KeyOwner, KeyStatus
from unleak.model.incident import ActionState, CheckState, CredentialState, Incident
from unleak.model.plan import Mode, OutcomeKind, Pending, Plan, Planned, Step, Target, TargetKind, Task, VerdictKind
from unleak.model.verdict import next_look_at

TRAIL_DELAYS = (timedelta(minutes=6), timedelta(minutes=16))
"""CloudTrail delivers after about 5 minutes, without guarantee: when the trail is read again after the last change."""
_TRIES = 3
_MOST_NAMED = 5
_PATIENCE = timedelta(minutes=15)
_CLOCKS_DIFFER = timedelta(seconds=5)
_LEAK_SLACK = timedelta(hours=1)
_LEAK_UNKNOWN = timedelta(days=7)
_BACKOFF = timedelta(seconds=5)
_TRAIL = "calls_of_key"
_INFORM = {"try_credential", "save_principal", "read_permissions"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """`mode` is the least mode that covers an action; None for a check. `again_at`: when a check is due once more."""

    step: Step
    mode: Mode | None = None
    again_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is to be done about one wanted step: something now, or at a time, or by a person, or nothing."""

    due: Planned | None = None
    wake_at: datetime | None = None
    pending: Pending | None = None
    by_hand: str = ""
    settled: bool = False


def playbook(incident: Incident, now: datetime) -> Plan:
    """`contained` is true only when every wanted step was done and holds, and the trail was read after its delay.

    Doing and learning come before looking again: looks fall due every second, and must not hold up the next change.
    """
    wanted = list(dict.fromkeys(_wanted(incident)))
    answers = [_answer(incident, w, now) for w in wanted]
    complete = incident.owner is not None and incident.owner.user_arn is not None
    escaped = (*_accepted_after(incident), *_left_standing(incident))
    settled = complete and not escaped and all(a.settled for a in answers)
    return Plan(
        steps=tuple(sorted((a.due for a in answers if a.due), key=lambda p: p.task is Task.VERIFY)),
        pending=tuple(a.pending for a in answers if a.pending),
        by_hand=(*escaped, *(a.by_hand for a in answers if a.by_hand), *_human_steps(incident)),
        wake_at=min((a.wake_at for a in answers if a.wake_at), default=None),
        settles_at=min((a.wake_at for a in answers if a.wake_at and not a.settled), default=None),
        contained=settled,
    )


def _wanted(incident: Incident) -> Iterator[_Wanted]:
    """The table, in the order in which things are done. Numbers are those of the rows in docs/respond.md.

    A key that the attacker created joins the incident and is handled as the leaked one is.
    """
    for key_id in _long_term_keys(incident):
        yield _Wanted(Step("find_owner", Target(TargetKind.KEY, key_id, "")))  # 2
        if (owner := incident.owners.get(key_id)) is not None and owner.user_arn is not None:
            yield from _user_key(owner, owner.user_arn)
    if incident.owner is not None:
        yield from _investigation(incident)  # 10
        yield from _reached(incident)  # 4, 11
        yield from _renewals(incident)  # 4


def _long_term_keys(incident: Incident) -> list[str]:
    return [c.key_id for c in _chain(incident) if c.origin in {Origin.LEAKED, Origin.CREATED}]


def _chain(incident: Incident) -> list[CredentialState]:
    """The leaked key, and what was made from it since it leaked."""
    return [c for c in incident.credentials.values() if c.at is None or c.at >= suspect_since(incident)]


def suspect_since(incident: Incident) -> datetime:
    """From when on what the key did may be a stranger's work: the leak, or a week back where nobody knows its time."""
    if incident.leaked_at is not None:
        return incident.leaked_at - _LEAK_SLACK
    return (incident.opened_at or datetime.min.replace(tzinfo=UTC)) - _LEAK_UNKNOWN


def _user_key(owner: KeyOwner, user_arn: str) -> Iterator[_Wanted]:
    key = Target(TargetKind.KEY, owner.key_id, owner.account)
    user = Target(TargetKind.USER, user_arn, owner.account)
    yield _Wanted(Step("try_credential", key))  # 2
    yield _Wanted(Step("save_principal", user))  # 1
    yield _Wanted(Step("read_permissions", user))  # 2
    yield _Wanted(Step("attach_quarantine", user), Mode.QUARANTINE)  # 3
    yield _Wanted(Step("revoke_user_sessions", user), Mode.DISABLE)  # 4
    if owner.status is not KeyStatus.ABSENT:
        yield _Wanted(Step("deactivate_key", key), Mode.DISABLE)  # 6


def _investigation(incident: Incident) -> Iterator[_Wanted]:
    changed = [a.concluded_at for a in incident.actions.values() if a.is_applied and a.concluded_at]
    again = tuple(max(changed) + delay for delay in TRAIL_DELAYS) if changed else ()
    home = incident.owner.account if incident.owner else ""
    for credential in _chain(incident):
        target = Target(TargetKind.KEY, credential.key_id, credential.account or home)
        yield _Wanted(Step(_TRAIL, target), again_at=again)


def _reached(incident: Incident) -> Iterator[_Wanted]:
    for role in _roles(incident):
        yield _Wanted(Step("revoke_role_sessions", role), Mode.DISABLE)
    for found in incident.resources.values():
        if found.is_machine and found.at >= suspect_since(incident):
            yield _Wanted(Step("instance_role", found.target))
            yield _Wanted(Step("stop_instance", found.target), Mode.DISABLE)


def _roles(incident: Incident) -> list[Target]:
    """Roles that the chain became or put on a machine, nearest to the leaked key first."""
    arns = [c.principal_arn for c in _chain(incident) if ":role/" in c.principal_arn]
    arns += incident.instance_roles.values()
    return [Target(TargetKind.ROLE, arn, arn.split(":")[4]) for arn in dict.fromkeys(arns)]


def _renewals(incident: Incident) -> Iterator[_Wanted]:
    """Sessions minted while the deactivation travelled may be younger than the cut-off: cut again, upstream first."""
    users = [
        Step("revoke_user_sessions", Target(TargetKind.USER, owner.user_arn, owner.account), 2)
        for owner in incident.owners.values()
        if owner.user_arn
        and incident.holds(Step("deactivate_key", Target(TargetKind.KEY, owner.key_id, owner.account)))
    ]
    yield from (_Wanted(step, Mode.DISABLE) for step in users)
    if not users or not all(incident.holds(step) for step in users):
        return
    for role in _roles(incident):
        if incident.holds(Step("revoke_role_sessions", role)):
            yield _Wanted(Step("revoke_role_sessions", role, 2), Mode.DISABLE)


def _answer(incident: Incident, wanted: _Wanted, now: datetime) -> _Answer:
    if wanted.mode is None:
        return _answer_check(incident.checks.get(wanted.step.id), wanted, now)
    state = incident.action(wanted.step)
    if state is not None and state.is_open:
        return _Answer(due=Planned(Task.ACT, wanted.step))
    if incident.is_lifted(wanted.step):
        return _lifted(incident, wanted.step)
    if state is None or state.outcome is None:
        return _not_yet_done(incident, wanted, wanted.mode, state, now)
    return _after_outcome(incident, wanted, state, now)


def _answer_check(state: CheckState | None, wanted: _Wanted, now: datetime) -> _Answer:
    due = Planned(Task.CHECK, wanted.step)
    if state is None:
        return _Answer(due=due)
    if state.unknown:
        return _unknown_check(state, wanted, now)
    later = next((t for t in wanted.again_at if t > state.last_at), None)
    if later is None:
        return _Answer(settled=True)
    return _Answer(due=due) if later <= now else _Answer(wake_at=later, settled=later != wanted.again_at[0])


def _unknown_check(state: CheckState, wanted: _Wanted, now: datetime) -> _Answer:
    """Tried again while it may go away. What only informs leaves containment and its proof by state possible."""
    step = wanted.step
    given_up = not state.may_retry or state.unknown_in_a_row >= _TRIES
    if given_up and step.unit in _INFORM:
        return _Answer(settled=True)
    if given_up:
        return _Answer(by_hand=f"could not look ({step.unit}, {step.target.name}): {state.unknown}")
    again = state.last_at + _BACKOFF * 2**state.unknown_in_a_row
    return _Answer(due=Planned(Task.CHECK, step)) if again <= now else _Answer(wake_at=again)


def _lifted(incident: Incident, step: Step) -> _Answer:
    lifted = next(a for a in incident.same_change(step) if a.undo is not None)
    if lifted.undone is None:
        return _Answer(by_hand=f"lifting {lifted.step.id} was begun and not finished: run `unleak incident undo` again")
    return _Answer(by_hand=f"{lifted.step.id} was lifted by {lifted.undo.who if lifted.undo else 'a person'}")


def _not_yet_done(incident: Incident, wanted: _Wanted, mode: Mode, state: ActionState | None, now: datetime) -> _Answer:
    if _covered(incident, mode) or _approved(state, now):
        return _Answer(due=Planned(Task.ACT, wanted.step))
    if state is None or not state.shown:
        return _Answer(due=Planned(Task.PROPOSE, wanted.step))
    if state.proposal is None:
        return _Answer(settled=True)
    needs = f"mode {mode.value} or an approval" if incident.may_change else "the secret, AWS's or a person's word"
    return _Answer(pending=Pending(wanted.step, needs, state.proposal))


def _covered(incident: Incident, mode: Mode) -> bool:
    return incident.may_change and incident.mode.covers(mode)


def _approved(state: ActionState | None, now: datetime) -> bool:
    """An approval is bound to the very change that was shown."""
    if state is None or state.approval is None or state.proposal is None:
        return False
    return state.approval.digest == state.proposal.digest(state.step) and now < state.approval.expires_at


def _after_outcome(incident: Incident, wanted: _Wanted, state: ActionState, now: datetime) -> _Answer:
    kind = state.outcome.kind if state.outcome else OutcomeKind.FAILED
    at = state.concluded_at or now
    if kind in {OutcomeKind.REFUSED, OutcomeKind.ASK}:
        return _by_hand(state, state.outcome.detail if state.outcome else "")
    if kind is OutcomeKind.FAILED:
        return _try_again(incident, wanted, state, at, now)
    seen = state.verdict
    if seen is not None and seen.kind is VerdictKind.FAILS:
        return _try_again(incident, wanted, state, state.looks.last_at or at, now)
    look_at = next_look_at(state.looks, at)
    if seen is not None and seen.kind is VerdictKind.UNKNOWN and (state.looks.last_at or at) - at > _PATIENCE:
        return _by_hand(state, f"nobody can tell whether it holds: {seen.reason}")
    holds = seen is not None and seen.holds
    if look_at is None:
        return _Answer(settled=holds)
    if look_at <= now:
        return _Answer(due=Planned(Task.VERIFY, wanted.step), settled=holds)
    return _Answer(wake_at=look_at, settled=holds)


def _try_again(incident: Incident, wanted: _Wanted, state: ActionState, since: datetime, now: datetime) -> _Answer:
    reason = state.verdict.reason if state.verdict else state.outcome.detail if state.outcome else ""
    if state.attempts >= _TRIES:
        return _by_hand(state, f"tried {state.attempts} times: {reason}")
    if not (_covered(incident, wanted.mode or Mode.LOCKDOWN) or _approved(state, now)):
        return _by_hand(state, reason)
    again = since + _BACKOFF * 2 ** (state.attempts - 1)
    return _Answer(due=Planned(Task.ACT, wanted.step)) if again <= now else _Answer(wake_at=again)


def _by_hand(state: ActionState, reason: str) -> _Answer:
    return _Answer(by_hand=f"{state.step.unit} on {state.step.target.name} was not possible: {reason}")


def _accepted_after(incident: Incident) -> Iterator[str]:
    """The trail has the last word: a call that was accepted after everything was seen to hold."""
    seen = [a.verdict.since for a in incident.actions.values() if a.verdict and a.verdict.since]
    for read in incident.calls.values():
        if seen and read.last_accepted_at is not None and read.last_accepted_at > max(seen) + _CLOCKS_DIFFER:
            yield f"{read.key_id} was used with success after containment: look at its calls, contain what they reach"


def _left_standing(incident: Incident) -> Iterator[str]:
    """What may let the attacker back in and is not taken out yet by itself: a person must look before this is green."""
    for read in incident.calls.values():
        for call in read.lasting:
            if call.at >= suspect_since(incident):
                what = f"{call.action} {call.name}".rstrip()
                when = f"{call.at:%Y-%m-%d %H:%M}"
                yield f"{what} by {read.key_id} at {when} may let them back in: look at it, take it out"


def may_undo(incident: Incident, state: ActionState) -> str:
    """Why a change must not be undone; empty where it may. No restore re-enables a leaked credential."""
    if state.step.unit == "deactivate_key" and state.step.target.id in incident.credentials:
        return "no restore re-enables a leaked credential"
    return ""


def _human_steps(incident: Incident) -> Iterator[str]:
    """What only a person can do, in this version."""
    owner = incident.owner
    if owner is None:
        return
    if owner.is_root:
        yield "this may be a root key: sign in as root, deactivate and delete it under Security credentials"
        return
    if owner.status is KeyStatus.ABSENT:
        yield f"{incident.key_id} does not exist any more; the sessions that it made may still live, read the trail"
        if owner.user_arn is None:
            return
    before = [c.key_id for c in incident.credentials.values() if c.at and c.at < suspect_since(incident)]
    before += [r.target.name for r in incident.resources.values() if r.at < suspect_since(incident)]
    if before:
        listed = ", ".join(before[:_MOST_NAMED]) + (
            f" and {len(before) - _MOST_NAMED} more" if before[_MOST_NAMED:] else ""
        )
        yield f"made with this key before the leak, and left alone: {listed}; look whether they are yours"
    yield "take the key out of the source and of its history, and give the application a role instead of a key"
    if incident.holds(Step("deactivate_key", Target(TargetKind.KEY, incident.key_id, owner.account))):
        yield f"delete {incident.key_id} after some days without rightful use (it stays Inactive until then)"
    yield "answer AWS's support case if there is one: AWS waits for it"
