"""Log files of every form, whole and damaged: each record comes through once, and what could not be read is named."""

import gzip
import io
import json
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trail_world import FORMS, Record, compact, delivered, many_records, read, record, small_pieces, who, written

from unleak.investigate.calls import call_from_record
from unleak.investigate.trail import lines
from unleak.investigate.trail.inflate import Damaged, pieces
from unleak.investigate.trail.lines import Written, parsed_records, write_lines, write_parsed_lines
from unleak.zstd import zstd

R = [record(i) for i in range(3)]
ALL = ["e0", "e1", "e2"]
LATER = ["e1", "e2"]


def _records(path: Path) -> tuple[list[Record], Written]:
    """As a shelf would ask: quickly, and patiently where the quick way does not add up."""
    out = io.BytesIO()
    done = write_lines(path, out)
    found = _parsed(out.getvalue())
    if found is None or done.doubt or len(found) != done.lines:
        out = io.BytesIO()
        done = write_parsed_lines(path, out)
        found = _parsed(out.getvalue())
    assert found is not None
    return found, done


def _parsed(text: bytes) -> list[Record] | None:
    try:
        return [json.loads(line) for line in text.split(b"\n") if line.strip()]
    except ValueError:
        return None


@settings(max_examples=15, deadline=None)
@given(many_records(), st.sampled_from([11, 50, 400, 10_000]))
def test_every_form_in_pieces_of_any_size_gives_the_same_records(records: list[Record], size: int) -> None:
    true = [call_from_record(r) for r in records]
    with TemporaryDirectory() as folder, small_pieces(size):
        for form in FORMS:
            path = written(Path(folder), form, records)
            found, done = _records(path)
            assert [call_from_record(r) for r in found] == true, form
            assert not done.problem, form
            assert [call_from_record(r) for r in parsed_records(path)] == true, form


@settings(max_examples=20, deadline=None)
@given(many_records(least=1), st.sampled_from([50, 10_000]), st.data())
def test_a_file_cut_anywhere_gives_what_was_whole_and_says_that_it_was_cut(
    records: list[Record], size: int, data: st.DataObject
) -> None:
    whole = delivered(records).encode()
    cut = data.draw(st.integers(1, len(whole) - 1))
    with TemporaryDirectory() as folder, small_pieces(size):
        path = Path(folder) / "log.json"
        path.write_bytes(whole[:cut])
        found, done = _records(path)
        ids = [r["eventID"] for r in found]
        assert ids == [r["eventID"] for r in records][: len(ids)]
        ends = [len(delivered(records[: n + 1])) - 2 for n in range(len(records))]
        assert len(ids) == sum(end <= cut for end in ends)
        assert done.problem or cut >= len(whole) - 1


_NO_ID = {k: v for k, v in R[0].items() if k != "eventID"}
_INSIGHT = {
    "eventVersion": "1.07", "eventTime": "2026-11-23T00:00:00Z", "awsRegion": "us-east-1", "eventID": "i1",
    "eventType": "AwsCloudTrailInsight", "insightDetails": {"state": "Start"}, "eventCategory": "Insight",
}  # fmt: skip
_DIGEST = {"awsAccountId": "1", "digestStartTime": "x", "digestS3Bucket": "b", "logFiles": []}
_UNREAD = "1 pieces could not be read"


def _first(**more: Any) -> str:
    """A file whose first record is odd, and whose others are as they should be."""
    return delivered([record(0, **more), *R[1:]])


def _parameters(text: str) -> str:
    assert '"requestParameters":null' in compact(R[0])
    return delivered([compact(R[0]).replace('"requestParameters":null', f'"requestParameters":{text}'), *R[1:]])


WHOLE: dict[str, str] = {
    "other fields first": delivered([dict(reversed(R[0].items())), *R[1:]]),
    "a version nobody knows": _first(eventVersion="9.99", newField={"a": []}),
    "no version": delivered([{k: v for k, v in R[0].items() if k != "eventVersion"}, *R[1:]]),
    "a separator in a list": _first(requestParameters={"l": [{}, {"eventVersion": "1"}]}),
    "a whole record in a list": _first(requestParameters={"l": [{}, record(9)]}),
    "a separator in a text": _first(requestParameters={"l": '},{"eventVersion":1'}),
    "a service, no key": _first(userIdentity={"type": "AWSService", "invokedBy": "ec2"}),
    "identity a text": _first(userIdentity="me"),
    "identity a list": _first(userIdentity=[1]),
    "identity null": _first(userIdentity=None),
    "identity of numbers": _first(userIdentity={"arn": 5, "accessKeyId": {"x": 1}}),
    "context a text": _first(userIdentity=who(sessionContext="x")),
    "issuer a text": _first(userIdentity=who(sessionContext={"sessionIssuer": "x"})),
    "context of lists": _first(userIdentity=who(sessionContext={"attributes": [], "sourceIdentity": {}})),
    "numbers for texts": _first(sourceIPAddress=5, userAgent=1.5, awsRegion=True),
    "objects for texts": _first(sourceIPAddress={"a": 1}, userAgent=[1]),
    "read-only a list": _first(readOnly=[]),
    "read-only a text": _first(readOnly="maybe"),
    "parameters a text": _first(requestParameters="x", responseElements=[1]),
    "no number": _parameters('{"a":NaN}'),
    "too big a number": _parameters('{"a":1e999}'),
    "5,000 digits": _parameters('{"a":%s}' % ("9" * 5000)),
    "900 deep": _parameters('{"a":' * 900 + "1" + "}" * 900),
    "5,000 deep": _parameters('{"a":' * 5000 + "1" + "}" * 5000),
    "half a character": _first(userAgent="\ud800", requestParameters={"policy": "\udfff"}),
    "a zero in a text": _first(userAgent="a\0b", requestParameters={"p\0": "\0"}),
    "a raw zero": delivered(R).replace("aws-cli/2", "\0", 1),
    "two on a line": compact(R[0]) + compact(R[1]) + "\n" + compact(R[2]),
    "a line that ends in a list": "\n".join(compact({**r, "resources": [{}]}) for r in R),
    "100,000 lists": "[" * 100_000 + ",".join(map(compact, R)) + "]" * 100_000,
    "insights between": delivered([_INSIGHT, *R]),
    "delivered twice": delivered([*R, *R]) + delivered(R),
    "younger first": delivered(reversed(R)),
}
"""What is odd about a file, and its text: all three events are read, and nothing is told."""

NO_TIMES: tuple[object, ...] = (
    None, "yesterday", "", "infinity", "-infinity", "epoch", "290000-01-01", "2026-02-30T00:00:00Z", 1700000000, [],
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01 (BC)", "0001-01-01T00:00:00+14:00",
)  # fmt: skip

BROKEN: dict[str, tuple[str, list[str], str]] = {
    "nothing": ("", [], "no record in any"),
    "blanks": (" \n ", [], "no record in any"),
    "no records": ('{"Records":[]}', [], "no record in any"),
    "no records, spread": ('{"Records": [\n]\n}\n', [], "no record in any"),
    "an insight": (json.dumps({"Records": [_INSIGHT]}, indent=1), [], "no record in any"),
    "a digest": (compact(_DIGEST), [], "no record in any"),
    "wrapped 900 times": ('{"detail":' * 900 + compact(R[0]) + "}" * 900, [], "could not be read"),
    "rubbish inside": (delivered([R[0], "rubbish", *R[1:]]), ALL, _UNREAD),
    "zeros at the end": (delivered(R) + "\0" * 100, ALL, _UNREAD),
    "a line of rubbish": ("\n".join([compact(R[0]), "x\ty", *map(compact, R[1:])]), ALL, _UNREAD),
    "a line of nothing": ("\n".join([compact(R[0]), "", "null", *map(compact, R[1:])]), ALL, _UNREAD),
    "half a line": (compact(R[0]) + "\n" + compact(R[1])[:200], ["e0"], _UNREAD),
    "no end": (delivered(R)[:-2], ALL, "ends too early"),
    "event id a number": (_first(eventID=5), ["5", *LATER], ""),
    "event id null": (_first(eventID=None), LATER, _UNREAD),
    "no event id": (delivered([_NO_ID, *R[1:]]), LATER, _UNREAD),
    "event id of another spelling": (delivered([{**_NO_ID, "eventId": "e0"}, *R[1:]]), LATER, _UNREAD),
    "no name": (_first(eventName=None), LATER, _UNREAD),
    "another log": ('{"a": 1}\n{"b": 2}', [], "2 pieces could not be read"),
    **{f"time {time}": (_first(eventTime=time), LATER, _UNREAD) for time in NO_TIMES},
}
"""What is wrong with a file: its text, the events that are read, and what is told."""

HOSTILE = {**{name: (text, ALL, "") for name, text in WHOLE.items()}, **BROKEN}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_in_a_file(name: str, tmp_path: Path) -> None:
    text, events, problem = HOSTILE[name]
    log = tmp_path / "log'; DROP TABLE calls --.json"
    log.write_bytes(text.encode("utf-8", "surrogatepass"))
    calls, shelf = read(tmp_path, log)
    assert [c.event_id for c in calls] == events
    assert problem in " ".join(shelf.problems)
    assert bool(problem) == bool(shelf.problems)


def test_invalid_utf_8_spoils_one_field(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_bytes(delivered(R).encode().replace(b"aws-cli/2", b"\xff\xfe", 1))
    calls, shelf = read(tmp_path, log)
    assert [c.agent for c in calls] == ["\ufffd\ufffd", "aws-cli/2", "aws-cli/2"]
    assert not shelf.problems


def test_times_with_an_offset_are_in_utc(tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_text(delivered([record(0, eventTime="2026-11-23T05:00:00+05:00")]))
    assert [c.at.isoformat() for c in read(tmp_path, log)[0]] == ["2026-11-23T00:00:00+00:00"]


def _many(count: int = 300) -> Sequence[Record]:
    return [record(i, requestID=f"{zlib.crc32(str(i).encode()):x}" * 3) for i in range(count)]


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


_PLAIN = delivered(_many()).encode()
_GZ = gzip.compress(_PLAIN)
_ZST = zstd.compress(_PLAIN, options={zstd.CompressionParameter.checksum_flag: 1})
DAMAGED = {
    # what happened: the bytes, how many of 300 records are read at least, the problem
    "gzip cut": (_GZ[: len(_GZ) // 2], 100, "ends too early"),
    "gzip without its end": (_GZ[:-4], 300, "ends too early"),
    "gzip's sum is wrong": (_flipped(_GZ, len(_GZ) - 6), 300, "is damaged inside"),
    "gzip, a byte is wrong": (_flipped(_GZ, len(_GZ) // 2), 100, "is damaged inside"),
    "gzip, then text": (_GZ + b"text", 300, "no gzip follow"),
    "gzip, then half a member": (_GZ + _GZ[:50], 300, "ends too early"),
    "only gzip's first bytes": (_GZ[:5], 0, "ends too early"),
    "gzip and zeros": (_GZ + b"\0" * 5000, 300, ""),
    "gzip, zeros and another": (_GZ + b"\0" * 5000 + gzip.compress(delivered(R).encode()), 300, ""),
    "zstd cut": (_ZST[: len(_ZST) // 2], 0, "ends too early"),
    "zstd without its end": (_ZST[:-1], 240, "ends too early"),
    "zstd, then text": (_ZST + b"text", 300, "is damaged inside"),
    "zstd's sum is wrong": (_flipped(_ZST, len(_ZST) - 1), 240, "is damaged inside"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_archive_gives_what_it_can_and_is_named(name: str, tmp_path: Path) -> None:
    data, least, problem = DAMAGED[name]
    log = tmp_path / "log.gz"
    log.write_bytes(data)
    calls, shelf = read(tmp_path, log)
    assert len(calls) >= least
    assert problem in " ".join(shelf.problems)
    assert bool(problem) == bool(shelf.problems)


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_where_members_meet_at_the_end_of_a_read_nothing_is_lost(size: int, tmp_path: Path) -> None:
    log = tmp_path / "log.gz"
    log.write_bytes(b"".join(gzip.compress(bytes([i]) * i) for i in range(40)))
    with small_pieces(size):
        assert b"".join(pieces(log)) == b"".join(bytes([i]) * i for i in range(40))


def test_the_bytes_before_the_damage_are_given(tmp_path: Path) -> None:
    log = tmp_path / "log.gz"
    log.write_bytes(_flipped(_GZ, len(_GZ) - 6))
    got = b""
    with small_pieces(500), pytest.raises(Damaged):  # noqa: PT012
        for piece in pieces(log):
            got += piece
    assert _PLAIN.startswith(got)
    assert len(got) >= len(_PLAIN) - 1


_BOMBED = r"""
import re, sys
from pathlib import Path
from unleak.investigate.trail import first_look as look, inflate, lines
from unleak.investigate.trail.shelf import Shelf
from unleak.zstd import zstd
inflate.PIECE = lines._LONGEST_RECORD = look._LONGEST_RECORD = 2_000_000
log = Path(sys.argv[1])
shelf = Shelf(log.parent / "shelf")
shelf.update([log])
look.first_look(sys.argv[2], [log])
peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
print(int(peak.group(1)) // 1024, shelf.records, shelf.problems)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the most memory used there")
@pytest.mark.parametrize("begin", ['{"Records":[{"eventVersion":"1","a":"', '{"Records": ['])
def test_a_bomb_takes_no_more_memory_than_a_log(begin: str, tmp_path: Path) -> None:
    """200 MB of the letter a, and a record behind them; a record may have 2 MB here."""
    log = tmp_path / "bomb.gz"
    with gzip.open(log, "wb", compresslevel=1) as out:
        out.write(begin.encode())
        for _ in range(100):
            out.write(b"a" * 2_000_000)
        out.write(b'"},' + compact(R[0]).encode() + b"]}")
    done = subprocess.run([sys.executable, "-c", _BOMBED, log, "AKIA" + "A" * 16], capture_output=True, text=True,
                          check=True, timeout=100)  # fmt: skip
    megabytes, records, problems = done.stdout.split(" ", 2)
    assert int(megabytes) < 250
    assert int(records) == 1
    assert "could not be read" in problems


def test_a_record_that_is_too_long_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_LONGEST_RECORD", 100_000)
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"Records": [R[0], record(1, tlsDetails="x" * 150_000), R[2]]}))
    calls, shelf = read(tmp_path, log)
    assert [c.event_id for c in calls] == ["e0", "e2"]
    assert _UNREAD in shelf.problems[0]
