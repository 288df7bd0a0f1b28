"""The index: what the logs hold and nothing else, made once, never half, and without session tokens."""

import gc
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trail_world import (
    FORMS,
    TOKEN,
    Record,
    compact,
    delivered,
    many_records,
    read,
    record,
    small_pieces,
    who,
    written,
)

from unleak.investigate.calls import call_from_record, call_to_line
from unleak.investigate.evidence import write_parquet
from unleak.investigate.trail import shelf as module
from unleak.investigate.trail.columns import COLUMNS
from unleak.investigate.trail.lines import Written, write_lines
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.table import Table, table_over


@settings(max_examples=10, deadline=None)
@given(many_records(), st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(FORMS)), st.sampled_from([50, 10_000]))
def test_the_index_gives_back_what_the_records_say(records: list[Record], form: str, other: str, size: int) -> None:
    """Delivered twice, in two forms: once in the answer."""
    with TemporaryDirectory() as name, small_pieces(size):
        folder = Path(name)
        logs = {written(folder, form, records), written(folder, other, records)}
        calls, shelf = read(folder, *logs)
        assert calls == [call_from_record(r) for r in records]
        assert shelf.records == len(records) * len(logs)
        assert not shelf.problems or not records


def _tokens(key: str = "sessionToken", value: str = TOKEN) -> Record:
    return {key: value, "credentials": {"accessKeyId": "ASIA" + "A" * 16, key: value, "list": [{key: value}]}}


SECRETIVE = {
    "in an answer": {"responseElements": _tokens()},
    "in a question": {"requestParameters": _tokens()},
    "beside them": {"additionalEventData": _tokens(), "serviceEventDetails": _tokens()},
    "in a signed address": {"requestParameters": _tokens("X-Amz-Security-Token")},
    "with a quotation mark": {"responseElements": _tokens(value='"' + TOKEN)},
    "elsewhere in the record": {"tlsDetails": _tokens(), "userIdentity": who(sessionContext=_tokens())},
}


@pytest.mark.parametrize("form", ["delivered", "pretty", "LookupEvents"])
@pytest.mark.parametrize("where", SECRETIVE)
def test_no_session_token_lies_in_the_index(where: str, form: str, tmp_path: Path) -> None:
    calls, shelf = read(tmp_path, written(tmp_path, form, [record(0, **SECRETIVE[where]), record(1)]))
    assert len(calls) == 2
    for path in (tmp_path / "shelf").rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()
    columns = ", ".join(f'"{name}"::VARCHAR' for name in COLUMNS)
    with table_over(tmp_path, shelf.paths) as table:
        assert TOKEN not in str(table.duck.execute(f"SELECT {columns} FROM calls").fetchall())  # noqa: S608


@pytest.mark.parametrize("form", ["delivered", "pretty"])
def test_an_escaped_name_hides_no_token(form: str, tmp_path: Path) -> None:
    log = written(tmp_path, form, [record(0, responseElements=_tokens())])
    log.write_text(log.read_text().replace("sessionToken", "session\\u0054oken"))
    read(tmp_path, log)
    assert TOKEN.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "shelf").glob("*.parquet"))


SECRET_FIELDS = (
    "secretAccessKey", "sessionToken", "password", "newPassword", "masterUserPassword", "privateKey", "userData",
    "secretString", "clientSecret", "apiKey", "plaintext", "authorization", "bearerToken", "keyMaterial",
)  # fmt: skip


def test_no_secret_lies_in_what_is_kept_of_a_call(tmp_path: Path) -> None:
    planted = "Zq9" * 13 + "x"
    inner = dict.fromkeys(SECRET_FIELDS, planted)
    odd = {**inner, "deep": [{"deeper": {**inner, "environment": {"variables": {"A": planted}}}}]}
    calls, shelf = read(
        tmp_path,
        written(
            tmp_path, "delivered", [record(0, requestParameters=odd, responseElements=odd, additionalEventData=odd)]
        ),
    )
    with table_over(tmp_path, shelf.paths) as table:
        write_parquet(table.duck, calls, tmp_path / "evidence.parquet")
    kept = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(tmp_path / "evidence.parquet")]).fetchall()
    assert planted not in str(kept) + call_to_line(calls[0]).decode()
    assert planted.encode() not in (tmp_path / "evidence.parquet").read_bytes()


def test_evidence_holds_each_call_as_it_was_said(tmp_path: Path) -> None:
    odd = record(
        0, userAgent="'\"\0é\ud800", requestParameters={"policyDocument": "\ud800\n", "a": "'; DROP TABLE calls"}
    )
    calls, shelf = read(tmp_path, written(tmp_path, "delivered", [odd, record(1)]))
    place = tmp_path / "it's evidence.parquet"
    with table_over(tmp_path, shelf.paths) as table:
        write_parquet(table.duck, calls, place)
        rows = table.duck.execute("SELECT event_id, agent, request FROM read_parquet(?)", [str(place)]).fetchall()
        write_parquet(table.duck, [], tmp_path / "empty.parquet")
    assert [r[:2] for r in rows] == [(c.event_id, c.agent) for c in calls]
    assert [json.loads(r[2]) for r in rows] == [dict(c.request) for c in calls]


# What is read, and when


def _log(folder: Path, name: str, *numbers: int) -> Path:
    path = folder / name
    path.write_text(delivered(record(n) for n in numbers))
    return path


def _ids(shelf: Shelf) -> list[str]:
    with table_over(shelf.folder, shelf.paths) as table:
        return sorted(c.event_id for c in table.calls("true"))


def test_only_what_is_new_or_changed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = write_lines

    def heard(path: Path, out: Any) -> Written:
        opened.append(path.name)
        return real(path, out)

    monkeypatch.setattr(module, "write_lines", heard)
    a, b = _log(tmp_path, "a.json", 0), _log(tmp_path, "b.json", 1)
    place = tmp_path / "shelf"

    def after(*logs: Path) -> tuple[list[str], list[str]]:
        opened.clear()
        shelf = Shelf(place)
        shelf.update(logs)
        assert not shelf.unknown(logs)
        return sorted(opened), _ids(shelf)

    assert after(a) == (["a.json"], ["e0"])
    assert after(a, b) == (["b.json"], ["e0", "e1"])
    assert after(a, b) == ([], ["e0", "e1"])
    _log(tmp_path, "b.json", 1, 2)
    assert after(a, b) == (["b.json"], ["e0", "e1", "e2"])
    os.utime(a, ns=(1, 1))
    assert after(a, b) == (["a.json"], ["e0", "e1", "e2"])
    assert after(b) == ([], ["e0", "e1", "e2"])  # who asks for fewer files does not make the others untrue
    assert after() == ([], ["e0", "e1", "e2"])
    a.unlink()
    assert after(b) == ([], ["e1", "e2"])
    assert after(b, _log(tmp_path, "c.json", 3)) == (["c.json"], ["e1", "e2", "e3"])
    assert len(list(place.glob("*.parquet"))) == len(Shelf(place).parts)


def test_what_could_not_be_opened_is_named_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = _log(tmp_path, "a.json", 0), _log(tmp_path, "b.json", 1)
    real = write_lines

    def refused(path: Path, out: Any) -> Written:
        if path == b:
            raise PermissionError(13, "Permission denied")
        return real(path, out)

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_lines", refused)
        for _ in range(2):
            shelf = Shelf(tmp_path / "shelf")
            shelf.update([a, b])
            assert shelf.problems == ["b.json: could not be opened: Permission denied"]
            assert _ids(shelf) == ["e0"]
            assert len(shelf.parts) == 1
    shelf.update([a, b])
    assert not shelf.problems
    assert _ids(shelf) == ["e0", "e1"]


def test_nobody_else_may_look(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "index" / "shelf")
    shelf.update([_log(tmp_path, "a.json", 0)])
    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700


def test_many_batches_are_one_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH_FILES", 2)
    logs = [_log(tmp_path, f"{n}.json", n) for n in range(5)]
    (tmp_path / "6.json").write_text('{"Records":[' + compact(record(6, userIdentity="odd")) + ",]}")
    told: list[tuple[int, int]] = []
    shelf = Shelf(tmp_path / "shelf", lambda done, total: told.append((done, total)))
    shelf.update([*logs, tmp_path / "6.json"])
    assert _ids(shelf) == ["e0", "e1", "e2", "e3", "e4", "e6"]
    assert len(shelf.parts) == 3
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] == sum(p.stat().st_size for p in tmp_path.glob("*.json"))


# Crashes, damage and others


class _Killed(BaseException):
    """As if the process had ended here."""


STEPS: dict[str, tuple[Any, str]] = {
    "the lines": (module, "write_lines"),
    "the question": (module, "select_from"),
    "the list's text": (json, "dumps"),
    "a renaming": (Path, "replace"),
    "a removal": (Path, "unlink"),
    "a connection": (module, "connected"),
}


def _killing(real: Callable[..., Any], after: int, *, late: bool) -> Callable[..., Any]:
    """Works so many times; then the process dies before the call, or right after it."""
    left = after

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0 and not late:
            raise _Killed
        done = real(*args, **kwargs)
        if left < 0:
            raise _Killed
        return done

    return call


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_nothing_half(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shelf is first as it was, a new file and a changed one are added, and the process dies; then it is asked
    again.
    """
    monkeypatch.setattr(module, "_BATCH_FILES", 1)
    where, name = STEPS[step]
    for number in (0, 1, 5):
        folder = tmp_path / str(number)
        folder.mkdir()
        logs = [_log(folder, "a.json", 0), _log(folder, "b.json", 1)]
        Shelf(folder / "shelf").update(logs)
        logs = [*logs[:1], _log(folder, "b.json", 1, 2), _log(folder, "c.json", 3)]
        killing = _killing(getattr(where, name), number // 2, late=number % 2 > 0)
        with patch.object(where, name, killing), suppress(_Killed):
            Shelf(folder / "shelf").update(logs)
        gc.collect()
        before = Shelf(folder / "shelf")
        assert set(_ids(before)) <= {"e0", "e1", "e2", "e3"}
        before.update(logs)
        assert _ids(before) == ["e0", "e1", "e2", "e3"]
        assert not before.problems
        _log(folder, "d.json", 4)
        before.update([*logs, folder / "d.json"])
        left = {p.name for p in before.folder.iterdir() if p.is_file()}
        assert left == {p.name for p in before.parts} | {"list.json", "lock", "standing"}


def _damaged_list(place: Path) -> None:
    (place / "list.json").write_text((place / "list.json").read_text()[:-20])


def _edited(**fields: object) -> Callable[[Path], None]:
    def edit(place: Path) -> None:
        found = json.loads((place / "list.json").read_text())
        (place / "list.json").write_text(json.dumps({**found, **fields}))

    return edit


HARM: dict[str, Callable[[Path], object]] = {
    "the list is cut": _damaged_list,
    "the list is empty": lambda place: (place / "list.json").write_text(""),
    "the list is a list": lambda place: (place / "list.json").write_text("[]"),
    "the list is no text": lambda place: (place / "list.json").write_bytes(b"\xff\xfe"),
    "the list is gone": lambda place: (place / "list.json").unlink(),
    "the list is older": _edited(version=1),
    "other columns": _edited(columns=["a"]),
    "parts of another form": _edited(parts=[{"name": 5}]),
    "a part is gone": lambda place: next(place.glob("*.parquet")).unlink(),
    "a part is empty": lambda place: next(place.glob("*.parquet")).write_bytes(b""),
    "a part is cut": lambda place: os.truncate(next(place.glob("*.parquet")), 500),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_shelf_is_made_anew(harm: str, tmp_path: Path) -> None:
    logs = [_log(tmp_path, "a.json", 0), _log(tmp_path, "b.json", 1)]
    shelf = Shelf(tmp_path / "shelf")
    shelf.update(logs[:1])
    shelf.update(logs)
    HARM[harm](shelf.folder)
    for _ in range(2):
        shelf = Shelf(tmp_path / "shelf")
        shelf.update(logs)
        assert _ids(shelf) == ["e0", "e1"]


def test_who_reads_is_not_disturbed_by_who_indexes(tmp_path: Path) -> None:
    log = _log(tmp_path, "a.json", 0)
    mine, theirs = Shelf(tmp_path / "shelf"), Shelf(tmp_path / "shelf")
    mine.update([log])
    with table_over(tmp_path, mine.paths) as table:
        theirs.update([_log(tmp_path, "a.json", 1)])
        theirs.update([_log(tmp_path, "b.json", 2)])
        assert [c.event_id for c in table.calls("true")] == ["e0"]
    assert _ids(theirs) == ["e1", "e2"]
    del mine, table
    theirs.update([_log(tmp_path, "c.json", 3)])
    assert len(list(theirs.folder.glob("*.parquet"))) == 3


_UPDATED = """
import sys
from pathlib import Path
from unleak.investigate.trail.lines import Written, write_lines
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.table import table_over
shelf = Shelf(Path(sys.argv[1]))
shelf.update(map(Path, sys.argv[2:]))
with table_over(shelf.folder, shelf.paths) as table:
    print(len(table.calls("true")), shelf.records)
"""


def test_two_processes_at_once_index_once(tmp_path: Path) -> None:
    logs = [_log(tmp_path, f"{n}.json", n) for n in range(30)]
    one, two = (
        subprocess.Popen([sys.executable, "-c", _UPDATED, tmp_path / "shelf", *logs], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    )
    assert (one.communicate(timeout=60)[0], two.communicate(timeout=60)[0]) == ("30 30\n", "30 30\n")
    assert len(Shelf(tmp_path / "shelf").parts) == 1


def test_records_that_were_asked_for_are_told_with_their_problems(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    assert shelf.add_records([]) == 0
    assert shelf.add_records([record(0), record(1, eventTime="never")]) == 2
    assert shelf.add_records([record(2, userIdentity=who(sessionContext="x"), requestParameters={"a": "\ud800"})]) == 1
    assert _ids(shelf) == ["e0", "e2"]
    assert shelf.problems == ["answers of AWS: 1 pieces could not be read as records"]


def test_an_empty_table_has_an_answer_to_everything(tmp_path: Path) -> None:
    with table_over(tmp_path, ()) as table:
        _ask_everything(table)
    shelf = Shelf(tmp_path / "shelf")
    (tmp_path / "log.json").write_text("")
    shelf.update([tmp_path / "log.json"])
    with table_over(tmp_path, shelf.paths) as table:
        _ask_everything(table)


def _ask_everything(table: Table) -> None:
    assert table.mints("true") == []
    assert table.uses("true") == []
    assert table.span() == (None, None, 0)
