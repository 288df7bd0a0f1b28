"""What scans of repositories found, and the repositories: filters live in the address, a person's word has a reason."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from unleak.store.findings import Asked as Wanted
from unleak.store.findings import State, Word
from unleak.web.api.asked import Asked, Words
from unleak.web.api.findings import FindingId
from unleak.web.bearer import Bearer
from unleak.web.found import found, say, sees
from unleak.web.pages.forms import form_of
from unleak.web.pages.looks import HEADERS, page
from unleak.web.pages.visitor import Responder, Viewer
from unleak.web.service import Service

ROUTER = APIRouter()
Text = Annotated[str, Query(max_length=255)]
_A_PAGE = 50
_SAID = {
    Word.IGNORED: "It is ignored now. The key is responded to all the same.",
    Word.ACKNOWLEDGED: "It is known now.",
    Word.REOPENED: "What was said of it is taken back.",
}


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")
    why: Words


class Ignore(Why):
    """`until`: a day, as a browser's field has it; from its beginning on, in UTC, it is shown again."""

    until: date | None = None


@ROUTER.get("/findings")
def findings_page(
    request: Request, service: Asked, bearer: Viewer, state: str = "", repository: Text = "", account: Text = "",
    q: Text = "", after: Text = "",
) -> Response:  # fmt: skip
    """Newest first. `q` is a part of a key's id, a fingerprint, a repository or a path."""
    now = service.world.clock.now()
    chosen = State(state) if state in list(State) else None
    wanted = Wanted(sees(service, bearer), repository, chosen, account, "", q.strip(), after, _A_PAGE)
    rows, more = service.findings.page(wanted, now)
    return page(
        request,
        bearer,
        "findings.html",
        rows=rows,
        counts=service.findings.counts(wanted, now),
        begun=bool(after),
        next=rows[-1].id if more else "",
        asked={"state": chosen.value if chosen else "", "repository": repository, "account": account, "q": q},
    )


@ROUTER.get("/findings/{finding_id}")
def finding_page(request: Request, service: Asked, bearer: Viewer, finding_id: FindingId, said: str = "") -> Response:
    one = found(service, bearer, finding_id)
    words = service.findings.said([finding_id]).get(finding_id, [])
    told = _SAID[Word(said)] if said in list(Word) else ""
    return page(request, bearer, "finding.html", one=one, words=words, said=told)


@ROUTER.post("/findings/{finding_id}/ignore")
async def ignore(request: Request, service: Asked, bearer: Responder, finding_id: FindingId) -> Response:
    ignored = await form_of(request, Ignore)
    until = datetime(ignored.until.year, ignored.until.month, ignored.until.day, tzinfo=UTC) if ignored.until else None
    return await _say(service, bearer, finding_id, Word.IGNORED, ignored.why, until)


@ROUTER.post("/findings/{finding_id}/acknowledge")
async def acknowledge(request: Request, service: Asked, bearer: Responder, finding_id: FindingId) -> Response:
    return await _say(service, bearer, finding_id, Word.ACKNOWLEDGED, (await form_of(request, Why)).why)


@ROUTER.post("/findings/{finding_id}/reopen")
async def reopen(request: Request, service: Asked, bearer: Responder, finding_id: FindingId) -> Response:
    return await _say(service, bearer, finding_id, Word.REOPENED, (await form_of(request, Why)).why)


@ROUTER.get("/repositories")
def repositories_page(
    request: Request, service: Asked, bearer: Viewer, show: str = "", q: Text = "", after: Text = ""
) -> Response:
    """By name. `show`: `new` findings in them, or `gaps`."""
    rows, more = service.findings.repositories(
        service.world.clock.now(),
        sees=sees(service, bearer),
        q=q.strip(),
        state=State.NEW if show == "new" else None,
        gaps=show == "gaps",
        after=after,
        limit=_A_PAGE,
    )
    return page(
        request,
        bearer,
        "repositories.html",
        rows=rows,
        begun=bool(after),
        next=rows[-1].name if more else "",
        shows={"": "all", "new": "with new findings", "gaps": "not all seen"},
        asked={"show": show if show in {"new", "gaps"} else "", "q": q},
    )


async def _say(
    service: Service, bearer: Bearer, finding_id: str, word: Word, why: str, until: datetime | None = None
) -> Response:
    await run_in_threadpool(say, service, bearer, finding_id, word, why, until)
    return RedirectResponse(f"/findings/{finding_id}?said={word.value}", 303, HEADERS)
