"""The style and the script, under a name that changes with them."""

from fastapi import APIRouter
from starlette.responses import Response

from unleak.web.pages.looks import HEADERS, STATIC
from unleak.web.problems import NotThere

ROUTER = APIRouter()
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@ROUTER.get("/static/{name}")
def static(name: str) -> Response:
    content = STATIC.get(name)
    if content is None:
        raise NotThere("there is no such file", "")
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=_KINDS[name.rpartition(".")[2]], headers=headers)
