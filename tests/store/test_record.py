"""The record: append-only, numbered, and the same after a round trip."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.model.alert import Alert, Ground
from unleak.model.credential import Credentials, SecretKey
from unleak.model.entry import Answered, Entry, Event, Intended, Opened
from unleak.model.errors import Busy, CouldNotLook, RecordConflict
from unleak.model.evidence import Exhibit, Fact
from unleak.model.finding import Place
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Change, Mode, Step, Target, TargetKind
from unleak.store.codec import event_from_json, event_to_json
from unleak.store.record import Record

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
IMAGES = st.dictionaries(st.text(max_size=5), JSON, max_size=3)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


def _built(kind: type, **drawn: st.SearchStrategy[object]) -> None:
    """Every field of a kind is drawn by its declared type; the ones that hold anything, from what is given."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in drawn}
    fields = {name: st.from_type(hint) for name, hint in hints.items()}
    st.register_type_strategy(kind, st.builds(kind, **fields, **drawn))


_built(Place)
_built(Fact, former=st.none() | IMAGES)
_built(Answered, options=IMAGES)
st.register_type_strategy(Change, st.builds(Change, before=IMAGES, after=IMAGES))


def _opened(key_id: str = "AKIA...") -> Event:
    return Opened(Alert(key_id, Ground.PERSON, "a test", NOW), Mode.DISABLE)


def _intended(name: str, kind: TargetKind = TargetKind.USER) -> Event:
    target = Target(kind, f"arn:aws:iam::111122223333:user/{name}", "111122223333")
    return Intended(Step("attach_quarantine", target), Change("attach", "nobody", "detach"))


@settings(max_examples=150, deadline=None)
@given(st.from_type(Event))  # type: ignore[arg-type]
def test_every_event_survives_the_round_trip(event: Event) -> None:
    assert event_from_json(event_to_json(event)) == event


def test_a_secret_cannot_be_written() -> None:
    smuggled = Intended(
        Step("deactivate_key", Target(TargetKind.KEY, "AKIA...", "")),
        Change("x", "", "", before={"secret": Credentials("AKIA...", SecretKey("x" * 40))}),
    )
    with pytest.raises(TypeError):
        event_to_json(smuggled)


def test_who_comes_second_is_told(record: Record) -> None:
    record.append("inc-1", 0, [(NOW, _opened())])
    with pytest.raises(RecordConflict):
        record.append("inc-1", 0, [(NOW, _opened())])
    assert [e.seq for e in record.entries("inc-1")] == [1]


def test_entries_of_one_append_are_all_there_or_none(record: Record) -> None:
    record.append("inc-1", 0, [(NOW, _opened())])
    record.append("inc-1", 1, [(NOW, _intended("a"))])
    with pytest.raises(RecordConflict):
        record.append("inc-1", 0, [(NOW, _intended("b")), (NOW, _intended("c"))])
    assert len(record.entries("inc-1")) == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.from_type(Event), max_size=8), st.data())  # type: ignore[arg-type]
def test_folding_on_is_folding_at_once_and_leaves_what_was_known(events: list[Event], data: st.DataObject) -> None:
    told = enumerate([_opened(), *events], 1)
    entries = [Entry("inc-1", n, NOW + timedelta(seconds=n), event) for n, event in told]
    cut = data.draw(st.integers(0, len(entries)))
    known = fold(Incident(), entries[:cut])
    as_it_was = repr(known)
    assert fold(known, entries[cut:]) == fold(Incident(), entries)
    assert repr(known) == as_it_was


def test_the_record_gives_what_was_folded(record: Record) -> None:
    events = [_opened(), _intended("a"), _intended("b"), _intended("a")]
    record.append("inc-1", 0, [(NOW, event) for event in events])
    assert record.incident("inc-1") == fold(Incident(), [Entry("inc-1", n, NOW, e) for n, e in enumerate(events, 1)])


def test_a_gap_in_the_numbers_is_no_incident() -> None:
    with pytest.raises(ValueError, match="does not follow"):
        fold(Incident(), [Entry("inc-1", 2, NOW, _opened())])


def test_evidence_comes_back_as_it_was_kept_and_alteration_is_noticed(record: Record) -> None:
    exhibit = record.keep([b'{"a":1}', b'{"b":2}'])
    assert record.load(exhibit) == [b'{"a":1}', b'{"b":2}']
    assert record.keep([b'{"a":1}', b'{"b":2}']) == exhibit
    with pytest.raises(CouldNotLook):
        record.load(Exhibit("0" * 64, 1, 1))


def test_the_hourly_count_spans_incidents(record: Record) -> None:
    for name in ("a", "b"):
        record.append(f"inc-{name}", 0, [(NOW, _opened()), (NOW, _intended(name))])
    assert len(record.targets_touched_since(NOW - timedelta(hours=1))) == 2
    assert not record.targets_touched_since(NOW + timedelta(seconds=1))


@pytest.mark.parametrize("kind", TargetKind)
def test_the_hourly_count_is_of_who_can_sign_in(record: Record, kind: TargetKind) -> None:
    record.append("inc-1", 0, [(NOW, _opened()), (NOW, _intended("a", kind))])
    assert bool(record.targets_touched_since(NOW)) is (kind not in {TargetKind.INSTANCE, TargetKind.RESOURCE})


def test_an_incident_is_worked_on_by_one_at_a_time(record: Record) -> None:
    with record.lease("inc-1"), record.lease("inc-2"), pytest.raises(Busy), record.lease("inc-1"):
        pass
    with record.lease("inc-1"):
        pass


def test_a_record_that_cannot_be_opened_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CouldNotLook, match="cannot"):
        Record(f"sqlite:///{tmp_path / 'file' / 'r.db'}")
    (tmp_path / "rubbish.db").write_bytes(b"this is no database, it is a text" * 100)
    with pytest.raises(CouldNotLook, match="cannot open the record"):
        Record(f"sqlite:///{tmp_path / 'rubbish.db'}")
