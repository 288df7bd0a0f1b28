"""What tells who watches that there is something new: soon, at the same cost for all, and with an end."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from service_world import House, house_in

from conftest import Site
from unleak.web.pulse import Pulse

ONE, OTHER = "inc-0000000001", "inc-0000000002"


class Lengths:
    """A record that is asked how long it is. `down`: it does not answer."""

    def __init__(self) -> None:
        self.now = {ONE: 3, OTHER: 5}
        self.asked = 0
        self.down = False

    def __call__(self) -> Mapping[str, int]:
        self.asked += 1
        if self.down:
            raise OSError("gone")
        return dict(self.now)


async def watch(pulse: Pulse, name: str, heard: list[int | None]) -> None:
    async for beat in pulse.beats(name):
        heard.append(beat)  # noqa: PERF401  each when it comes


def played(scene: Callable[[Pulse, Lengths], Awaitable[None]]) -> None:
    async def play() -> None:
        lengths = Lengths()
        async with asyncio.timeout(20):
            await scene(Pulse(lengths), lengths)

    asyncio.run(play())


async def until(what: Callable[[], object], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.01)


def test_the_length_is_told_at_once_and_growth_within_two_seconds() -> None:
    async def scene(pulse: Pulse, lengths: Lengths) -> None:
        mine, whole = list[int | None](), list[int | None]()
        tasks = [asyncio.create_task(watch(pulse, n, h)) for n, h in ((ONE, mine), ("", whole))]
        await until(lambda: mine and whole, 2)
        assert (mine, whole) == ([3], [8])
        lengths.now[OTHER] = 9
        await until(lambda: whole[1:], 2)
        lengths.now[ONE] = 4
        await until(lambda: mine[1:] and whole[2:], 2)
        assert (mine, whole) == ([3, 4], [8, 12, 13])
        pulse.end()
        await asyncio.gather(*tasks)

    played(scene)


def test_however_many_watch_the_record_is_asked_once_a_second_and_not_at_all_for_nobody() -> None:
    async def scene(pulse: Pulse, lengths: Lengths) -> None:
        assert lengths.asked == 0
        heard: list[int | None] = []
        tasks = [asyncio.create_task(watch(pulse, ONE if n % 2 else "", heard)) for n in range(200)]
        await until(lambda: len(heard) == 200, 2)
        assert lengths.asked == 1
        assert Counter(heard) == {3: 100, 8: 100}
        await asyncio.sleep(2.5)
        assert lengths.asked <= 4
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert pulse.watchers == 0
        asked = lengths.asked
        await asyncio.sleep(1.5)
        assert lengths.asked == asked

    played(scene)


def test_a_record_that_does_not_answer_is_asked_again_and_nobody_is_forgotten() -> None:
    async def scene(pulse: Pulse, lengths: Lengths) -> None:
        lengths.down = True
        with pytest.raises(OSError, match="gone"):
            await watch(pulse, ONE, [])
        assert pulse.watchers == 0
        lengths.down = False
        heard: list[int | None] = []
        watching = asyncio.create_task(watch(pulse, ONE, heard))
        await until(lambda: heard, 2)
        lengths.down = True
        await asyncio.sleep(1.5)
        lengths.down, lengths.now[ONE] = False, 7
        await until(lambda: heard[1:], 2)
        assert heard == [3, 7]
        pulse.end()
        await watching

    played(scene)


def test_it_ends_for_all_who_watch_and_for_whoever_comes_later() -> None:
    async def scene(pulse: Pulse, lengths: Lengths) -> None:
        heard: list[int | None] = []
        tasks = [asyncio.create_task(watch(pulse, name, heard)) for name in (ONE, OTHER, "", "inc-none")]
        await until(lambda: len(heard) == 4, 2)
        pulse.end()
        async with asyncio.timeout(1):
            await asyncio.gather(*tasks)
            await watch(pulse, ONE, heard)
        assert (len(heard), pulse.watchers) == (4, 0)
        asked = lengths.asked
        await asyncio.sleep(1.2)
        assert lengths.asked == asked

    played(scene)


@pytest.fixture
def house(site: Site, tmp_path: Path) -> Iterator[House]:
    yield from house_in(site, tmp_path, f"sqlite:///{tmp_path / 'unleak.db'}")


def sign_in(house: House, viewer: httpx.Client) -> None:
    form, here = {"token": house.token("viewer")}, {"Sec-Fetch-Site": "same-origin"}
    assert viewer.post("/signin", data=form, headers=here).status_code == 303


def test_a_service_that_is_watched_stops_in_order_and_soon(house: House) -> None:
    served = house.serve()
    with httpx.Client(base_url=served.url, timeout=10) as viewer:
        sign_in(house, viewer)
        with viewer.stream("GET", "/live?of=") as live:
            lines = live.iter_lines()
            assert next(lines) == "id: 0"
            assert viewer.get("/incidents").status_code == 200
            began = time.monotonic()
            assert served.stop() == 0
            assert time.monotonic() - began < 5, "the grace is ten seconds, and nobody should need it"
            assert [line for line in lines if line][-1] == "retry: 2000"
    assert served.log[-1]["event"] == "stopped"
