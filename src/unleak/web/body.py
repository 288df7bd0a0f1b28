"""No request is larger or slower than it may be: it is refused before more is held in memory, whoever would read it."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from starlette.responses import JSONResponse

from unleak.intake.notice import Reason, Refused
from unleak.service_config import ServiceSettings
from unleak.web.problems import problem

_LINGER_SECONDS = 2.0


class Bounded:
    """Around the whole application. A route that reads on gets Refused; whatever it makes of that, the refusal is what
    is answered.
    """

    def __init__(self, app: Any, settings: ServiceSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reading = _Reading(scope, receive, send, self._settings)
        try:
            reading.check_length()
            await self._app(scope, reading.receive, reading.send)
        except Refused as refused:
            if reading.refused is not refused:
                raise
        if reading.refused is not None and not reading.answered:
            await reading.answer(reading.refused)


class _Reading:
    def __init__(self, scope: Any, receive: Any, send: Any, settings: ServiceSettings) -> None:
        self._scope, self._receive, self._send, self._settings = scope, receive, send, settings
        self._ends = time.monotonic() + settings.slowest_seconds
        self._size, self._whole = 0, False
        self.refused: Refused | None = None
        self.answered = False

    def check_length(self) -> None:
        said = next((value for name, value in self._scope["headers"] if name == b"content-length"), b"")
        if said.isdigit() and int(said[:20]) > self._settings.largest_message:
            self._refuse_size()

    async def receive(self) -> Any:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._ends - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            hint = f"send it within {self._settings.slowest_seconds:g} s"
            self.refused = Refused(Reason.TOO_SLOW, "the message did not arrive in time", hint)
            raise self.refused from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._settings.largest_message:
            self._refuse_size()
        return message

    async def send(self, message: Any) -> None:
        """What the route says of a refused request is left unsaid."""
        if self.refused is None:
            self.answered = True
            await self._send(message)

    async def answer(self, refused: Refused) -> None:
        """Whoever is still sending is read on for a moment: hanging up on them would take the answer away as well."""
        status, document = problem(refused)
        said = JSONResponse(document, status, {"Connection": "close"})
        await said(self._scope, self._receive, self._say_all_but_the_end)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while not self._whole:
                    message = await self._receive()
                    self._whole = not message.get("more_body", False)
        await self._send({"type": "http.response.body"})

    async def _say_all_but_the_end(self, message: Any) -> None:
        goes_on = {"more_body": True} if message["type"] == "http.response.body" else {}
        await self._send({**message, **goes_on})

    def _refuse_size(self) -> None:
        most = self._settings.largest_message
        self.refused = Refused(
            Reason.TOO_LARGE, f"the message has more than {most} bytes", "`service.largest_message` is the limit"
        )
        raise self.refused
