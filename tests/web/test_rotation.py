"""A rotation asked for through the API waits as every change does; what is meant on one machine is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from conftest import Site
from rotate_world import in_a_secret
from unit_world import let_rotate
from unleak.engine.local import open_incident
from unleak.model.plan import Mode
from unleak.playbook import playbook
from unleak.respond import World, respond
from unleak.store.inbox import Inbox
from unleak.store.tokens import Role, Tokens
from unleak.web.app import make_app
from unleak.web.make import make_service


@pytest.fixture
def world(site: Site) -> World:
    let_rotate(site)
    return site.world(with_secret=False)


@pytest.fixture
def incident(world: World, site: Site) -> str:
    return open_incident(world, site.alert(), Mode.OBSERVE, "a test").id


@pytest.fixture
def rotate(world: World, incident: str) -> Callable[..., tuple[int, Any]]:
    now = world.clock.now()
    _, word = Tokens(world.record).make("kim", Role.RESPONDER, (), now, now + timedelta(hours=1), "a test")
    client = TestClient(make_app(make_service(world, Inbox(world.record))))

    def ask(*consumers: str, **more: str) -> tuple[int, Any]:
        document = {"consumers": consumers, "why": "yearly", **more}
        shown = {"Authorization": f"Bearer {word}"}
        answer = client.post(f"/api/v1/incidents/{incident}/rotations", json=document, headers=shown)
        return answer.status_code, answer.json()

    return ask


def test_it_is_shown_and_waits(rotate: Callable[..., tuple[int, Any]], world: World, incident: str, site: Site) -> None:
    consumer = in_a_secret(site)
    assert rotate(consumer)[1]["reason"] == "not_now", "nobody knows yet whose key it is"
    respond(world, incident)
    status, said = rotate(consumer)
    assert (status, said["who"]) == (202, "kim"), said
    assert rotate(consumer) == (202, said), "asked again, it is the same"
    respond(world, incident)
    folded = world.record.incident(incident)
    [waits] = [p for p in playbook(folded, world.clock.now()).pending if p.step.unit == "rotate_key"]
    assert f"asked for: {waits.step.id}" == said["said"]
    assert waits.change is not None
    assert consumer in waits.change.summary


@pytest.mark.parametrize("consumer", ["profile:default", "command:cat > /tmp/key", "nonsense", "ssm:"])
def test_nothing_of_the_services_own_machine_is_given_a_key(
    rotate: Callable[..., tuple[int, Any]], world: World, incident: str, consumer: str
) -> None:
    respond(world, incident)
    status, said = rotate("ssm:/a,/b", consumer)
    assert (status, said["reason"]) == (422, "misuse"), said
    assert not world.record.incident(incident).requested
