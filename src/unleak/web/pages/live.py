"""What is new, as server-sent events: the browser then asks for the page again, and shows what has changed.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from unleak.intake.notice import Reason, Refused
from unleak.web.api.asked import Asked
from unleak.web.bearer import seen
from unleak.web.pages.looks import HEADERS
from unleak.web.pages.visitor import Viewer, session_of
from unleak.web.pulse import MOST
from unleak.web.service import Service

ROUTER = APIRouter()
Of = Annotated[str, Query(pattern=r"^(inc-[0-9a-f]{10})?$")]


@ROUTER.get("/live")
async def live(request: Request, service: Asked, bearer: Viewer, of: Of = "") -> StreamingResponse:
    """Of one incident, or of all. Ends when the session does, or where too many watch: the page says so then."""
    if of:
        await run_in_threadpool(seen, service, bearer, of)
    if service.pulse.watchers >= MOST:
        raise Refused(Reason.TOO_MANY, "too many watch at once", "load the page again from time to time")
    headers = {**HEADERS, "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, service, of), media_type="text/event-stream", headers=headers)


async def _events(request: Request, service: Service, of: str) -> AsyncIterator[str]:
    async for length in service.pulse.beats(of):
        if length is not None:
            yield f"id: {length}\nevent: changed\ndata: {length}\n\n"
        elif await run_in_threadpool(session_of, request, service) is None:
            yield "event: over\ndata: signed out\n\n"
            return
        else:
            yield ": still here\n\n"
    yield "retry: 2000\n\n"
