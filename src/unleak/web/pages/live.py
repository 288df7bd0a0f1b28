"""What is new, as server-sent events: the browser then asks for the page again, and shows what has changed.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from unleak.intake.notice import Reason, Refused
from unleak.web.api.asked import Asked
from unleak.web.bearer import Bearer, seen
from unleak.web.pages.looks import HEADERS
from unleak.web.pages.visitor import Viewer, session_of
from unleak.web.pulse import MOST
from unleak.web.service import Service

ROUTER = APIRouter()
MOST_OF_ONE = 30
"""Of one person or program: nobody takes it from the others."""
_LOOKS_EACH_SECONDS = 15.0
Of = Annotated[str, Query(pattern=r"^(inc-[0-9a-f]{10})?$")]


@ROUTER.get("/live")
async def live(request: Request, service: Asked, bearer: Viewer, of: Of = "") -> StreamingResponse:
    """Of one incident, or of all. Ends when the session does, or where too many watch: the page says so then."""
    if of:
        await run_in_threadpool(seen, service, bearer, of)
    if service.pulse.watchers >= MOST or service.watching[bearer.who] >= MOST_OF_ONE:
        raise Refused(Reason.TOO_MANY, "too many watch at once", "load the page again from time to time")
    headers = {**HEADERS, "X-Accel-Buffering": "no"}
    return StreamingResponse(_counted(request, service, bearer, of), media_type="text/event-stream", headers=headers)


async def _counted(request: Request, service: Service, bearer: Bearer, of: str) -> AsyncIterator[str]:
    service.watching[bearer.who] += 1
    try:
        async with aclosing(_events(request, service, bearer, of)) as events:
            async for event in events:
                yield event
    finally:
        service.watching[bearer.who] -= 1


async def _events(request: Request, service: Service, bearer: Bearer, of: str) -> AsyncGenerator[str, None]:
    """What changes all the time is no reason not to look whether the session is still good."""
    told, looked_at = -1, time.monotonic()
    async with aclosing(service.pulse.beats(of)) as beats:
        async for beat in beats:
            if beat is None or time.monotonic() - looked_at > _LOOKS_EACH_SECONDS:
                looked_at = time.monotonic()
                if await run_in_threadpool(session_of, request, service) is None:
                    yield "event: over\ndata: signed out\n\n"
                    return
                yield ": still here\n\n"
            length = beat if of or beat is None else await run_in_threadpool(_of_all, service, bearer, beat)
            if length is not None and length != told:
                told = length
                yield f"id: {length}\nevent: changed\ndata: {length}\n\n"
    yield "retry: 2000\n\n"


def _of_all(service: Service, bearer: Bearer, length: int) -> int:
    """Of all that this bearer sees: how much is going on elsewhere is not theirs to know."""
    if not bearer.token.accounts:
        return length
    return sum(r.seq for r in service.overview.rows() if bearer.sees(r.account))
