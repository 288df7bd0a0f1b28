"""`unleak serve --processes`: where one of several is killed, nobody is refused, and another takes its place."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from service_world import House, Served, house_in, wait_for
from test_service_journey import gitleaks_report, key_status

from conftest import Site
from database_world import postgres_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.engine.bell import Bell
from unleak.model.errors import Misuse
from unleak.web import processes, server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SO_REUSEPORT shares connections out on Linux only")


@pytest.fixture
def house(site: Site, record_url: str, tmp_path: Path) -> Iterator[House]:
    yield from house_in(site, tmp_path, record_url)


def started(served: Served) -> list[int]:
    keeper = served.process.pid
    return [int(child) for child in Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()]


def is_there(pid: int) -> bool:
    """Neither gone nor dead already, whoever has still to hear of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_all_are_killed_and_the_next_alert_is_answered_and_acted_on(house: House) -> None:
    served = house.serve("--processes", "2")
    first = wait_for(lambda: len(started(served)) == 3 and started(served))
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    answer = served.hook("scanner", gitleaks_report(house.site))  # it waits for one, and is not refused
    assert answer.status_code == 202, answer.text
    wait_for(lambda: key_status(house.site) == "Inactive")
    ended = [entry for entry in served.log if entry["event"] == "process ended"]
    assert sorted((e["number"], e["signal"]) for e in ended) == [(0, 9), (1, 9), (2, 9)]
    later = wait_for(lambda: len(started(served)) == 3 and started(served))
    assert not set(first) & set(later)
    assert served.stop() == 0
    assert not any(is_there(pid) for pid in later)
    assert [entry["event"] for entry in served.log].count("stopped") == 3, "each in order"


def test_whoever_is_asked_tells_the_sum_of_what_was_counted(house: House) -> None:
    served, asked = house.serve("--processes", "2", "--at-once", "0"), 24
    for _ in range(asked):  # each on a connection of its own
        httpx.post(f"{served.url}/hooks/nobody", content=b"{}")
    for _ in range(6):
        told = httpx.get(f"{served.url}/metrics").text
        assert f'unleak_messages_total{{outcome="no_such_sender",sender="unknown"}} {asked}.0' in told
        assert "unleak_incidents" in told


def test_where_the_keeper_is_killed_the_others_answer_until_it_is_back_and_end_then(house: House) -> None:
    served = house.serve("--processes", "2", "--at-once", "0")
    left = wait_for(lambda: len(started(served)) == 2 and started(served))
    served.process.kill()
    served.process.wait()
    for _ in range(10):
        assert httpx.get(f"{served.url}/healthz").status_code == 200
    again = house.serve("--processes", "2", "--at-once", "0", port=int(served.url.rsplit(":", 1)[1]))
    wait_for(lambda: not any(is_there(pid) for pid in left))
    assert httpx.get(f"{again.url}/healthz").status_code == 200
    assert again.stop() == 0


def test_the_first_is_told_by_the_others() -> None:
    rung, ringing = os.pipe()
    os.set_blocking(ringing, False)
    leash, held = os.pipe()
    heard, over, both = threading.Event(), threading.Event(), threading.Event()
    with socket.socket() as listener:
        shares = [processes.Share(one, rung, ringing, leash) for one in (None, listener)]
        shares[0].when_rung(heard.set)
        shares[0].when_over(over.set)
        shares[1].when_over(both.set)
        for _ in range(100_000):  # more than a pipe holds: nobody waits
            shares[1].ring()
        assert heard.wait(10)
        assert not over.is_set()
        os.write(held, b"..")
        os.close(held)
        assert over.wait(5)
        assert both.wait(5)


@pytest.mark.parametrize("number", [0, -1, 65])
def test_so_many_cannot_be(number: int) -> None:
    with pytest.raises(Misuse, match="cannot answer"):
        processes.check(number)


def test_what_breaks_off_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_AGAIN_SECONDS", 0.01)
    begun: list[int] = []

    def job() -> None:
        begun.append(len(begun))
        if len(begun) < 3:
            raise RuntimeError("the record does not answer")

    server.keep_up(job, Bell())
    assert len(begun) == 3
    over = Bell()
    over.end()
    server.keep_up(job, over)
    assert len(begun) == 3
