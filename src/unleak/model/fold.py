"""How an incident is told by its entries: each adds to what the ones before it made."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

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
    """Adds entries, in the order of their numbers, to what is known so far; what was known stays as it is."""
    draft = _Draft(incident)
    for entry in entries:
        _add(draft, entry)
    return draft.end()


class _Draft:
    """An incident that is just being told: nobody else holds it yet, so what an entry adds is put in its place. A
    record of thousands of entries would be copied as often otherwise.
    """

    __slots__ = ("_ours", "_owned", "now")

    def __init__(self, incident: Incident) -> None:
        self.begin(incident)

    def begin(self, incident: Incident) -> None:
        self.now = replace(incident)
        self._owned, self._ours = set[str](), set[str]()

    def put(self, **fields: object) -> None:
        for name, value in fields.items():
            object.__setattr__(self.now, name, value)

    def keep(self, field: str, key: object, value: object) -> None:
        """In one of the incident's mappings, which is copied the first time: the incident before shares it."""
        if field not in self._owned:
            self.put(**{field: dict(getattr(self.now, field))})
            self._owned.add(field)
        getattr(self.now, field)[key] = value

    def note_ours(self, request_ids: Iterable[str]) -> None:
        self._ours.update(request_ids)

    def end(self) -> Incident:
        if not self.now.our_request_ids.issuperset(self._ours):
            self.put(our_request_ids=self.now.our_request_ids | self._ours)
        return self.now


def _add(draft: _Draft, entry: Entry) -> None:
    if entry.seq != draft.now.seq + 1:
        raise ValueError(f"entry {entry.seq} does not follow {draft.now.seq} of {entry.incident}")
    _add_event(draft, entry, entry.event)
    draft.put(seq=entry.seq, updated_at=entry.at)


def _add_event(draft: _Draft, entry: Entry, event: Event) -> None:
    match event:
        case Opened():
            draft.begin(_opened(entry, event))
        case Alerted(alert):
            draft.put(alerts=(*draft.now.alerts, alert), closed=None)
        case ModeSet(mode):
            draft.put(mode=mode)
        case Checked(evidence=evidence):
            _add_check(draft, entry.at, event)
            for found in evidence:
                _add_evidence(draft, found)
        case Resumed():
            _resume(draft)
        case Requested(step):
            draft.keep("requested", step.id, event)
            draft.put(closed=None)
        case HoldSet() | Closed() | Told() | Noted() | Answered():
            _add_words(draft, entry.at, event)
        case _:
            _add_action(draft, _next_state(draft.now, entry.at, event))
            if event.step.unit == "break_glass" and isinstance(event, Concluded | UndoConcluded):
                _look_anew(draft, event.step.target.id, entry.at)


def _opened(entry: Entry, event: Opened) -> Incident:
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


def _add_check(draft: _Draft, at: datetime, event: Checked) -> None:
    step, before = event.step, draft.now.checks.get(event.step.id)
    in_a_row = (before.unknown_in_a_row if before else 0) + 1 if event.unknown else 0
    state = CheckState(step, at, (before.runs if before else 0) + 1, event.unknown, event.may_retry, in_a_row)
    draft.keep("checks", step.id, state)


def _add_words(draft: _Draft, at: datetime, event: HoldSet | Closed | Told | Noted | Answered) -> None:
    """What people were told, what they asked, and what they say themselves."""
    match event:
        case HoldSet():
            draft.put(hold=event)
        case Closed():
            draft.put(closed=event)
        case Told():
            _add_told(draft, at, event)
        case Answered():
            draft.put(answered=(*draft.now.answered, event))
        case Noted(_, text):
            draft.put(notes=(*(n for n in draft.now.notes if n.text != text), event))


def _add_told(draft: _Draft, at: datetime, event: Told) -> None:
    for occasion in event.occasions:
        before = draft.now.told.get((event.channel, occasion))
        failures = (before.failures if before else 0) + (not event.ok)
        state = ToldState(event.ok or (before is not None and before.ok), failures, at)
        draft.keep("told", (event.channel, occasion), state)


def _resume(draft: _Draft) -> None:
    given_up = {OutcomeKind.REFUSED, OutcomeKind.ASK, OutcomeKind.FAILED}
    for step_id, a in tuple(draft.now.actions.items()):
        if a.outcome and a.outcome.kind in given_up:
            draft.keep("actions", step_id, replace(a, outcome=None, attempts=0))
        else:
            draft.keep("actions", step_id, replace(a, attempts=min(a.attempts, 1)))
    draft.put(checks={step_id: c for step_id, c in draft.now.checks.items() if not c.unknown}, closed=None)


def _add_evidence(draft: _Draft, found: Evidence) -> None:
    match found:
        case KeyOwner():
            draft.keep("owners", found.key_id, found)
            draft.note_ours(found.request_ids)
        case KeyTried():
            draft.keep("tried", found.key_id, found)
            draft.note_ours(found.request_ids)
        case PrincipalSaved():
            draft.keep("saved", found.principal_arn, found)
        case PermissionsRead():
            draft.keep("permissions", found.principal_arn, found)
        case CallsRead():
            draft.keep("calls", found.key_id, found)
        case OrganizationFound():
            draft.keep("organizations", found.account, found)
        case CredentialFound():
            _add_credential(draft, found)
        case ResourceFound():
            draft.put(resources={found.target.id: found, **draft.now.resources})
        case InstanceRole() | DescentRead():
            _add_reach(draft, found)


def _add_reach(draft: _Draft, found: InstanceRole | DescentRead) -> None:
    if isinstance(found, DescentRead):
        draft.put(descent=found)
    else:
        draft.keep("instance_roles", found.instance_arn, found.role_arn)


def _add_credential(draft: _Draft, found: CredentialFound) -> None:
    """Who found it first says what it is."""
    if found.key_id not in draft.now.credentials:
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
        draft.keep("credentials", found.key_id, state)


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


def _look_anew(draft: _Draft, key_id: str, at: datetime) -> None:
    """What was seen of a key and of its quarantine before a person let it work again proves nothing any more."""
    owner = draft.now.owners.get(key_id)
    user_arn = owner.user_arn if owner else None
    for step_id, a in tuple(draft.now.actions.items()):
        if a.is_watched and _is_behind_glass(a.step, key_id, user_arn):
            draft.keep("actions", step_id, replace(a, looks=Looks(), concluded_at=at))


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


def _add_action(draft: _Draft, state: ActionState) -> None:
    draft.keep("actions", state.step.id, state)
    if state.looks.last is not None:
        draft.note_ours(state.looks.last.request_ids)
