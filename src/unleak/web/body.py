"""The body of a request, no larger and no slower than it may be."""

import asyncio

from starlette.requests import Request

from unleak.intake.notice import Reason, Refused
from unleak.service_config import ServiceSettings


async def read_body(request: Request, settings: ServiceSettings) -> bytes:
    """Raises Refused before more is held in memory than may be."""
    _check_length(request.headers.get("content-length"), settings.largest_message)
    try:
        async with asyncio.timeout(settings.slowest_seconds):
            return await _read(request, settings.largest_message)
    except TimeoutError:
        raise Refused(
            Reason.TOO_SLOW, "the message did not arrive in time", f"send it within {settings.slowest_seconds:g} s"
        ) from None


async def _read(request: Request, most: int) -> bytes:
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > most:
            raise _too_large(most)
    return bytes(held)


def _check_length(said: str | None, most: int) -> None:
    if said is not None and said.isdecimal() and int(said[:20]) > most:
        raise _too_large(most)


def _too_large(most: int) -> Refused:
    return Refused(
        Reason.TOO_LARGE, f"the message has more than {most} bytes", "`service.largest_message` is the limit"
    )
