"""The service as one ASGI application."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.status import HTTP_401_UNAUTHORIZED, HTTP_404_NOT_FOUND

from unleak import __version__
from unleak.model.errors import UnleakError
from unleak.web import pages
from unleak.web.api import ROUTERS
from unleak.web.body import Bounded
from unleak.web.hooks import hooks
from unleak.web.log import log
from unleak.web.pages.trouble import is_page, problem_page
from unleak.web.pages.visitor import SignInFirst
from unleak.web.problems import SCHEMA, problem
from unleak.web.service import Service

_HEADERS = (
    (b"strict-transport-security", b"max-age=63072000"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def make_app(service: Service) -> FastAPI:
    """Answers nothing without a token or a sender's signature, but whether it lives and is ready."""
    app = FastAPI(
        title="unleak", version=__version__, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.service = service
    service.counts.watch(service.overview)
    app.include_router(hooks(service))
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1", responses=_problems())
    for router in pages.ROUTERS:
        app.include_router(router, include_in_schema=False)
    _operating(app, service)
    _refusing(app)
    app.add_middleware(Bounded, settings=service.listening.service)
    app.add_middleware(_Headers)
    return app


def _operating(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", include_in_schema=False)
    def lives() -> dict[str, str]:
        return {"lives": "yes"}

    @app.get("/readyz", include_in_schema=False)
    def ready() -> JSONResponse:
        try:
            service.world.record.answers()
        except Exception as error:  # noqa: BLE001  whatever it is, this process is of no use without its record
            return JSONResponse({"ready": "no", "why": type(error).__name__}, 503)
        return JSONResponse({"ready": "yes"})

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> PlainTextResponse:
        return PlainTextResponse(service.counts.text(), media_type="text/plain; version=0.0.4")


def _refusing(app: FastAPI) -> None:
    @app.exception_handler(UnleakError)
    def ours(request: Request, error: UnleakError) -> Response:
        if isinstance(error, SignInFirst):
            return RedirectResponse(error.target, 303)
        status, document = problem(error)
        if is_page(request):
            return problem_page(request, status, str(document["said"]), str(document["next"]))
        nobody = status == HTTP_401_UNAUTHORIZED
        return JSONResponse(document, status, headers={"WWW-Authenticate": "Bearer"} if nobody else None)

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, error: RequestValidationError) -> Response:
        """What was wrong where, and nothing of what was sent."""
        if is_page(request):
            return problem_page(request, 404, "There is no such page.", "")
        said = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:10])
        return JSONResponse(_problem("not_understood", said, "see /api/v1/openapi.json"), 422)

    @app.exception_handler(HTTPException)
    def of_http(request: Request, error: HTTPException) -> Response:
        if is_page(request) and error.status_code == HTTP_404_NOT_FOUND:
            return problem_page(request, 404, "There is no such page.", "")
        return JSONResponse(_problem("http", str(error.detail), ""), error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    def defect(request: Request, error: Exception) -> Response:
        """Its words may hold what must not be told."""
        log("defect", path=request.url.path, kind=type(error).__name__)
        if is_page(request):
            return problem_page(request, 500, "A defect of unleak itself ended this.", "report it")
        return JSONResponse(_problem("defect", "a defect of unleak itself ended this", "report it"), 500)


def _problem(reason: str, said: str, hint: str) -> dict[str, str]:
    return {"schema": SCHEMA, "reason": reason, "said": said, "next": hint}


def _problems() -> dict[int | str, dict[str, Any]]:
    document = {
        "type": "object",
        "required": ["schema", "reason", "said", "next"],
        "properties": {name: {"type": "string"} for name in ("schema", "reason", "said", "next")},
    }
    said = {
        400: "Not JSON.",
        401: "No good token.",
        403: "Not with this role.",
        404: "No such thing.",
        408: "Too slow.",
        409: "It has moved on.",
        413: "Too large.",
        422: "Not possible.",
        429: "Too often.",
        503: "Could not look.",
    }
    return {
        status: {"description": text, "content": {"application/json": {"schema": document}}}
        for status, text in said.items()
    }


class _Headers:
    """On every answer, whatever made it; what says more for itself keeps it. Browsers heed the first by https alone."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                message = {**message, "headers": [*message["headers"], *(h for h in _HEADERS if h[0] not in said)]}
            await send(message)

        await self._app(scope, receive, sending)
