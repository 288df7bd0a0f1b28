"""Long looks on both databases: workers take them beside everything else, and write each answer once."""

from dataclasses import replace

import pytest

from conftest import Site
from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.cli.hands import inbox_of, make_hands
from unleak.engine import procrastinate
from unleak.engine.errands import Hands, run_due
from unleak.engine.inquiries.asking import ask, waiting
from unleak.engine.inquiries.kinds import KINDS
from unleak.engine.local import open_incident
from unleak.model.errors import NotNow
from unleak.model.incident import Incident
from unleak.model.plan import Mode
from unleak.respond import World
from unleak.store.record import Record


@pytest.fixture
def world(site: Site, record: Record, record_url: str) -> World:
    world = replace(site.world(), record=record)
    return replace(world, config=replace(world.config, database=record_url))


@pytest.fixture
def hands(world: World) -> Hands:
    return make_hands(world, inbox_of(world))


@pytest.fixture
def incident(world: World, site: Site) -> Incident:
    return open_incident(world, site.alert(), Mode.OBSERVE, "a test")


def test_a_worker_answers_and_nothing_waits_for_it(world: World, hands: Hands, incident: Incident) -> None:
    kind = KINDS["data"]
    numbers = [ask(world, hands.inbox, incident, kind, kind.question(versions=v), "kim") for v in (True, False)]
    now = world.clock.now()
    assert not hands.inbox.due(now, long=False)
    assert len(hands.inbox.due(now)) == len(hands.inbox.due(now, long=True)) == 2
    if world.record.is_shared:
        procrastinate.work(world.config.record_url, world, hands, at_once=1, wait=False)
    else:
        run_due(hands)
    answered = world.record.incident(incident.id).answered
    assert sorted(a.inquiry for a in answered) == sorted(numbers)
    assert not waiting(hands.inbox, incident.id)


def test_nobody_asks_without_end(world: World, hands: Hands, incident: Incident) -> None:
    kind = KINDS["bill"]
    for n in range(20):
        ask(world, hands.inbox, incident, kind, kind.question(accounts=(f"{n:012d}",)), "kim")
    with pytest.raises(NotNow, match="wait already"):
        ask(world, hands.inbox, incident, kind, kind.question(), "kim")
