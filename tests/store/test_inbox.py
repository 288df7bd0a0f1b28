"""Messages that come at once share a transaction, and are no matter for each other."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.model.alert import Alert, Ground
from unleak.model.credential import SecretKey
from unleak.model.entry import Alerted, Opened
from unleak.model.errors import CouldNotLook
from unleak.model.plan import Mode
from unleak.store.inbox import Inbox, Known, Received, Taken
from unleak.store.record import Record

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def told(key_id: str, source: str = "a test", **more: Any) -> Opened:
    return Opened(Alert(key_id, Ground.CLAIM, source, NOW, **more), Mode.OBSERVE, "salt")


def message(name: str, *opened: tuple[str, Opened], errands: tuple[tuple[str, str], ...] = ()) -> Received:
    return Received(name, "a test", NOW, opened, errands)


def test_alerts_of_one_key_join_one_incident(record: Record) -> None:
    inbox = Inbox(record)
    assert inbox.take(message("1", ("inc-1", told("K")))) == Taken(opened=("inc-1",))
    assert inbox.take(message("2", ("inc-1", told("K", "another")))) == Taken(joined=("inc-1",))
    assert inbox.take(message("3", ("inc-1", told("K", "another")))) == Taken(known=("inc-1",))
    assert [type(e.event) for e in record.entries("inc-1")] == [Opened, Alerted]
    with pytest.raises(Known):
        inbox.take(message("1", ("inc-2", told("L"))))
    assert record.incident_ids() == ["inc-1"]


def test_many_at_once_are_all_stored_once(record: Record) -> None:
    inboxes = [Inbox(record), Inbox(record)]  # as of two processes
    taken: list[Taken] = []
    known: list[str] = []

    def send(first: int) -> None:
        for n in range(first, 120, 8):
            try:
                opened = (f"inc-{n % 7}", told(f"K{n % 7}", f"{n // 2}"))
                taken.append(inboxes[n % 2].take(message(f"{n // 2}", opened)))
            except Known:
                known.append(f"{n // 2}")

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(known)) == (60, 60)
    for incident_id in record.incident_ids():
        entries = record.entries(incident_id)
        assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    assert sum(len(record.entries(i)) for i in record.incident_ids()) == 60


def test_what_is_wrong_with_one_message_is_no_matter_for_the_others(record: Record) -> None:
    inbox, begun, go = Inbox(record), threading.Event(), threading.Event()
    waits = record.writing

    def slowly() -> Any:
        begun.set()
        go.wait(10)
        return waits()

    record.writing = slowly  # type: ignore[method-assign]
    outcomes: dict[str, object] = {}

    def send(name: str, opened: Opened) -> None:
        try:
            outcomes[name] = inbox.take(message(name, (f"inc-{name}", opened)))
        except TypeError as error:
            outcomes[name] = error

    bad = told("L", who=SecretKey("x" * 40))
    threads = [threading.Thread(target=send, args=(n, o)) for n, o in (("1", told("K")), ("2", bad), ("3", told("M")))]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(20)
    assert isinstance(outcomes["2"], TypeError), "a secret has no way into the record"
    assert outcomes["1"] == Taken(opened=("inc-1",))
    assert outcomes["3"] == Taken(opened=("inc-3",))


def test_where_the_database_is_gone_nobody_is_left_waiting(record: Record) -> None:
    inbox = Inbox(record)
    with record.engine.begin() as db:
        db.execute(sa.text("DROP TABLE messages"))
    with pytest.raises(CouldNotLook):
        inbox.take(message("1", ("inc-1", told("K"))))
    assert record.incident_ids() == []


def test_the_one_who_is_woken_hears_of_all_or_nothing(record: Record) -> None:
    woken: list[str] = []

    def wake(_: sa.Connection, errands: Sequence[str]) -> None:
        woken.extend(errands)
        if "bad" in errands:
            raise RuntimeError("no queue")

    inbox = Inbox(record, wake)
    with pytest.raises(RuntimeError):
        inbox.take(message("1", ("inc-1", told("K")), errands=(("bad", "{}"),)))
    assert record.incident_ids() == []
    assert inbox.due(NOW) == []
    inbox.take(message("1", errands=(("good", "{}"),)))
    assert [e.id for e in inbox.due(NOW)] == ["good"]


def test_what_is_long_past_is_forgotten_but_not_what_waits(record: Record) -> None:
    inbox = Inbox(record)
    inbox.take(message("1", ("inc-1", told("K")), errands=(("done", "{}"), ("waits", "{}"))))
    inbox.done("done", "it is")
    inbox.forget(NOW + timedelta(days=29))
    with pytest.raises(Known):
        inbox.take(message("1"))
    inbox.forget(NOW + timedelta(days=31))
    assert inbox.take(message("1", ("inc-1", told("K")))) == Taken(known=("inc-1",)), "nothing new is opened"
    assert [e.id for e in inbox.due(NOW)] == ["waits"]
