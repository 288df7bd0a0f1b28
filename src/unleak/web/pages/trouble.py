"""What went wrong, as a page that says what to do next."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import HTMLResponse

from unleak.web.pages.looks import page
from unleak.web.pages.visitor import local_path

_OTHERS = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics", "/static/", "/live")
_TITLES = {
    401: "Sign in first",
    403: "You may not do this",
    404: "Not found",
    409: "It has moved on",
    422: "That is not possible",
    429: "Too often",
    503: "Could not look",
}


def is_page(request: Request) -> bool:
    """Whether a person is waiting for the answer."""
    return not request.url.path.startswith(_OTHERS)


def problem_page(request: Request, status: int, said: str, hint: str) -> HTMLResponse:
    title = _TITLES.get(status, "That did not work")
    return page(request, None, "problem.html", status, title=title, said=said, hint=hint, back=_came_from(request))


def _came_from(request: Request) -> str:
    try:
        place = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    return local_path(place.path + (f"?{place.query}" if place.query else ""))
