"""Signing in and out."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from unleak.intake.notice import Reason, Refused
from unleak.store.tokens import Token, by_token
from unleak.web.api.asked import Asked
from unleak.web.pages.forms import form_of
from unleak.web.pages.looks import HEADERS, page
from unleak.web.pages.visitor import (
    Viewer,
    check_sent_from_here,
    end_session,
    local_path,
    open_session,
    session_of,
)
from unleak.web.service import Service

ROUTER = APIRouter()


class Shown(BaseModel):
    """`token` is a token of the API: whoever bears it may sign in with what it may do."""

    model_config = ConfigDict(extra="forbid")
    token: str = ""
    next: str = "/"


@ROUTER.get("/")
def start(bearer: Viewer) -> Response:
    del bearer
    return RedirectResponse("/incidents", 303)


@ROUTER.get("/signin")
def sign_in_page(request: Request, service: Asked) -> Response:
    """Whoever is signed in already goes on."""
    place = local_path(request.query_params.get("next", "/"))
    if session_of(request, service) is not None:
        return RedirectResponse(place, 303)
    return _form(request, service, place)


@ROUTER.post("/signin")
async def sign_in(request: Request, service: Asked) -> Response:
    check_sent_from_here(request)
    shown = await form_of(request, Shown)
    place = local_path(shown.next)
    token = await run_in_threadpool(_good_token, request, service, shown.token.strip())
    if token is None:
        return _form(request, service, place, "That is no good token.")
    response = RedirectResponse(place, 303, HEADERS)
    await run_in_threadpool(
        open_session,
        request,
        response,
        service,
        token.name,
        token.role,
        token.accounts,
        token.expires_at,
        by_token(token.id),
    )
    return response


@ROUTER.post("/signout")
def sign_out(request: Request, service: Asked, bearer: Viewer) -> Response:
    response = RedirectResponse("/signin", 303, HEADERS)
    end_session(request, response, service, bearer.token)
    return response


def _form(request: Request, service: Service, place: str, wrong: str = "") -> Response:
    host = service.provider.host if service.provider else ""
    return page(request, None, "signin.html", 401 if wrong else 200, next=place, wrong=wrong, host=host)


def _good_token(request: Request, service: Service, word: str) -> Token | None:
    """Raises Refused where too much from this address was refused."""
    token = service.tokens.of(word) if word else None
    if token is not None and token.is_good(service.world.clock.now()):
        if not service.bearers.spend(token.id):
            raise Refused(Reason.TOO_MANY, "this token asks too often", "wait a minute")
        return token
    if not service.strangers.spend(request.client.host if request.client else ""):
        raise Refused(Reason.TOO_MANY, "too much from this address was refused", "wait a minute")
    return None
