"""Long looks, from the incident's page: asked for with a click, read when they are answered."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from unleak.engine.inquiries.kinds import KINDS
from unleak.model.errors import Misuse
from unleak.web.api.asked import Asked, IncidentId
from unleak.web.api.inquiries import Form, Number, ask_, read_inquiry
from unleak.web.api.questions import Wanted
from unleak.web.pages.forms import form_of
from unleak.web.pages.looks import HEADERS
from unleak.web.pages.visitor import Responder, Viewer

ROUTER = APIRouter()
TITLES = {
    "investigation": "Investigate: what the key did, and who near it is in or out, and why",
    "review": "Review: what stands in the account, in every region",
    "data": "Data: what was read, written over and deleted",
    "bill": "Bill: what it costs",
}
_WANTED: TypeAdapter[Wanted] = TypeAdapter(Wanted)


class Ask(BaseModel):
    """The rest is asked as its command does by itself; whoever wants more asks the API."""

    model_config = ConfigDict(extra="forbid")
    what: str


@ROUTER.post("/incidents/{incident_id}/ask")
async def ask(request: Request, service: Asked, bearer: Responder, incident_id: IncidentId) -> Response:
    form = await form_of(request, Ask)
    if form.what not in KINDS:
        raise Misuse("there is no such look", f"there are {', '.join(KINDS)}")
    wanted = _WANTED.validate_python({"what": form.what})
    await run_in_threadpool(ask_, service, bearer, incident_id, wanted)
    return RedirectResponse(f"/incidents/{incident_id}?said=sought#inquiries", 303, HEADERS)


@ROUTER.get("/incidents/{incident_id}/inquiries/{nr}")
def read(service: Asked, bearer: Viewer, incident_id: IncidentId, nr: Number, format: Form = "json") -> Response:  # noqa: A002  the command's option
    """A file: what it holds is told in none of our pages."""
    found = read_inquiry(service, bearer, incident_id, nr, format)
    found.headers.update(HEADERS)
    ending = {"text": "txt", "ocsf": "ndjson"}.get(format, format)
    found.headers["Content-Disposition"] = f'attachment; filename="{incident_id}-{nr}.{ending}"'
    return found
