"""How an incident is told by its entries: each adds to what the ones before it made."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import reduce

from unleak.model.credential import Origin
from unleak.model.entry import (
    Alerted,
    Answered,
    Approved,
    Checked,
    Closed,
    Concluded,
    Declined,
    Entry,
    Event,
    HandedOver,
    HoldSet,
    Inherited,
    Intended,
    Looked,
    ModeSet,
    Noted,
    Opened,
    Proposed,
    Requested,
    Resumed,
    Told,
    UndoConcluded,
    UndoIntended,
)
from unleak.model.evidence import (
    CallsRead,
    CredentialFound,
    DescentRead,
    Evidence,
    InstanceRole,
    KeyOwner,
    KeyTried,
    OrganizationFound,
    PermissionsRead,
    PrincipalSaved,
    ResourceFound,
)
from unleak.model.incident import ActionState, CheckState, CredentialState, Incident, ToldState
from unleak.model.plan import Change, OutcomeKind, Step, Tri
from unleak.model.verdict import Looks


def fold(incident: Incident, entries: Iterable[Entry]) -> Incident:
    """Adds entries, in the order of their numbers, to what is known so far."""
    return reduce(_add, entries, incident)


def _add(incident: Incident, entry: Entry) -> Incident:
    if entry.seq != incident.seq + 1:
        raise ValueError(f"entry {entry.seq} does not follow {incident.seq} of {entry.incident}")
    changed = _with_event(incident, entry, entry.event)
    return replace(changed, seq=entry.seq, updated_at=entry.at)


def _with_event(incident: Incident, entry: Entry, event: Event) -> Incident:
    match event:
        case Opened():
            return _open(entry, event)
        case Alerted(alert):
            return replace(incident, alerts=(*incident.alerts, alert), closed=None)
        case ModeSet(mode):
            return replace(incident, mode=mode)
        case Checked(evidence=evidence):
            return reduce(_with_evidence, evidence, _with_check(incident, entry.at, event))
        case Resumed():
            return _resume(incident)
        case Requested(step):
            return replace(incident, requested={**incident.requested, step.id: event}, closed=None)
        case HoldSet() | Closed() | Told() | Noted() | Answered():
            return _with_words(incident, entry.at, event)
        case _:
            changed = _with_action(incident, _next_state(incident, entry.at, event))
            if event.step.unit == "break_glass" and isinstance(event, Concluded | UndoConcluded):
                return _looked_at_anew(changed, event.step.target.id, entry.at)
            return changed


def _open(entry: Entry, event: Opened) -> Incident:
    key_id = event.alert.key_id
    leaked = CredentialState(key_id, Origin.LEAKED, account="")
    return Incident(
        id=entry.incident,
        key_id=key_id,
        opened_at=entry.at,
        mode=event.mode,
        salt=event.salt,
        alerts=(event.alert,),
        credentials={key_id: leaked},
    )


def _with_check(incident: Incident, at: datetime, event: Checked) -> Incident:
    step, before = event.step, incident.checks.get(event.step.id)
    in_a_row = (before.unknown_in_a_row if before else 0) + 1 if event.unknown else 0
    state = CheckState(step, at, (before.runs if before else 0) + 1, event.unknown, event.may_retry, in_a_row)
    return replace(incident, checks={**incident.checks, step.id: state})


def _with_words(incident: Incident, at: datetime, event: HoldSet | Closed | Told | Noted | Answered) -> Incident:
    """What people were told, what they asked, and what they say themselves."""
    match event:
        case HoldSet():
            return replace(incident, hold=event)
        case Closed():
            return replace(incident, closed=event)
        case Told():
            return _with_told(incident, at, event)
        case Answered():
            return replace(incident, answered=(*incident.answered, event))
        case Noted(_, text):
            return replace(incident, notes=(*(n for n in incident.notes if n.text != text), event))


def _with_told(incident: Incident, at: datetime, event: Told) -> Incident:
    told = dict(incident.told)
    for occasion in event.occasions:
        before = told.get((event.channel, occasion))
        failures = (before.failures if before else 0) + (not event.ok)
        told[event.channel, occasion] = ToldState(event.ok or (before is not None and before.ok), failures, at)
    return replace(incident, told=told)


def _resume(incident: Incident) -> Incident:
    given_up = {OutcomeKind.REFUSED, OutcomeKind.ASK, OutcomeKind.FAILED}
    actions = {
        step_id: replace(a, outcome=None, attempts=0)
        if a.outcome and a.outcome.kind in given_up
        else replace(a, attempts=min(a.attempts, 1))
        for step_id, a in incident.actions.items()
    }
    checks = {step_id: c for step_id, c in incident.checks.items() if not c.unknown}
    return replace(incident, actions=actions, checks=checks, closed=None)


def _with_evidence(incident: Incident, found: Evidence) -> Incident:
    match found:
        case KeyOwner():
            ours = incident.our_request_ids | set(found.request_ids)
            return replace(incident, owners={**incident.owners, found.key_id: found}, our_request_ids=ours)
        case KeyTried():
            ours = incident.our_request_ids | set(found.request_ids)
            return replace(incident, tried={**incident.tried, found.key_id: found}, our_request_ids=ours)
        case PrincipalSaved():
            return replace(incident, saved={**incident.saved, found.principal_arn: found})
        case PermissionsRead():
            return replace(incident, permissions={**incident.permissions, found.principal_arn: found})
        case CallsRead():
            return replace(incident, calls={**incident.calls, found.key_id: found})
        case OrganizationFound():
            return replace(incident, organizations={**incident.organizations, found.account: found})
        case CredentialFound():
            return _with_credential(incident, found)
        case ResourceFound():
            return replace(incident, resources={found.target.id: found, **incident.resources})
        case InstanceRole() | DescentRead():
            return _with_reach(incident, found)


def _with_reach(incident: Incident, found: InstanceRole | DescentRead) -> Incident:
    if isinstance(found, DescentRead):
        return replace(incident, descent=found)
    return replace(incident, instance_roles={**incident.instance_roles, found.instance_arn: found.role_arn})


def _with_credential(incident: Incident, found: CredentialFound) -> Incident:
    if found.key_id in incident.credentials:
        return incident
    state = CredentialState(
        key_id=found.key_id,
        origin=found.origin,
        account=found.account,
        parent=found.parent,
        how=found.how,
        principal_arn=found.principal_arn,
        at=found.at,
        expires_at=found.expires_at,
    )
    return replace(incident, credentials={**incident.credentials, found.key_id: state})


_ActionEvent = (
    Proposed
    | Approved
    | Declined
    | Intended
    | Concluded
    | Looked
    | UndoIntended
    | UndoConcluded
    | HandedOver
    | Inherited
)


def _next_state(incident: Incident, at: datetime, event: _ActionEvent) -> ActionState:
    state = incident.actions.get(event.step.id) or ActionState(event.step)
    match event:
        case Proposed(_, change):
            return replace(state, shown=True, shown_at=at, proposal=change, approval=None, first_yes=None)
        case Approved() | Declined():
            return _with_answer(state, at, event)
        case Intended(_, change):
            first = state.change if state.intended_at and state.change is not None else change
            latest = replace(change, before={**change.before, **first.before})  # a later one may find more
            others = (*state.earlier, first) if _writes_otherwise(first, change) else state.earlier
            attempts = state.attempts + 1
            return replace(state, change=latest, earlier=others, is_open=True, intended_at=at, attempts=attempts)
        case Concluded(_, outcome):
            counts = not (state.is_open or outcome.kind is OutcomeKind.POSTPONED)
            attempts = state.attempts + 1 if counts else state.attempts
            return replace(
                state,
                outcome=outcome,
                is_open=False,
                concluded_at=at,
                attempts=attempts,
                shown=False,
                looks=state.looks.restart(changed=outcome.kind is OutcomeKind.DONE),
            )
        case Looked(_, look):
            gone = look.in_place is Tri.NO and state.looks.in_place_since is not None
            removed = (*state.removed_at, at) if gone else state.removed_at
            seen = replace(state, looks=state.looks.add(at, look), removed_at=removed)
            return replace(seen, has_held=state.has_held or seen.holds)
        case UndoIntended():
            return replace(state, undo=event, undone=None, undo_first_at=state.undo_first_at or at)
        case UndoConcluded(_, outcome):
            return replace(state, undone=outcome, undone_at=at)
        case HandedOver(_, to_incident):
            return replace(state, handed_to=to_incident)
        case Inherited(_, change):
            return replace(state, change=change, intended_at=at)


def _with_answer(state: ActionState, at: datetime, event: Approved | Declined) -> ActionState:
    """A no takes back every yes, and a yes the no."""
    if isinstance(event, Declined):
        return replace(state, declined=event, approval=None, first_yes=None)
    said = replace(state, declined=None)
    enough = event.alone or _is_second(state.first_yes, event, at)
    return replace(said, approval=event) if enough else replace(said, first_yes=event)


def _looked_at_anew(incident: Incident, key_id: str, at: datetime) -> Incident:
    """What was seen of a key and of its quarantine before a person let it work again proves nothing any more."""
    owner = incident.owners.get(key_id)
    actions = {
        step_id: replace(a, looks=Looks(), concluded_at=at)
        if a.is_watched and _is_behind_glass(a.step, key_id, owner.user_arn if owner else None)
        else a
        for step_id, a in incident.actions.items()
    }
    return replace(incident, actions=actions)


def _is_behind_glass(step: Step, key_id: str, user_arn: str | None) -> bool:
    if step.unit == "deactivate_key":
        return step.target.id == key_id
    return step.unit == "attach_quarantine" and step.target.id == user_arn


def _is_second(first: Approved | None, event: Approved, at: datetime) -> bool:
    """Of another person, to the same change, while the first one's yes is good."""
    if first is None or first.who.casefold() == event.who.casefold():
        return False
    return first.digest == event.digest and at < first.expires_at


def _writes_otherwise(one: Change, other: Change) -> bool:
    """Whether taking back the one would not take back the other."""
    moving = {*one.moving, *other.moving}
    return {k: v for k, v in one.after.items() if k not in moving} != {
        k: v for k, v in other.after.items() if k not in moving
    }


def _with_action(incident: Incident, state: ActionState) -> Incident:
    ours = incident.our_request_ids
    if state.looks.last is not None and not ours.issuperset(state.looks.last.request_ids):
        ours |= set(state.looks.last.request_ids)
    return replace(incident, actions={**incident.actions, state.step.id: state}, our_request_ids=ours)
