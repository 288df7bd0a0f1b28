"""Who looks: a person whose browser bears a session, what that person may do, and on which accounts.

The cookie is of this host alone and out of reach of scripts. What changes something must come from our own pages: the
browser itself says so, in a header that no page can forge (https://www.w3.org/TR/fetch-metadata/), so that no page
holds a word of its own and all who may see the same get the same.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from starlette.responses import Response

from unleak.intake.notice import Reason, Refused
from unleak.model.errors import UnleakError
from unleak.store.tokens import Kind, Role, Token
from unleak.web.bearer import Bearer
from unleak.web.log import log
from unleak.web.problems import NotAllowed
from unleak.web.service import Service

SESSION = timedelta(hours=10)
"""A night's watch; then who it is must be shown again."""
_SIGN_IN = "/signin"


class SignInFirst(UnleakError):
    """Nobody is signed in. `target` is where to go."""

    def __init__(self, path: str) -> None:
        super().__init__("nobody is signed in", "sign in")
        self.target = f"{_SIGN_IN}?next={quote(path, safe='/')}" if path != "/" else _SIGN_IN


def visitor_with(role: Role) -> Callable[[Request], Bearer]:
    """A dependency of a page: whoever is signed in, with at least this role."""

    def visitor(request: Request) -> Bearer:
        service: Service = request.app.state.service
        token = session_of(request, service)
        if token is None:
            raise SignInFirst(_asked_for(request))
        check_sent_from_here(request)
        if not service.bearers.spend(token.id):
            raise Refused(Reason.TOO_MANY, "you ask too often", "wait a minute")
        if not token.role.may(role):
            raise NotAllowed(403, f"this takes the role {role.value}, and you have {token.role.value}", "ask for it")
        return Bearer(token)

    return visitor


Viewer = Annotated[Bearer, Depends(visitor_with(Role.VIEWER))]
Responder = Annotated[Bearer, Depends(visitor_with(Role.RESPONDER))]
Approver = Annotated[Bearer, Depends(visitor_with(Role.APPROVER))]
Admin = Annotated[Bearer, Depends(visitor_with(Role.ADMIN))]


def session_of(request: Request, service: Service) -> Token | None:
    """The good session that this browser bears."""
    word = request.cookies.get(_cookie(request), "")
    token = service.tokens.of(word, Kind.SESSION) if word else None
    return token if token is not None and token.is_good(service.world.clock.now()) else None


def check_sent_from_here(request: Request) -> None:
    """Raises NotAllowed for a form of another site. https://datatracker.ietf.org/doc/html/rfc6454 for old browsers."""
    if request.method in {"GET", "HEAD"}:
        return
    site = request.headers.get("sec-fetch-site")
    host = request.headers.get("host", "")
    ours = {f"{scheme}://{host}" for scheme in ("https", "http")} if host else set()
    if site != "same-origin" if site is not None else request.headers.get("origin") not in ours:
        raise NotAllowed(403, "this was not sent from one of our own pages", "open the page, and send it from there")


def open_session(
    request: Request, response: Response, service: Service, whose: str, role: Role, accounts: tuple[str, ...],
    until: datetime | None, by: str,
) -> None:  # fmt: skip
    """Signs this browser in. `until`: it ends by then at the latest; `by`: how the person showed who it is."""
    now = service.world.clock.now()
    ends = min(now + SESSION, until or now + SESSION)
    token, word = service.tokens.make(whose, role, accounts, now, ends, by, Kind.SESSION)
    seconds = int((ends - now).total_seconds())
    https = is_https(request)
    response.set_cookie(_cookie(request), word, seconds, path="/", secure=https, httponly=True, samesite="lax")
    log("signed in", session=token.id, who=whose, role=role.value, by=by)


def end_session(request: Request, response: Response, service: Service, token: Token) -> None:
    service.tokens.end(token.id, service.world.clock.now())
    response.delete_cookie(_cookie(request), path="/", secure=is_https(request), httponly=True)
    log("signed out", session=token.id, who=token.name)


def is_https(request: Request) -> bool:
    """As the browser sees it: `service.url` tells of a proxy before us that has it."""
    service: Service = request.app.state.service
    outside = urlsplit(service.listening.service.url)
    by_its_name = request.headers.get("host", "").lower() == outside.netloc.lower()
    return request.url.scheme == "https" or (outside.scheme == "https" and by_its_name)


def _cookie(request: Request) -> str:
    """Browsers take `__Host-` as a promise that no other host of the domain could have set it."""
    return "__Host-unleak" if is_https(request) else "unleak"


def _asked_for(request: Request) -> str:
    """Where a person goes on after signing in: the page itself, not a form that was sent."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def local_path(given: str) -> str:
    """A place of ours to go on at; whatever else is given, the start."""
    is_ours = given.startswith("/") and not given.startswith("//") and given.isprintable() and "\\" not in given
    return given if is_ours else "/"
