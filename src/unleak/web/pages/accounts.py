"""Every account: would a containment work there tonight, what is open, how did the last drill end."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from unleak.web import accounts
from unleak.web.api.accounts import AccountNumber
from unleak.web.api.asked import Asked
from unleak.web.pages.forms import form_of
from unleak.web.pages.looks import HEADERS, page
from unleak.web.pages.visitor import Responder, Viewer
from unleak.web.problems import NotThere

ROUTER = APIRouter()
_A_PAGE = 50
_TITLES = {"": "all", "yes": "ready", "no": "not ready", "could_not_look": "could not look", "not_known": "not known"}


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


@ROUTER.get("/accounts")
def accounts_page(
    request: Request, service: Asked, bearer: Viewer, ready: str = "", q: str = "", after: str = ""
) -> Response:
    """By number. `q` is a part of it."""
    fitting = [one for one in accounts.accounts(service, bearer) if q.strip() in one.account]
    chosen = ready if ready in _TITLES else ""
    rows = [one for one in fitting if not chosen or one.ready == chosen]
    shown = [one for one in rows if one.account > after][:_A_PAGE]
    return page(
        request,
        bearer,
        "accounts.html",
        rows=shown,
        count=len(rows),
        counts={name: sum(not name or one.ready == name for one in fitting) for name in _TITLES},
        titles=_TITLES,
        begun=bool(after),
        next=shown[-1].account if shown and shown[-1] is not rows[-1] else "",
        embedded=accounts.embedded_drill(service),
        asked={"ready": chosen, "q": q},
    )


@ROUTER.get("/accounts/{account}")
def account_page(request: Request, service: Asked, bearer: Viewer, account: AccountNumber, said: str = "") -> Response:
    one = next((a for a in accounts.accounts(service, bearer) if a.account == account), None)
    if one is None:
        raise NotThere(f"there is no account {account}", "the list has those that are known")
    told = "A worker looks at it now. Load this page again in a minute." if said == "asked" else ""
    return page(request, bearer, "account.html", one=one, said=told)


@ROUTER.post("/accounts/{account}/check")
async def check(request: Request, service: Asked, bearer: Responder, account: AccountNumber) -> Response:
    await form_of(request, Nothing)
    await run_in_threadpool(accounts.ask_for_check, service, bearer, account)
    return RedirectResponse(f"/accounts/{account}?said=asked", 303, HEADERS)
