"""People are told beside the loop: once, again after a crash, and never in its way."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest

from conftest import Site
from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from mail_world import Receiver, web_server
from notify_world import KNOWN, MINUTE, NOW, QUARANTINE, SHOWN, done, opened
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.engine import local, procrastinate, telling
from unleak.engine.telling import Teller, alone_with, tell_due
from unleak.engine.watch import Watch
from unleak.model.alert import Ground
from unleak.model.entry import Entry, Told
from unleak.model.entry import Event as RecordEvent
from unleak.model.errors import Busy, CouldNotLook
from unleak.model.incident import Incident
from unleak.model.plan import Mode
from unleak.notify_settings import NotifySetting
from unleak.playbook import playbook
from unleak.respond import World
from unleak.store.record import Record

EVENTS = [opened(), *KNOWN, *done(QUARANTINE), *SHOWN]


class _Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def sleep_until(self, when: datetime) -> None:
        self.at = max(self.at, when)


@pytest.fixture(name="receiver")
def receiver_fixture() -> Iterator[Receiver]:
    with web_server() as running:
        yield running


def _hook(receiver: Receiver, name: str = "hook") -> NotifySetting:
    return NotifySetting(name, "webhook", {"url": receiver.url, "secret": "s"})


def _world(record: Record, *settings: NotifySetting) -> World:
    config = replace(Config.nowhere(), notify=settings)
    return World(config, record, Accounts(config), _Clock())


def _begun(record: Record, incident_id: str = "inc-1") -> Incident:
    record.append(incident_id, 0, [(NOW, e) for e in EVENTS])
    return record.incident(incident_id)


def _tell(world: World) -> None:
    for setting in world.config.notify:
        tell_due(world, setting, "inc-1", alone_with(world.record))


def _told(record: Record, incident_id: str = "inc-1") -> list[Told]:
    return [e.event for e in record.entries(incident_id) if isinstance(e.event, Told)]


def test_it_is_told_once_and_written_down(record: Record, receiver: Receiver) -> None:
    _begun(record)
    for _ in range(3):
        _tell(_world(record, _hook(receiver)))
    assert len(receiver.posts) == 1
    (told,) = _told(record)
    assert (told.channel, told.ok, told.occasions[0]) == ("hook", True, "opened")


def test_that_it_was_told_wakes_no_worker(tmp_path: Path) -> None:
    woken: list[str] = []
    record = Record(f"sqlite:///{tmp_path / 'r.db'}", wake=lambda _, incident_ids: woken.extend(incident_ids))
    incident = _begun(record)
    record.append("inc-1", incident.seq, [(NOW, Told("hook", ("opened",), ok=False))])
    record.close()
    assert woken == ["inc-1"]


class _Crash(Exception):
    pass


def test_a_crash_between_sending_and_writing_sends_again_and_the_receiver_can_tell(
    record: Record, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    _begun(record)

    def crash(*_: Any) -> list[Entry]:
        raise _Crash

    with monkeypatch.context() as patched:
        patched.setattr(record, "append", crash)
        with pytest.raises(_Crash):
            _tell(_world(record, _hook(receiver)))
    assert _told(record) == []
    _tell(_world(record, _hook(receiver)))
    _tell(_world(record, _hook(receiver)))
    keys = [headers["Idempotency-Key"] for _, headers, _ in receiver.posts]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_failed_is_in_the_record_and_is_tried_again_when_it_is_time(record: Record, receiver: Receiver) -> None:
    _begun(record)
    world = _world(record, _hook(receiver))
    clock = world.clock
    assert isinstance(clock, _Clock)
    receiver.answer = 503
    _tell(world)
    _tell(world)
    assert [(t.ok, t.detail) for t in _told(record)] == [(False, "it answered 503")]
    incident = record.incident("inc-1")
    with Teller(world, alone_with(record)) as teller:
        assert teller.next_at(incident, playbook(incident, NOW)) == NOW + MINUTE
    receiver.answer, clock.at = 200, NOW + MINUTE
    _tell(world)
    assert [t.ok for t in _told(record)] == [False, True]


def test_two_processes_do_not_send_the_same(record: Record, receiver: Receiver) -> None:
    _begun(record)
    with record.lease("inc-1.hook"), pytest.raises(Busy):
        _tell(_world(record, _hook(receiver)))
    assert receiver.posts == []


def test_a_receiver_that_hangs_holds_up_neither_the_loop_nor_another_channel(
    record: Record, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PATIENCE_SECONDS", 1.0)
    incidents = [_begun(record, f"inc-{n}") for n in range(3)]
    with web_server() as hanging:
        hanging.wait = Event()
        world = _world(record, _hook(hanging, "dead"), _hook(receiver, "alive"))
        with Teller(world, alone_with(record)) as teller:
            began = time.monotonic()
            for incident in incidents:
                assert teller.hear(incident, playbook(incident, NOW)) is not None
            assert time.monotonic() - began < 0.5
        assert len(receiver.posts) == 3
        dead = [t for n in range(3) for t in _told(record, f"inc-{n}") if t.channel == "dead"]
        assert {(t.ok, t.detail) for t in dead} == {(False, "no answer within 1 s")}


def test_no_entry_comes_between_a_change_and_its_outcome(record: Record, receiver: Receiver) -> None:
    """Whoever works on the incident holds its turn; only then is it written down."""
    incident, turn = _begun(record), Lock()
    with Teller(_world(record, _hook(receiver)), lambda _: turn) as teller:
        with turn:
            teller.hear(incident, playbook(incident, NOW))
            _wait_for(lambda: bool(receiver.posts))
            time.sleep(0.1)
            assert _told(record) == []
        _wait_for(lambda: bool(_told(record)))


def test_a_defect_in_a_channel_is_written_down_without_its_words_and_once(
    record: Record, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = _begun(record)

    def broken(*_: object, **__: object) -> Any:
        raise KeyError("planted secret")

    monkeypatch.setattr(telling, "due", broken)
    with Teller(_world(record, _hook(receiver)), alone_with(record)) as teller:
        for _ in range(3):
            assert teller.hear(incident, playbook(incident, NOW)) is None
    (told,) = _told(record)
    assert (told.ok, told.occasions) == (False, ("defect/KeyError",))
    assert "planted" not in repr(told)


def test_a_record_that_cannot_be_written_ends_no_thread(
    record: Record, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    incidents = [_begun(record, f"inc-{n}") for n in range(2)]
    append = record.append

    def full(incident_id: str, seq: int, events: Sequence[tuple[datetime, RecordEvent]]) -> list[Entry]:
        if incident_id == "inc-0":
            raise CouldNotLook("the disk is full")
        return append(incident_id, seq, events)

    monkeypatch.setattr(record, "append", full)
    with Teller(_world(record, _hook(receiver)), alone_with(record)) as teller:
        for incident in incidents:
            teller.hear(incident, playbook(incident, NOW))
    assert len(_told(record, "inc-1")) == 1


def _wait_for(what: Any) -> None:
    until = time.monotonic() + 10
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


# --- the engines


def _site_world(site: Site, record: Record, receiver: Receiver) -> World:
    config = replace(site.config, notify=(_hook(receiver),))
    return replace(site.world(with_secret=False), config=config, record=record)


def test_each_engine_tells_what_it_did(site: Site, record: Record, record_url: str, receiver: Receiver) -> None:
    world = _site_world(site, record, receiver)
    incident = local.open_incident(world, site.alert(Ground.PERSON), Mode.DISABLE, "a test")
    for _ in range(2):
        if record.is_shared:
            procrastinate.work(record_url, world, at_once=2, wait=False)
        else:
            Watch(world).run(wait=False)
    opened_ = [json.loads(body) for _, _, body in receiver.posts if json.loads(body)["kind"] == "opened"]
    assert len(opened_) == 1
    assert {o["id"].partition("/")[0] for o in opened_[0]["occasions"]} >= {"opened", "acted"}
    assert _told(record, incident.id)[0].ok


def test_several_incidents_are_begun_before_anybody_is_told(site: Site, receiver: Receiver) -> None:
    config = replace(site.config, notify=(_hook(receiver),))
    world = replace(site.world(with_secret=False), config=config)
    incident = local.open_incident(world, site.alert(Ground.PERSON), Mode.DISABLE, "a test")
    incident, _ = local.run(world, incident.id, until=world.clock.now(), tells=False)
    assert incident.actions
    assert receiver.posts == []
    local.run(world, incident.id, until=world.clock.now())
    assert [json.loads(body)["kind"] for *_, body in receiver.posts] == ["opened"]
    world.record.close()


def test_respond_tells_from_the_leak_to_its_end_and_no_secret(
    site: Site, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    config = replace(site.config, notify=(_hook(receiver),))
    world = replace(site.world(), config=config)
    session = site.stage.admin.leaked(site.stage.victim, "sts").get_session_token()["Credentials"]
    incident = local.open_incident(world, site.alert(), Mode.DISABLE, "a test")
    incident, plan = local.run(world, incident.id)
    assert plan.contained
    kinds = [json.loads(body)["kind"] for _, _, body in receiver.posts]
    assert kinds[0] == "opened"
    assert kinds[-1] == "contained"
    assert len(kinds) == len(set(kinds))
    world.record.close()
    secrets = [site.stage.victim.secret.reveal(), session["SecretAccessKey"], session["SessionToken"]]
    files = [p.read_bytes() for p in Path(site.config.home).rglob("*") if p.is_file()]
    said = capfd.readouterr()
    all_ = b"\n".join([*files, *(body for *_, body in receiver.posts), (said.out + said.err).encode()])
    for secret in secrets:
        assert secret.encode() not in all_
    assert receiver.url.encode() not in all_
