"""What a person does at a page: the same decisions as at the API, bound to what that page had shown."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from unleak.engine import decisions
from unleak.model.clock import parse_stamp
from unleak.model.entry import Resumed
from unleak.model.errors import Misuse, NotPossible
from unleak.model.incident import Incident
from unleak.model.plan import Outcome, OutcomeKind
from unleak.respond import restore, undo
from unleak.scan.words import without_secret
from unleak.web.api.asked import Asked, Body, IncidentId, Words
from unleak.web.api.decisions import Digest, Glass, Hold, NewMode, No, StepId, Why, Yes
from unleak.web.bearer import Bearer, seen
from unleak.web.log import log
from unleak.web.pages.forms import Form, form_of
from unleak.web.pages.incident import close_digest, restore_digest, shown
from unleak.web.pages.looks import HEADERS
from unleak.web.pages.step import undo_digest
from unleak.web.pages.visitor import Approver, Responder
from unleak.web.service import Service

ROUTER = APIRouter()


class Lifting(Why):
    digest: Digest


class Back(Lifting):
    step: StepId


class Note(Body):
    text: Words
    due: str = ""


class Nothing(Body):
    pass


async def _do(
    request: Request, service: Service, bearer: Bearer, incident_id: str, said: str, kind: type[Form],
    deed: Callable[[Incident, Form], object],
) -> Response:  # fmt: skip
    """Reads the form, does it in this person's name, and goes back to the incident."""
    form = await form_of(request, kind)

    def doing() -> None:
        deed(seen(service, bearer, incident_id), form)
        log("decided", incident=incident_id, said=said, who=bearer.who)
        service.woken()

    await run_in_threadpool(doing)
    return RedirectResponse(f"/incidents/{incident_id}?said={said}", 303, HEADERS)


@ROUTER.post("/incidents/{incident_id}/approve")
async def approve(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, yes: Yes) -> None:
        bearer.check_decides(incident, yes.step)
        decisions.approve(
            service.world, incident, yes.step, who=bearer.who, why=yes.why, hours=yes.hours, digest=yes.digest
        )

    return await _do(request, service, bearer, incident_id, "approved", Yes, deed)


@ROUTER.post("/incidents/{incident_id}/decline")
async def decline(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, no: No) -> None:
        bearer.check_decides(incident, no.step)
        decisions.decline(service.world, incident, no.step, who=bearer.who, why=no.why, digest=no.digest)

    return await _do(request, service, bearer, incident_id, "declined", No, deed)


@ROUTER.post("/incidents/{incident_id}/undo")
async def take_back(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, back: Back) -> None:
        bearer.check_decides(incident, back.step)
        with service.world.record.lease(incident_id):
            state = seen(service, bearer, incident_id).actions.get(back.step)
            if state is None or undo_digest(state) != back.digest:
                raise Misuse(
                    f"{back.step} has changed since it was shown", "look at it again, then decide on what it is now"
                )
            _, outcome = undo(service.world, incident_id, back.step, who=bearer.who, why=without_secret(back.why))
        _check(back.step, outcome)

    return await _do(request, service, bearer, incident_id, "undone", Back, deed)


@ROUTER.post("/incidents/{incident_id}/restore")
async def lift_all(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, back: Lifting) -> None:
        bearer.check_restores(incident)
        with service.world.record.lease(incident_id):
            if restore_digest(seen(service, bearer, incident_id)) != back.digest:
                raise Misuse("what would be lifted has changed since it was shown", "look at it again")
            _, outcomes = restore(service.world, incident_id, who=bearer.who, why=without_secret(back.why))
        for step_id, outcome in outcomes:
            _check(step_id, outcome)

    return await _do(request, service, bearer, incident_id, "restored", Lifting, deed)


@ROUTER.post("/incidents/{incident_id}/glass")
async def break_glass(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, glass: Glass) -> None:
        fence = decisions.Fence(glass.hours, glass.allow, glass.addresses)
        decisions.ask_for_glass(service.world, incident, fence, who=bearer.who, why=glass.why)

    return await _do(request, service, bearer, incident_id, "asked", Glass, deed)


@ROUTER.post("/incidents/{incident_id}/mode")
async def set_mode(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, new: NewMode) -> None:
        bearer.check_steers(incident)
        decisions.set_mode(service.world, incident, new.mode, who=bearer.who, why=new.why)

    return await _do(request, service, bearer, incident_id, "mode", NewMode, deed)


@ROUTER.post("/incidents/{incident_id}/hold")
async def hold(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, held: Hold) -> None:
        decisions.hold(service.world, incident, on=held.on, who=bearer.who, why=held.why)

    return await _do(request, service, bearer, incident_id, "hold", Hold, deed)


@ROUTER.post("/incidents/{incident_id}/close")
async def close(request: Request, service: Asked, bearer: Approver, incident_id: IncidentId) -> Response:
    def deed(_: Incident, over: Lifting) -> None:
        it = shown(service, bearer, incident_id)
        if close_digest(it) != over.digest:
            raise Misuse("more has come to light since this was shown", "look at it again, then close it")
        bearer.check_steers(it.incident)
        decisions.close(service.world, it.incident, who=bearer.who, why=over.why)

    return await _do(request, service, bearer, incident_id, "closed", Lifting, deed)


@ROUTER.post("/incidents/{incident_id}/note")
async def note(request: Request, service: Asked, bearer: Responder, incident_id: IncidentId) -> Response:
    def deed(incident: Incident, noted: Note) -> None:
        decisions.note(service.world, incident, noted.text, _due(noted.due), who=bearer.who)

    return await _do(request, service, bearer, incident_id, "noted", Note, deed)


@ROUTER.post("/incidents/{incident_id}/resume")
async def resume(request: Request, service: Asked, bearer: Responder, incident_id: IncidentId) -> Response:
    """What was refused or could not be seen is tried anew."""

    def deed(incident: Incident, _: Nothing) -> None:
        decisions.write(service.world, incident, Resumed(bearer.who))

    return await _do(request, service, bearer, incident_id, "looks", Nothing, deed)


def _due(text: str) -> datetime | None:
    """As a browser's field has it, in UTC."""
    if not text:
        return None
    try:
        return parse_stamp(text if text.endswith("Z") else f"{text}{':00' if text.count(':') == 1 else ''}Z")
    except ValueError as error:
        raise Misuse(f"{text[:40]} is no time", "write it like 2026-11-30T12:00, in UTC") from error


def _check(step_id: str, outcome: Outcome) -> None:
    """What was not taken back must not be told as if it were."""
    if outcome.kind not in {OutcomeKind.DONE, OutcomeKind.ALREADY}:
        raise NotPossible(f"{step_id} was not taken back: {outcome.detail}", "the incident's page says how it stands")
