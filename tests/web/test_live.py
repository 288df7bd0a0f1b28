"""What is told of what is new: to whom, for how long, and how often at once."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pages_world import Person, person

from conftest import Site
from unleak.engine.local import open_incident
from unleak.model.entry import Noted
from unleak.model.plan import Mode
from unleak.store.inbox import Inbox
from unleak.store.tokens import Kind, Role
from unleak.web.app import make_app
from unleak.web.make import make_service
from unleak.web.pages import live
from unleak.web.pulse import Pulse
from unleak.web.service import Service

MINE, OTHERS = "AKIA" + "QWERTYUIOPASDFGH", "AKIA3456723456723456"


@pytest.fixture
def service(site: Site) -> Iterator[Service]:
    world = site.world()
    yield make_service(world, Inbox(world.record))
    world.record.close()


def written(service: Service, site: Site, key: str) -> str:
    made = open_incident(service.world, site.alert(key_id=key), Mode.OBSERVE, "a test")
    now = service.world.clock.now() + timedelta(seconds=1)
    service.world.record.append(made.id, made.seq, [(now, Noted("a test", "a word"))])
    return made.id


async def heard(service: Service, who: Person, seconds: float, meanwhile: Any = lambda: None) -> str:
    """Of all incidents, as a browser would: the first word, then what comes within so many seconds of `meanwhile`."""
    said: list[bytes] = []
    cookie = f"unleak={who.client.cookies['unleak']}".encode()
    scope = {
        "type": "http", "method": "GET", "path": "/live", "raw_path": b"/live", "query_string": b"", "scheme": "http",
        "headers": [(b"host", b"testserver"), (b"cookie", cookie)], "client": ("testclient", 1), "http_version": "1.1",
        "server": ("testserver", 80), "root_path": "",
    }  # fmt: skip
    asked, begun = asyncio.Event(), asyncio.Event()

    async def receive() -> Any:
        if asked.is_set():
            await asyncio.Event().wait()
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message.get("body", b""))
        if said[-1]:
            begun.set()

    watching = asyncio.create_task(make_app(service)(scope, receive, send))
    async with asyncio.timeout(60):
        await begun.wait()
    await asyncio.to_thread(meanwhile)
    await asyncio.wait([watching], timeout=seconds)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return b"".join(said).decode()


def test_how_much_goes_on_in_other_accounts_is_not_told(service: Service, site: Site) -> None:
    mine = written(service, site, MINE)
    account = service.overview.rows()[0].account
    assert account
    kim = person(service, Role.VIEWER, account)
    told = asyncio.run(heard(service, kim, 4, lambda: written(service, site, OTHERS)))
    assert told.split("data: ")[1:] == [f"{service.world.record.length(mine)}\n\n"]
    everything = asyncio.run(heard(service, person(service, Role.VIEWER), 1))
    assert f"data: {sum(service.world.record.lengths().values())}\n" in everything


def test_it_ends_with_the_session_however_much_goes_on(
    service: Service, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LOOKS_EACH_SECONDS", 0.0)
    written(service, site, MINE)
    kim = person(service, Role.VIEWER)

    def signed_out() -> None:
        [session] = service.tokens.all(Kind.SESSION)
        service.tokens.end(session.id, service.world.clock.now())
        written(service, site, OTHERS)

    assert "event: over" in asyncio.run(heard(service, kim, 60, signed_out))
    assert (service.pulse.watchers, service.watching["a viewer"]) == (0, 0)


def test_nobody_takes_it_from_the_others(service: Service) -> None:
    kim = person(service, Role.VIEWER, name="kim")
    service.watching["kim"] = live.MOST_OF_ONE
    assert kim.client.get("/live").status_code == 429


def test_whoever_could_not_begin_does_not_count() -> None:
    def unreachable() -> Mapping[str, int]:
        raise OSError

    async def begin(pulse: Pulse) -> None:
        with pytest.raises(OSError):  # noqa: PT011  the very one of above
            await anext(pulse.beats(""))

    pulse = Pulse(unreachable)
    asyncio.run(begin(pulse))
    assert pulse.watchers == 0
