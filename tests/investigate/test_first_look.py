"""The first answer is the truth of the records, however a file is written and wherever it is cut."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trail_world import FORMS, KEY, OTHER, Record, compact, delivered, many_records, record, small_pieces, who, written

from unleak.investigate.calls import call_from_record
from unleak.investigate.trail import first_look as module
from unleak.investigate.trail.first_look import first_look


def _true(records: list[Record], key_id: str) -> list[str]:
    return [c.event_id for c in map(call_from_record, records) if c.key_id == key_id]


@settings(max_examples=40, deadline=None)
@given(many_records(), st.sampled_from([11, 50, 333, 10_000]), st.sampled_from([KEY, OTHER]), st.data())
def test_it_says_what_the_records_say(records: list[Record], size: int, key_id: str, data: st.DataObject) -> None:
    forms = [data.draw(st.sampled_from(sorted(FORMS))) for _ in range(3)]
    with TemporaryDirectory() as folder, small_pieces(size):
        logs = {written(Path(folder), form, records) for form in ("delivered", *forms)}
        look = first_look(key_id, logs)
    assert [c.event_id for c in look.calls] == _true(records, key_id)
    assert bool(look.mentions) == any(key_id in compact(r) for r in records)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 1200), st.lists(st.sampled_from([KEY, OTHER]), max_size=5))
def test_a_record_that_lies_in_two_pieces_is_seen(size: int, keys: list[str]) -> None:
    records = [record(i, userIdentity=who(key)) for i, key in enumerate(keys)]
    with TemporaryDirectory() as folder, small_pieces(size):
        look = first_look(KEY, [written(Path(folder), "delivered", records)])
    assert [c.event_id for c in look.calls] == _true(records, KEY)
    assert look.mentions == keys.count(KEY)
    assert look.files == (KEY in keys)


def test_each_call_is_counted_once_and_what_is_mentioned_is_no_call(tmp_path: Path) -> None:
    named = record(7, userIdentity=who(OTHER), requestParameters={"accessKeyId": KEY})
    log, again = tmp_path / "a.json", tmp_path / "b.json"
    log.write_text(delivered([record(0), record(1, errorCode="AccessDenied"), named]))
    again.write_text(delivered([record(1, errorCode="AccessDenied"), record(0)]))
    look = first_look(KEY, [log, again])
    assert [(c.event_id, c.accepted) for c in look.calls] == [("e0", True), ("e1", False)]
    assert (look.mentions, look.files) == (5, 2)


@pytest.mark.parametrize("odd", ["", "rubbish", KEY, f'{{"eventVersion":"{KEY}', f'{{"eventVersion":1,"x":"{KEY}"}}'])
def test_rubbish_is_no_call(odd: str, tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_text(odd + "\n" + delivered([record(0)]) + odd)
    assert [c.event_id for c in first_look(KEY, [log]).calls] == ["e0"]


def test_files_that_cannot_be_read_do_not_end_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, cut = tmp_path / "good.json", tmp_path / "cut.gz"
    good.write_text(delivered([record(0)]))
    cut.write_bytes(b"\x1f\x8b\x08rubbish")
    folder = tmp_path / "folder.json"
    folder.mkdir()
    sizes: list[int] = []
    assert len(first_look(KEY, [cut, good, folder], sizes.append).calls) == 1
    assert len(sizes) == 3
    monkeypatch.setattr(module, "_MOST_CALLS", 1)
    assert len(first_look(KEY, [good, good]).calls) == 1
