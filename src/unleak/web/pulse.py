"""Tells who watches that there is something new: one question to the record a second, however many watch."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import suppress

_EACH_SECONDS = 1.0
_QUIET_SECONDS = 15.0
MOST = 200
"""Who watches at once in this process: each holds a connection, and takes another one now and then, of five hundred."""


class Pulse:
    """Of one process and its one event loop. It asks only while somebody watches."""

    def __init__(self, lengths: Callable[[], Mapping[str, int]]) -> None:
        self._lengths = lengths
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._known: Mapping[str, int] = {}
        self._asking: asyncio.Task[None] | None = None
        self._begins = asyncio.Lock()
        self.is_over = False

    @property
    def watchers(self) -> int:
        return sum(len(events) for events in self._watchers.values())

    def end(self) -> None:
        """Whoever watches is told goodbye within a moment. To be called where the event loop runs."""
        self.is_over = True
        self._wake(list(self._watchers))

    async def beats(self, name: str) -> AsyncGenerator[int | None, None]:
        """The length of an incident's record whenever it has grown, the present one first; None now and then, when
        nothing happens. An empty name: of all together.
        """
        event = asyncio.Event()
        self._watchers[name].add(event)
        try:
            await self._begin()
            told = -1
            while not self.is_over:
                if (now := self._length(name)) != told:
                    told = now
                    yield now
                with suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), _QUIET_SECONDS)
                    event.clear()
                    continue
                yield None
        finally:
            self._watchers[name].discard(event)
            if not self._watchers[name]:
                del self._watchers[name]

    def _length(self, name: str) -> int:
        return self._known.get(name, 0) if name else sum(self._known.values())

    async def _begin(self) -> None:
        """Where many come at once, one asks for all."""
        async with self._begins:
            if self._asking is None or self._asking.done():
                self._known = await asyncio.to_thread(self._lengths)
                self._asking = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(_EACH_SECONDS)
            if self.is_over or not self._watchers:
                return
            before = self._known
            with suppress(Exception):  # the record does not answer: they see what they saw
                self._known = await asyncio.to_thread(self._lengths)
            if changed := [n for n, length in self._known.items() if before.get(n) != length]:
                self._wake([*changed, ""])

    def _wake(self, names: Iterable[str]) -> None:
        for name in names:
            for event in self._watchers.get(name, ()):
                event.set()
