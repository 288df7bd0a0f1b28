# ruff: noqa: INP001, T201, S311  a script's part, no package
"""Browsers that watch, without the browsers: each waits for what is new, and then asks for its page again.

Reads lines: first a document of the address, the words of the sessions and how many watch the list; then incidents that
all others go to, each when it comes. At the end of its input it prints what they saw.
"""

import asyncio
import json
import random
import sys
import time
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Seen:
    """`heard`: when, of which incident (empty: of all), how long it was. `pages`: seconds of each. `refused`: codes."""

    heard: list[tuple[float, str, int]] = field(default_factory=list)
    renewed: list[tuple[float, str]] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


class Viewer:
    """Two connections, as a browser has them: one that waits, one for pages. The script's pause lies between."""

    def __init__(self, host: str, port: int, word: str, seen: Seen) -> None:
        self._host, self._port, self._seen = host, port, seen
        self._cookie = f"Cookie: unleak={word}\r\n"
        self._pages: tuple[StreamReader, StreamWriter] | None = None

    async def watch(self, of: str) -> None:
        """Until it is cancelled."""
        path = f"/incidents/{of}" if of else "/incidents"
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._load(path)
                await self._listen(of, path)
            await asyncio.sleep(2)

    async def _listen(self, of: str, path: str) -> None:
        reader, writer = await self._asked(f"/live?of={of}", "text/event-stream")
        known, waits = -1, None
        try:
            while line := await reader.readline():
                if not line.startswith(b"data: ") or not line[6:].strip().isdigit():
                    continue
                length = int(line[6:])
                if known not in {-1, length}:
                    self._seen.heard.append((time.time(), of, length))
                    if waits is None or waits.done():
                        waits = asyncio.create_task(self._renew(path, of))
                known = length
        finally:
            if waits is not None:
                waits.cancel()
            writer.close()

    async def _renew(self, path: str, of: str) -> None:
        await asyncio.sleep(0.2 + 0.8 * random.random())
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._load(path)
            self._seen.renewed.append((time.time(), of))

    async def _load(self, path: str) -> None:
        """A connection that the server has closed meanwhile is opened anew, once."""
        began = time.perf_counter()
        for fresh in (False, True):
            try:
                status = await self._page(path, fresh=fresh)
                break
            except (OSError, asyncio.IncompleteReadError, ValueError):
                if fresh:
                    raise
        if status == 200:  # noqa: PLR2004
            self._seen.pages.append(time.perf_counter() - began)
        else:
            self._seen.refused.append(status)

    async def _page(self, path: str, *, fresh: bool) -> int:
        if self._pages is None or fresh:
            self._pages = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._pages
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n{self._cookie}X-Live: 1\r\n\r\n".encode())
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(x for x in head.split(b"\r\n") if x.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        return int(head.split(b" ")[1])

    async def _asked(self, path: str, accept: str) -> tuple[StreamReader, StreamWriter]:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        head = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n{self._cookie}Accept: {accept}\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        status = int((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
        if status != 200:  # noqa: PLR2004
            self._seen.refused.append(status)
            writer.close()
            raise OSError(status)
        return reader, writer


async def main() -> None:
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    asked, seen = json.loads(await told.readline()), Seen()
    at = urlsplit(asked["url"])
    viewers = [Viewer(str(at.hostname), int(at.port or 80), word, seen) for word in asked["words"]]
    places = {v: asyncio.create_task(v.watch("")) for v in viewers}
    while line := (await told.readline()).decode().strip():
        for viewer in viewers[asked["at the list"] :]:
            places[viewer].cancel()
            places[viewer] = asyncio.create_task(_go(viewer, line))
    for place in places.values():
        place.cancel()
    await asyncio.gather(*places.values(), return_exceptions=True)
    print(json.dumps({n: getattr(seen, n) for n in ("heard", "renewed", "pages", "refused")}))


async def _go(viewer: Viewer, incident: str) -> None:
    """They do not all come in the same moment."""
    await asyncio.sleep(random.random())
    await viewer.watch(incident)


if __name__ == "__main__":
    asyncio.run(main())
