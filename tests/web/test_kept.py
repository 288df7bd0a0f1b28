"""Pages that are drawn once for many: nobody gets another one's head, lines of another account, or what is old."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pages_world import Read, person

from conftest import Site
from unleak.engine.local import open_incident
from unleak.model.entry import Answered, Noted
from unleak.model.evidence import Exhibit
from unleak.model.plan import Mode
from unleak.store.inbox import Inbox
from unleak.store.tokens import Role
from unleak.web.kept import Kept
from unleak.web.make import make_service
from unleak.web.service import Service

PARTS = ("", "/timeline", "/credentials", "/things")


@pytest.fixture
def service(site: Site) -> Iterator[Service]:
    world = site.world()
    yield make_service(world, Inbox(world.record))
    world.record.close()


@pytest.fixture
def incident(service: Service, site: Site) -> str:
    return open_incident(service.world, site.alert(), Mode.OBSERVE, "a test").id


def drawings(service: Service) -> int:
    return len(service.kept._texts)


def test_each_has_a_head_of_their_own_over_what_was_drawn_once(service: Service, incident: str) -> None:
    people = [person(service, Role.APPROVER, name=name) for name in ("ann", "bob", "<person></person>")]
    for path in ("/incidents", *(f"/incidents/{incident}{part}" for part in PARTS)):
        before = drawings(service)
        ann, bob, other = (Read(who.get(path)).text for who in people)
        assert drawings(service) == before + 1
        assert ("ann" in ann, "bob" in ann, "ann" in bob, "bob" in bob) == (True, False, False, True), path
        assert "<person></person>" in other
        assert ann.replace("ann", "") == bob.replace("bob", "") == other.replace("<person></person>", "")


def test_who_may_less_gets_a_page_of_their_own(service: Service, incident: str) -> None:
    path = f"/incidents/{incident}"
    assert "/glass" in person(service, Role.APPROVER).get(path)
    assert "/glass" not in person(service, Role.VIEWER).get(path)
    assert "/people" in person(service, Role.ADMIN).get(path)
    assert "/people" not in person(service, Role.APPROVER).get(path)


def test_lines_of_other_accounts_stay_with_those_who_see_them(service: Service, incident: str) -> None:
    now, [row] = service.world.clock.now(), service.overview.rows()
    assert row.account
    told = Answered("1", "bill", Exhibit("0", 0, 0), "sam", now, "a secret sum", finds=True, accounts=("999999999999",))
    service.world.record.append(incident, service.world.record.length(incident), [(now, told)])
    path = f"/incidents/{incident}/timeline?show=all"
    for _ in range(2):
        assert "a secret sum" in person(service, Role.VIEWER).get(path)
        assert "a secret sum" not in person(service, Role.VIEWER, row.account).get(path)
        person(service, Role.VIEWER, "999999999999").get(path, 404)
        assert row.key_id in person(service, Role.VIEWER, row.account).get("/incidents")
        assert row.key_id not in person(service, Role.VIEWER, "999999999999").get("/incidents")


def test_what_was_written_is_on_the_next_page(service: Service, incident: str, site: Site) -> None:
    viewer, now = person(service, Role.VIEWER), service.world.clock.now()
    for n in range(3):
        assert f"note {n}" not in viewer.get(f"/incidents/{incident}")
        note = Noted("sam", f"note {n}", now + timedelta(days=n))
        service.world.record.append(incident, service.world.record.length(incident), [(now, note)])
        assert f"note {n}" in viewer.get(f"/incidents/{incident}")
    other = "AKIAIOSFODNN7EXAMPLE"
    assert other not in viewer.get("/incidents")
    open_incident(service.world, site.alert(key_id=other), Mode.OBSERVE, "a test")
    assert other in viewer.get("/incidents")


def test_it_is_drawn_anew_after_some_seconds_and_once_for_all_who_wait() -> None:
    now, drawn = [0.0], list[str]()
    kept = Kept(lambda: now[0])

    def draw() -> str:
        drawn.append("x")
        threading.Event().wait(0.05)
        return f"{len(drawn)}"

    waiting = [threading.Thread(target=kept.of, args=("a", draw)) for _ in range(20)]
    for one in waiting:
        one.start()
    for one in waiting:
        one.join()
    assert len(drawn) == 1
    now[0] = 2.9
    assert kept.of("a", draw) == "1"
    now[0] = 3.0
    assert (kept.of("a", draw), kept.of("b", draw)) == ("2", "3")


def test_what_cannot_be_drawn_hinders_nobody_later() -> None:
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: str(1 // 0))
    assert kept.of("a", lambda: "good") == "good"
    for n in range(200):
        kept.of(n, lambda: "x")
    assert len(kept._texts) == 64
