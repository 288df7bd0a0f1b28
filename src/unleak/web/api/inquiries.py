"""Long looks: asked for here, done by whoever has time, kept in the record, and read here.

The bearer of a token must not have this machine read what they choose: `questions` says what may be asked.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel

from unleak.engine.inquiries.answering import document_in, told_as
from unleak.engine.inquiries.asking import Waiting, ask, waiting
from unleak.engine.inquiries.kinds import KINDS
from unleak.engine.inquiries.questions import accounts_in
from unleak.model.entry import Answered
from unleak.model.errors import CouldNotLook, NotNow
from unleak.model.incident import Incident
from unleak.web.api.asked import Asked, Document, IncidentId
from unleak.web.api.questions import Wanted
from unleak.web.bearer import Bearer, Responder, Viewer, seen
from unleak.web.log import log
from unleak.web.overview import account_of_incident
from unleak.web.problems import NotAllowed, NotThere
from unleak.web.service import Service

ROUTER = APIRouter(tags=["inquiries"])
Form = Literal["json", "text", "html", "ocsf"]
_MEDIA = {"json": "application/json", "text": "text/plain", "html": "text/html", "ocsf": "application/x-ndjson"}
Number = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$", description="As it was answered when it was asked.")]


class InquiryRow(BaseModel):
    """`state`: `waits` (also for another try: `why`, `again_at`), `failed` (no more tries: `why`), or `answered`.

    `finds`: there is something to look at. `unseen`: what could not be looked at; where there is any, `complete` is
    false, and silence no answer. `formats`: as what its document is told.
    """

    nr: str
    what: str
    state: Literal["waits", "failed", "answered"]
    asked_by: str
    options: dict[str, Any]
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    summary: str = ""
    finds: bool | None = None
    complete: bool | None = None
    unseen: tuple[str, ...] = ()
    tries: int = 0
    why: str = ""
    again_at: datetime | None = None
    formats: tuple[str, ...] = ()


class Inquiries(Document):
    """The oldest first, those without an answer last."""

    schema_: Literal["unleak.inquiries/1"] = "unleak.inquiries/1"
    inquiries: list[InquiryRow]


class Taken(BaseModel):
    """`nr`: by which it is read. The same question that waits already has the same."""

    incident: str
    nr: str
    who: str


@ROUTER.post("/incidents/{incident_id}/inquiries", status_code=202)
def ask_(service: Asked, bearer: Responder, incident_id: IncidentId, wanted: Wanted) -> Taken:
    incident = seen(service, bearer, incident_id)
    kind = KINDS[wanted.what]
    question = kind.question(**_bounded(bearer, incident, wanted.model_dump(exclude={"what"})))
    nr = ask(service.world, service.inbox, incident, kind, question, bearer.who)
    service.woken()
    log("asked", incident=incident_id, what=kind.id, nr=nr, who=bearer.who)
    return Taken(incident=incident_id, nr=nr, who=bearer.who)


@ROUTER.get("/incidents/{incident_id}/inquiries")
def list_inquiries(service: Asked, bearer: Viewer, incident_id: IncidentId) -> Inquiries:
    incident = seen(service, bearer, incident_id)
    return Inquiries(inquiries=list(rows_of(service, bearer, incident)))


_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in _MEDIA.values() if kind != _MEDIA["json"]}
          | {_MEDIA["json"]: {"schema": {"type": "object"}}}}
}  # fmt: skip


@ROUTER.get("/incidents/{incident_id}/inquiries/{nr}", responses=_FORMS)
def read_inquiry(
    service: Asked,
    bearer: Viewer,
    incident_id: IncidentId,
    nr: Number,
    format: Form = "json",  # noqa: A002  the command's option is called so
) -> Response:
    """What was found, as the command of the same name tells it. `html` is of investigations and reviews, `ocsf` of the
    former.
    """
    incident = seen(service, bearer, incident_id)
    found = next((a for a in incident.answered if a.inquiry == nr and bearer.sees_all_of(a)), None)
    if found is None:
        raise _not_answered(next((r for r in rows_of(service, bearer, incident) if r.nr == nr), None))
    record = service.world.record
    if format == "json":
        return Response(document_in(record, found), media_type=_MEDIA["json"])
    text = told_as(record, found, format, incident_id)
    aside = {"Content-Disposition": "attachment"} if format == "html" else None
    return Response(text, media_type=_MEDIA[format], headers=aside)


def _bounded(bearer: Bearer, incident: Incident, options: dict[str, Any]) -> dict[str, Any]:
    """A bearer of some accounts asks of these, and of the incident's own where none is named. Raises NotAllowed."""
    if not bearer.token.accounts:
        return options
    named = accounts_in(options)
    if options.get("organization") or not all(map(bearer.sees, named)):
        raise NotAllowed(403, "the token is not for all of these accounts", "ask for one that is")
    return options | ({"accounts": named or (account_of_incident(incident),)} if "accounts" in options else {})


def rows_of(service: Service, bearer: Bearer, incident: Incident) -> Iterator[InquiryRow]:
    """Those that this bearer may see, the oldest first, and then those without an answer."""
    open_ = waiting(service.inbox, incident.id)
    answered = service.readings.of(incident.id).incident.answered  # later: what was answered meanwhile is not lost
    known = {a.inquiry for a in answered}
    yield from (_answered(a) for a in answered if bearer.sees_all_of(a))
    for one in open_:
        options = one.inquiry.options
        everywhere = bool(bearer.token.accounts and options.get("organization"))
        if one.inquiry.mark not in known and not everywhere and all(map(bearer.sees, accounts_in(options))):
            yield _waits(one)


def _answered(a: Answered) -> InquiryRow:
    formats = tuple(KINDS[a.what].formats) if a.what in KINDS else ("json",)
    return InquiryRow(
        nr=a.inquiry, what=a.what, state="answered", asked_by=a.asked_by, options=dict(a.options), answered_at=a.at,
        summary=a.summary, finds=a.finds, complete=a.is_complete, unseen=a.unseen, formats=formats,
    )  # fmt: skip


def _waits(one: Waiting) -> InquiryRow:
    inquiry, errand = one.inquiry, one.errand
    return InquiryRow(
        nr=inquiry.mark, what=inquiry.what, state="failed" if errand.is_aside else "waits", asked_by=inquiry.who,
        options=dict(inquiry.options), asked_at=errand.at, tries=errand.tries, why=errand.told,
        again_at=errand.due_at if errand.tries and not errand.is_aside else None,
    )  # fmt: skip


def _not_answered(row: InquiryRow | None) -> Exception:
    if row is None:
        return NotThere("there is no such inquiry", "GET …/inquiries lists them")
    if row.state == "failed":
        return CouldNotLook(f"it could not be looked: {row.why}", "ask it anew")
    again = f"; the last try: {row.why}" if row.why else ""
    return NotNow(f"it is not answered yet{again}", "ask again in a while")
