"""Who is signed in, and which tokens there are: for admins."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from unleak.store.tokens import Kind
from unleak.web.api.asked import Asked
from unleak.web.bearer import Bearer, check_governs
from unleak.web.log import log
from unleak.web.pages.forms import form_of
from unleak.web.pages.looks import HEADERS, page
from unleak.web.pages.visitor import Admin
from unleak.web.service import Service

ROUTER = APIRouter()


class Ending(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str


@ROUTER.get("/people")
def people_page(request: Request, service: Asked, bearer: Admin) -> Response:
    now = service.world.clock.now()
    sessions = [s for s in service.tokens.all(Kind.SESSION) if s.is_good(now) and bearer.governs(s.accounts)]
    tokens = [t for t in service.tokens.all() if bearer.governs(t.accounts)]
    return page(request, bearer, "people.html", sessions=sessions, tokens=tokens, now=now)


@ROUTER.post("/people/end")
async def end(request: Request, service: Asked, bearer: Admin) -> Response:
    """A session or a token is refused from now on."""
    ending = await form_of(request, Ending)
    await run_in_threadpool(_end, service, bearer, ending.id[:16])
    return RedirectResponse("/people", 303, HEADERS)


def _end(service: Service, bearer: Bearer, token_id: str) -> None:
    check_governs(service, bearer, token_id)
    service.tokens.end(token_id, service.world.clock.now())
    log("token ended", token=token_id, who=bearer.who)
