"""Signing in through a provider: there by a link, back with a code."""

import hmac
from contextlib import suppress

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from unleak.model.errors import CouldNotLook, Misuse
from unleak.web.api.asked import Asked
from unleak.web.log import log
from unleak.web.oidc.id_token import claims_of
from unleak.web.oidc.person import Person, lacks, person_of
from unleak.web.oidc.provider import Provider, word
from unleak.web.oidc.refusal import NotSignedIn, Why
from unleak.web.oidc.transaction import LASTS, Transaction, sealed, unsealed
from unleak.web.pages.looks import HEADERS, page
from unleak.web.pages.visitor import is_https, local_path, open_session, session_of
from unleak.web.problems import NotThere
from unleak.web.service import Service

ROUTER = APIRouter()
_BACK = "/signin/back"
_LONGEST_PLACE = 1000
"""It travels in the cookie, of which browsers take 4096 bytes."""


@ROUTER.get("/signin/oidc")
def begin(request: Request, service: Asked) -> Response:
    """A link leads here, no form: our pages' forms may lead to us alone."""
    place, provider = _place(request), _provider(service)
    if session_of(request, service) is not None:
        return RedirectResponse(place, 303, HEADERS)
    address = service.listening.service.url or str(request.base_url).rstrip("/")
    transaction = Transaction.begun(address + _BACK, place, service.world.clock.now())
    try:
        response = RedirectResponse(provider.address_for(transaction), 303, HEADERS)
    except CouldNotLook as error:
        return _refused(request, service, _unreachable(error))
    https = is_https(request)
    response.set_cookie(
        _cookie(request), sealed(transaction, provider.settings), int(LASTS.total_seconds()), path=_path(request),
        secure=https, httponly=True, samesite="lax",
    )  # fmt: skip
    return response


@ROUTER.get(_BACK)
def back(request: Request, service: Asked) -> Response:
    """The attempt is over, however it ends; but not by an address that somebody else made this browser open."""
    provider = _provider(service)
    try:
        transaction = _transaction(request, service, provider)
    except NotSignedIn as refused:
        return _refused(request, service, refused)
    try:
        person = _person(request, service, provider, transaction)
    except NotSignedIn as refused:
        return _over(request, _refused(request, service, refused))
    except CouldNotLook as error:
        return _over(request, _refused(request, service, _unreachable(error)))
    response = RedirectResponse(transaction.place, 303, HEADERS)
    if (earlier := session_of(request, service)) is not None:
        with suppress(Misuse):  # it has ended meanwhile
            service.tokens.end(earlier.id, service.world.clock.now())
    open_session(request, response, service, person.name, person.role, person.accounts, None, f"oidc {provider.host}")
    return _over(request, response)


def _transaction(request: Request, service: Service, provider: Provider) -> Transaction:
    """That this browser began, and the provider answers. Raises NotSignedIn."""
    word_ = request.cookies.get(_cookie(request), "")
    transaction = unsealed(word_, provider.settings, service.world.clock.now()) if word_ else None
    if transaction is None:
        said = "This browser has not begun to sign in, or more than ten minutes ago."
        raise NotSignedIn(Why.NOT_BEGUN, said, "begin again, and let it keep cookies")
    state = request.query_params.get("state", "")
    if not hmac.compare_digest(state.encode(), transaction.state.encode()):
        raise NotSignedIn(Why.STATE, "This is not the answer to what this browser began last.", "begin again")
    return transaction


def _person(request: Request, service: Service, provider: Provider, transaction: Transaction) -> Person:
    """Raises NotSignedIn and CouldNotLook."""
    answer = request.query_params
    if answer.get("iss", provider.settings.issuer) != provider.settings.issuer or (
        provider.says_who_answers and "iss" not in answer
    ):
        raise NotSignedIn(Why.ISSUER, "Somebody else than your provider has answered.", "begin again")
    if "error" in answer or not answer.get("code"):
        said = "The provider did not sign you in."
        raise NotSignedIn(Why.DENIED, said, "begin again, or ask there", detail=word(answer.get("error")))
    if not service.strangers.has_left(_address(request)):
        raise NotSignedIn(Why.TOO_MANY, "Too much from this address was refused.", "wait a minute")
    granted = provider.exchange(answer["code"], transaction)
    claims = claims_of(provider, granted, transaction.nonce, service.world.clock.now())
    more = provider.userinfo(granted.access_token) if lacks(provider.settings, claims) else {}
    return person_of(provider.settings, claims, more)


def _refused(request: Request, service: Service, refused: NotSignedIn) -> Response:
    """Counted where it is not the provider's fault."""
    address = _address(request)
    log("not signed in", reason=refused.why.value, detail=refused.detail, who=refused.who, address=address)
    said, hint, status = str(refused), refused.hint, refused.status
    if refused.why is not Why.UNREACHABLE and not service.strangers.spend(address):
        said, hint, status = "Too much from this address was refused.", "wait a minute", 429
    return page(
        request, None, "problem.html", status, title="You are not signed in", said=said, hint=hint, back="/signin"
    )


def _unreachable(error: CouldNotLook) -> NotSignedIn:
    said = "The provider that vouches for people here could not be asked."
    return NotSignedIn(Why.UNREACHABLE, said, "try again in a minute, or sign in with a token", detail=str(error))


def _over(request: Request, response: Response) -> Response:
    response.delete_cookie(_cookie(request), path=_path(request), secure=is_https(request), httponly=True)
    return response


def _provider(service: Service) -> Provider:
    if service.provider is None:
        raise NotThere("There is no such page.", "")
    return service.provider


def _place(request: Request) -> str:
    place = local_path(request.query_params.get("next", "/"))
    return place if len(place) <= _LONGEST_PLACE else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _cookie(request: Request) -> str:
    """Over https no other host of the domain can plant an attempt of its own here; such a cookie is of every path."""
    return "__Host-unleak-attempt" if is_https(request) else "unleak-attempt"


def _path(request: Request) -> str:
    return "/" if is_https(request) else "/signin"
