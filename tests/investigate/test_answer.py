"""The answer over trails of every kind: it never fails, invents nothing, and does not hang on how records came."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trail_world import ACCOUNT, KEY, OTHER, TOKEN, Record, delivered, many_records, record, who

from unleak.investigate.answer import Asked, answer
from unleak.investigate.calls import call_from_record
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.table import table_over
from unleak.model.investigation import Investigation
from unleak.report.investigation import FORMATS

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LEAK = datetime(2026, 11, 23, tzinfo=UTC)
MINTED = "ASIA" + "MINTEDKEY" + "0003"


def _answer(folder: Path, records: Sequence[Record], **asked: Any) -> Investigation:
    log = folder / "log.json"
    log.write_text(delivered(records))
    shelf = Shelf(folder / "shelf")
    shelf.update([log])
    with table_over(folder, shelf.paths) as table:
        return answer(table, Asked(KEY, **asked), NOW)


def _mint(number: int, **more: Any) -> Record:
    made = {"credentials": {"accessKeyId": MINTED, "sessionToken": TOKEN, "expiration": "never"}}
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/deploy", "roleSessionName": "x"}
    fields = {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "requestParameters": asked}
    return record(number, **{**fields, "responseElements": made, **more})


ABUSED = [record(1), _mint(2), record(3, userIdentity=who(MINTED)), record(4, userIdentity=who(OTHER)), record(5)]


@settings(max_examples=12, deadline=None)
@given(many_records(), st.one_of(st.none(), st.just(LEAK)), st.data())
def test_it_never_fails_and_invents_nothing(records: list[Record], leak: datetime | None, data: st.DataObject) -> None:
    mixed = data.draw(st.permutations([*records, *(record(100 + r, **_without_ids(ABUSED[r])) for r in range(5))]))
    with TemporaryDirectory() as folder:
        found = _answer(Path(folder), mixed, leaked_at=leak)
    true = {c.event_id: c for c in map(call_from_record, mixed)}
    assert all(true[c.event_id] == c for c in found.calls)
    assert {c.key_id for c in found.calls} <= {h.key_id for h in found.credentials}
    assert found.seen.records == len(mixed)
    for told in (form(found) for form in FORMATS.values()):
        assert TOKEN not in told
        told.encode()


def _without_ids(given: Record) -> Record:
    return {k: v for k, v in given.items() if k not in {"eventID", "eventTime", "requestID"}}


@pytest.mark.parametrize(
    "order", [lambda rs: rs, lambda rs: rs[::-1], lambda rs: [*rs, *rs], lambda rs: rs[2:] + rs[:2]]
)
def test_it_is_the_same_in_any_order_and_when_delivered_twice(order: Any, tmp_path: Path) -> None:
    found = _answer(tmp_path, order(ABUSED), leaked_at=LEAK)
    assert [c.event_id for c in found.calls] == ["e1", "e2", "e3", "e5"]
    assert {h.key_id: (h.parent, h.events) for h in found.credentials} == {KEY: (None, 3), MINTED: (KEY, 1)}
    assert (found.seen.first, found.seen.last) == (LEAK + timedelta(seconds=1), LEAK + timedelta(seconds=5))


def test_a_clock_that_went_backwards_hides_no_session(tmp_path: Path) -> None:
    """The session is used a moment before the record that made it."""
    found = _answer(tmp_path, [_mint(10), record(9, userIdentity=who(MINTED))], leaked_at=LEAK)
    assert [c.event_id for c in found.calls] == ["e9", "e10"]


def test_a_refused_call_makes_no_credential(tmp_path: Path) -> None:
    found = _answer(tmp_path, [_mint(1, errorCode="AccessDenied"), record(2, userIdentity=who(MINTED))], leaked_at=LEAK)
    assert [h.key_id for h in found.credentials] == [KEY]


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    found = _answer(tmp_path, [record(1, userIdentity=who(OTHER))])
    assert not found.calls
    assert [h.key_id for h in found.credentials] == [KEY]
    assert found.leaked_at == NOW
    assert not found.leaked_at_is_known
    assert found.seen.records == 1


def test_nothing_at_all(tmp_path: Path) -> None:
    with table_over(tmp_path, ()) as table:
        found = answer(table, Asked(KEY, problems=lambda: ("us-east-1: refused",)), NOW)
    assert found.seen.problems == ("us-east-1: refused",)
    assert (found.seen.records, found.seen.first) == (0, None)
    for form in FORMATS.values():
        form(found)
    assert "told nothing" in FORMATS["text"](found)


def test_a_trail_that_stops_before_the_leak_says_until_when_it_was_read(tmp_path: Path) -> None:
    found = _answer(tmp_path, [record(1), record(2)], leaked_at=LEAK + timedelta(days=3))
    assert not found.calls
    assert found.seen.last == LEAK + timedelta(seconds=2)
    assert "2026-11-23 00:00" in FORMATS["text"](found)
    assert "no proof" in FORMATS["text"](found)


def test_a_stranger_after_days_is_taken_for_the_leak(tmp_path: Path) -> None:
    days = [record(n, eventTime=f"2026-11-{n:02d}T08:00:00Z") for n in range(1, 20)]
    strange = record(50, eventTime="2026-11-15T03:00:00Z", sourceIPAddress="198.51.100.66")
    found = _answer(tmp_path, [*days, strange])
    assert [c.event_id for c in found.calls] == ["e50"]
    assert not found.leaked_at_is_known
    assert found.own_use.before + found.own_use.since == 19


def test_json_is_the_same_however_often_it_is_asked(tmp_path: Path) -> None:
    found = _answer(tmp_path, ABUSED, leaked_at=LEAK)
    document = json.loads(FORMATS["json"](found))
    assert document == json.loads(FORMATS["json"](replace(found)))
    assert document["schema"] == "unleak.investigation/1"
