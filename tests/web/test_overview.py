"""The list of all incidents: what is read on, or learned of whoever asked at the same time, is what is there."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from conftest import Site
from unleak.engine.local import open_incident, run
from unleak.model.entry import Noted
from unleak.model.plan import Mode
from unleak.respond import World
from unleak.web import overview
from unleak.web.overview import Overview


@pytest.fixture
def world(site: Site) -> Iterator[World]:
    made = site.world()
    yield made
    made.record.close()


def test_a_long_record_is_read_on_and_says_the_same(
    site: Site, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(overview, "_LONG", 3)
    incident = open_incident(world, site.alert(), Mode.DISABLE, "a test").id
    kept = Overview(world.record, world.clock.now)
    states = set()
    for _ in range(20):
        run(world, incident, until=world.clock.now() + timedelta(seconds=2))
        [row] = kept.rows()
        assert row == Overview(world.record, world.clock.now)._look(incident)
        assert kept._long[incident] == world.record.incident(incident)
        states.add(row.seq)
    assert len(states) > 2, "it has not grown"


def test_turns_tell_of_every_change_and_of_nothing_else(site: Site, world: World) -> None:
    kept = Overview(world.record, world.clock.now)
    opened = open_incident(world, site.alert(), Mode.OBSERVE, "a test")
    first = kept.listed()
    assert kept.listed() is first
    now = world.clock.now()
    world.record.append(opened.id, opened.seq, [(now, Noted("sam", "x", None))])
    assert (kept.listed().turn, kept.listed().rows[0].seq) == (first.turn + 1, opened.seq + 1)


def test_whoever_asks_after_something_was_written_sees_it_however_many_ask(site: Site, world: World) -> None:
    kept, wrong = Overview(world.record, world.clock.now), list[int]()
    incident = open_incident(world, site.alert(), Mode.OBSERVE, "a test")
    written, over = [incident.seq], threading.Event()

    def look() -> None:
        while not over.is_set():
            least = written[-1]
            seen = kept.listed().rows[0].seq
            if seen < least:
                wrong.append(seen)

    lookers = [threading.Thread(target=look) for _ in range(8)]
    for one in lookers:
        one.start()
    for n in range(30):
        added = world.record.append(incident.id, written[-1], [(world.clock.now(), Noted("sam", f"{n}", None))])
        written.append(added[-1].seq)
    over.set()
    for one in lookers:
        one.join()
    assert not wrong
