"""What a person decides of an incident. Each is an entry in that person's name; the loop carries it out."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from unleak.engine import decisions
from unleak.engine.local import incident_id_of, open_incident
from unleak.engine.rotations import ask_to_rotate, check_from_elsewhere
from unleak.model.alert import Alert, Ground
from unleak.model.incident import Incident
from unleak.model.plan import Mode
from unleak.model.role import Role
from unleak.respond import restore, undo
from unleak.scan.words import without_secret
from unleak.web.api.asked import Asked, Body, IncidentId, Time, Words
from unleak.web.bearer import Approver, Bearer, Responder, seen
from unleak.web.log import log
from unleak.web.overview import account_of_incident
from unleak.web.problems import NotAllowed
from unleak.web.service import Service

ROUTER = APIRouter(tags=["decisions"])
KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{16,128}$")]
Consumer = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
Digest = Annotated[str, StringConstraints(min_length=8, max_length=128)]
StepId = Annotated[str, StringConstraints(min_length=1, max_length=2500)]


class Leak(Body):
    """A person's word that a key has leaked. Its secret has no place here: the word is the ground."""

    key_id: KeyId
    reason: Words
    mode: Mode | None = None
    leaked_at: Time | None = None
    public: bool | None = None


class Yes(Body):
    """`digest` is that of the change as it was shown; where it has changed since, nothing is approved."""

    step: StepId
    digest: Digest
    why: Words
    hours: float = Field(4.0, gt=0, le=168)


class No(Body):
    """`digest`: as of an approval."""

    step: StepId
    digest: Digest
    why: Words


class Wanted(Body):
    unit: Annotated[str, StringConstraints(max_length=64)]
    target: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    why: Words
    options: dict[str, str] = Field(default_factory=dict)


class Rotation(Body):
    """`consumers`: who is to get the new key, as `unleak rotate --to` names them. `frees`: an idle key of the user that
    may be deleted to make room.
    """

    consumers: Annotated[tuple[Consumer, ...], Field(min_length=1, max_length=50)]
    why: Words
    frees: KeyId | Literal[""] = ""


class Hold(Body):
    on: bool
    why: Words


class NewMode(Body):
    mode: Mode
    why: Words


class Glass(Body):
    why: Words
    hours: float = Field(2.0, gt=0, le=12)
    allow: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Back(Body):
    step: StepId
    why: Words


class Why(Body):
    why: Words


class Note(Body):
    """`due`: until when somebody must have acted on it."""

    text: Words
    due: Time | None = None


class Said(BaseModel):
    """What was written, and in whose name."""

    incident: str
    said: str
    who: str


class Undone(BaseModel):
    step: str
    outcome: str
    detail: str


@ROUTER.post("/incidents", status_code=202)
def open_(service: Asked, bearer: Responder, leak: Leak) -> Said:
    """Opens the incident of this key, or adds this word to the one that there is."""
    who, world = bearer.who, service.world
    now = world.clock.now()
    alert = Alert(
        leak.key_id, Ground.PERSON, "api", now, who, without_secret(leak.reason), leak.leaked_at, public=leak.public
    )
    if bearer.token.accounts and not bearer.sees(_account(leak.key_id)):
        raise NotAllowed(403, "the token is not for the account of this key", "ask for one that is")
    _check_mode(service, bearer, leak)
    incident = open_incident(world, alert, leak.mode, who)
    service.woken()
    return _said(incident.id, f"{leak.key_id} is responded to", who)


@ROUTER.post("/incidents/{incident_id}/approvals", status_code=202)
def approve(service: Asked, bearer: Approver, incident_id: IncidentId, yes: Yes) -> Said:
    incident = seen(service, bearer, incident_id)
    bearer.check_decides(incident, yes.step)
    change = decisions.approve(
        service.world, incident, yes.step, who=bearer.who, why=yes.why, hours=yes.hours, digest=yes.digest
    )
    return _written(service, incident_id, f"approved: {change.summary}", bearer.who)


@ROUTER.post("/incidents/{incident_id}/declines", status_code=202)
def decline(service: Asked, bearer: Approver, incident_id: IncidentId, no: No) -> Said:
    """The change waits no longer. It can be approved later all the same."""
    incident = seen(service, bearer, incident_id)
    bearer.check_decides(incident, no.step)
    change = decisions.decline(service.world, incident, no.step, who=bearer.who, why=no.why, digest=no.digest)
    return _written(service, incident_id, f"declined: {change.summary}", bearer.who)


@ROUTER.post("/incidents/{incident_id}/close", status_code=202)
def close(service: Asked, bearer: Approver, incident_id: IncidentId, over: Why) -> Said:
    """It is over. What holds is watched all the same, and a new alert opens it again."""
    incident = seen(service, bearer, incident_id)
    bearer.check_steers(incident)
    decisions.close(service.world, incident, who=bearer.who, why=over.why)
    return _written(service, incident_id, "closed", bearer.who)


@ROUTER.post("/incidents/{incident_id}/requests", status_code=202)
def request(service: Asked, bearer: Responder, incident_id: IncidentId, wanted: Wanted) -> Said:
    """A change that the table does not want by itself: it is shown, and waits for an approval."""
    incident = seen(service, bearer, incident_id)
    bearer.check_touches(incident, decisions.target_of(incident, wanted.target))
    step = decisions.request(
        service.world, incident, wanted.unit, wanted.target, who=bearer.who, why=wanted.why, options=wanted.options
    )
    return _written(service, incident_id, f"asked for: {step.id}", bearer.who)


@ROUTER.post("/incidents/{incident_id}/rotations", status_code=202)
def rotate(service: Asked, bearer: Responder, incident_id: IncidentId, wanted: Rotation) -> Said:
    """A new key for those who use this one: shown, and waiting for an approval. What is meant on one machine, a profile
    or a command, is refused.
    """
    incident = seen(service, bearer, incident_id)
    check_from_elsewhere(incident, wanted.consumers)
    step = ask_to_rotate(service.world, incident, wanted.consumers, wanted.frees, who=bearer.who, why=wanted.why)
    return _written(service, incident_id, f"asked for: {step.id}", bearer.who)


@ROUTER.post("/incidents/{incident_id}/hold", status_code=202)
def hold(service: Asked, bearer: Approver, incident_id: IncidentId, held: Hold) -> Said:
    """A legal hold: while it is on, nothing is deleted."""
    incident = seen(service, bearer, incident_id)
    decisions.hold(service.world, incident, on=held.on, who=bearer.who, why=held.why)
    return _written(service, incident_id, "held" if held.on else "the hold is over", bearer.who)


@ROUTER.post("/incidents/{incident_id}/notes", status_code=202)
def note(service: Asked, bearer: Responder, incident_id: IncidentId, noted: Note) -> Said:
    """What a person knows; the same text again takes the place of the former."""
    incident = seen(service, bearer, incident_id)
    decisions.note(service.world, incident, noted.text, noted.due, who=bearer.who)
    return _written(service, incident_id, "noted", bearer.who)


@ROUTER.post("/incidents/{incident_id}/mode", status_code=202)
def set_mode(service: Asked, bearer: Approver, incident_id: IncidentId, new: NewMode) -> Said:
    """How far the loop may go without a person."""
    incident = seen(service, bearer, incident_id)
    bearer.check_steers(incident)
    decisions.set_mode(service.world, incident, new.mode, who=bearer.who, why=new.why)
    return _written(service, incident_id, f"mode {new.mode.value}", bearer.who)


@ROUTER.post("/incidents/{incident_id}/break-glass", status_code=202)
def break_glass(service: Asked, bearer: Approver, incident_id: IncidentId, glass: Glass) -> Said:
    """Asked for here; what would be written is shown then, and approved as any other change."""
    incident = seen(service, bearer, incident_id)
    fence = decisions.Fence(glass.hours, glass.allow, glass.addresses)
    step = decisions.ask_for_glass(service.world, incident, fence, who=bearer.who, why=glass.why)
    return _written(service, incident_id, f"asked for: {step.id}", bearer.who)


@ROUTER.post("/incidents/{incident_id}/undo")
def take_back(service: Asked, bearer: Approver, incident_id: IncidentId, back: Back) -> Undone:
    """One change of ours. A leaked key is never activated again."""
    bearer.check_decides(seen(service, bearer, incident_id), back.step)
    with service.world.record.lease(incident_id):
        _, outcome = undo(service.world, incident_id, back.step, who=bearer.who, why=without_secret(back.why))
    log("undone", incident=incident_id, step=back.step, outcome=outcome.kind.value, who=bearer.who)
    return Undone(step=back.step, outcome=outcome.kind.value, detail=outcome.detail)


@ROUTER.post("/incidents/{incident_id}/restore")
def lift_all(service: Asked, bearer: Approver, incident_id: IncidentId, back: Why) -> list[Undone]:
    """Every deny of an incident that is over."""
    bearer.check_restores(seen(service, bearer, incident_id))
    with service.world.record.lease(incident_id):
        _, outcomes = restore(service.world, incident_id, who=bearer.who, why=without_secret(back.why))
    log("restored", incident=incident_id, changes=len(outcomes), who=bearer.who)
    return [Undone(step=step, outcome=o.kind.value, detail=o.detail) for step, o in outcomes]


def _check_mode(service: Service, bearer: Bearer, leak: Leak) -> None:
    """Whoever tells of a leak has it looked at, or looked after as the service does by itself; to go further, or to say
    otherwise of what is looked after already, is to decide.
    """
    incident = service.readings.of(incident_id_of(leak.key_id)).incident
    by_itself = {Mode.OBSERVE, Mode.QUARANTINE, service.listening.service.mode}
    if leak.mode is not None and leak.mode not in ({incident.mode} if incident.seq else by_itself):
        bearer.check_role(Role.APPROVER)
        bearer.check_steers(incident)


def _account(key_id: str) -> str:
    return account_of_incident(Incident(key_id=key_id))


def _written(service: Service, incident_id: str, said: str, who: str) -> Said:
    service.woken()
    return _said(incident_id, said, who)


def _said(incident_id: str, said: str, who: str) -> Said:
    log("decided", incident=incident_id, said=said, who=who)
    return Said(incident=incident_id, said=said, who=who)
