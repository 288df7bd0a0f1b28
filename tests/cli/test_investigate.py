"""`unleak investigate`: exit codes, what goes where, and that asking again reads nothing twice."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from unleak.cli import main as cli
from unleak.investigate.trail import shelf

ACCOUNT = "1111" * 3
KEY = "AKIA" + "LEAKEDKEY" + "0001"
MINTED = "ASIA" + "MINTEDKEY" + "0002"
TOKEN = "IQoJb3JpZ2lu" + "X2Vj" + "c2Vzc2lvbg" * 12
PLANTED = "Zq9" * 13 + "x"


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended, and what it wrote where."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs unleak in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["unleak", "investigate", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Done(left.value.code, out, err)

    return ran


def _call(number: int, address: str = "203.0.113.66", **more: Any) -> dict[str, Any]:
    who = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ci", "accountId": ACCOUNT, "accessKeyId": KEY}
    return {
        "eventVersion": "1.08", "userIdentity": {**who, "userName": "ci"},
        "eventTime": f"2026-11-{1 + number // 24:02d}T{number % 24:02d}:00:00Z", "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets", "awsRegion": "us-east-1", "sourceIPAddress": address, "userAgent": "aws-cli/2",
        "requestParameters": None, "responseElements": None, "requestID": f"r{number}", "eventID": f"e{number}",
        "readOnly": True, "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT, **more,
    }  # fmt: skip


def _minted(number: int) -> list[dict[str, Any]]:
    """A session, and a call with it."""
    credentials = {"accessKeyId": MINTED, "sessionToken": TOKEN, "expiration": "Nov 30, 2026, 8:43:17 PM"}
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x"
    role = f"arn:aws:iam::{ACCOUNT}:role/deploy"
    issuer = {"type": "Role", "arn": role, "accountId": ACCOUNT, "userName": "deploy"}
    who = {"type": "AssumedRole", "arn": arn, "accountId": ACCOUNT, "accessKeyId": MINTED}
    secrets = {"masterUserPassword": PLANTED, "environment": {"variables": {"A": PLANTED}}, "userData": PLANTED}
    asked = {"roleArn": role, "roleSessionName": "x"}
    return [
        _call(number, eventSource="sts.amazonaws.com", eventName="AssumeRole",
              requestParameters=asked, responseElements={"credentials": credentials}),
        _call(number + 1, userIdentity={**who, "sessionContext": {"sessionIssuer": issuer}}, readOnly=False,
              eventSource="rds.amazonaws.com", eventName="CreateDBInstance", requestParameters=secrets),
    ]  # fmt: skip


HOME = [_call(n, "192.0.2.1") for n in range(100)]
ABUSED = [*HOME, _call(101), *_minted(102), _call(105, errorCode="AccessDenied")]


def _log(name: str, records: list[dict[str, Any]]) -> str:
    Path(name).write_text(json.dumps({"Records": records}, separators=(",", ":")))
    return name


def test_nothing_of_the_key_is_told_and_is_no_error(run: Run) -> None:
    log = _log("log.json", HOME)
    done = run("AKIA" + "SOMEBODYS" + "0009", "--trail", log)
    assert done.code == 0
    assert "is nowhere in these logs" in done.err
    assert "shows no call of an attacker" in done.out
    assert "no proof" in done.out


def test_only_its_rightful_holder_used_it(run: Run) -> None:
    done = run(KEY, "--trail", _log("log.json", HOME), "--leaked-at", "2026-11-04")
    assert done.code == 0, done.out
    assert "made 100 calls" in done.err


def test_what_an_attacker_did_is_told_as_json(run: Run) -> None:
    done = run(KEY, "--trail", _log("log.json", ABUSED), "--format", "json", "--leaked-at", "2026-11-05T04:30:00Z")
    assert done.code == 1
    found = json.loads(done.out)
    assert found["schema"].startswith("unleak.investigation/")
    assert {c["key_id"] for c in found["credentials"]} == {KEY, MINTED}
    assert "AssumeRole" in done.out
    assert "e99" not in done.out
    assert "made 103 calls" in done.err


@pytest.mark.parametrize("form", ["text", "json", "html", "ocsf"])
def test_no_secret_is_told_in_any_format(form: str, run: Run, tmp_path: Path) -> None:
    log = _log("log.json", ABUSED)
    done = run(KEY, "--trail", log, "--format", form, "--evidence", "evidence.parquet", "--output", f"report.{form}")
    assert done.code == 1, done.err
    assert not done.out
    assert f"wrote report.{form}" in done.err
    report = Path(f"report.{form}").read_text()
    assert MINTED in report
    kept = [p.read_bytes() for p in (tmp_path / "home").rglob("*") if p.is_file()]
    rows = duckdb.connect().execute("SELECT * FROM 'evidence.parquet'").fetchall()
    said = [Path("evidence.parquet").read_bytes(), report.encode(), str(rows).encode(), done.err.encode()]
    assert not any(TOKEN.encode() in one for one in (*kept, *said))
    assert not any(PLANTED.encode() in one for one in said)
    assert "\x1b" not in report + done.err


def test_html_is_one(run: Run) -> None:
    page = run(KEY, "--trail", _log("log.json", ABUSED), "--format", "html").out
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _: tags.append(tag)  # type: ignore[method-assign,assignment]
    parser.feed(page)
    assert tags[:2] == ["html", "head"]
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_evidence_is_the_attackers_calls(run: Run) -> None:
    done = run(
        KEY, "--trail", _log("log.json", ABUSED), "--evidence", "it's.parquet", "--leaked-at", "2026-11-05T04:30Z"
    )
    assert done.code == 1
    rows = duckdb.connect().execute('SELECT event_id, "at"::VARCHAR FROM read_parquet(?) ORDER BY 1', ["it's.parquet"])
    assert rows.fetchall() == [(f"e{n}", f"2026-11-05 0{n - 96}:00:00") for n in (101, 102, 103, 105)]


BAD: dict[str, tuple[list[str], str]] = {
    "no key": (["AIDA" + "LEAKEDKEY" + "0001"], "begins with AKIA"),
    "no such trail": ([KEY, "--trail", "/no/such/trail"], "event-history"),
    "no time": ([KEY, "--trail", "log.json", "--leaked-at", "yesterday"], "'yesterday' is no time"),
    "an old time": ([KEY, "--trail", "log.json", "--leaked-at", "0001-01-01"], "is no time"),
    "a time out of range": ([KEY, "--trail", "log.json", "--since", "0001-01-01T00:00+14:00"], "is no time"),
    "no such format": ([KEY, "--trail", "log.json", "--format", "yaml"], "yaml"),
    "no folder for the report": ([KEY, "--trail", "log.json", "--output", "no/such/report"], "nothing can be written"),
    "no folder for the evidence": ([KEY, "--trail", "log.json", "--evidence", "no/such/it"], "nothing can be written"),
    "no rules there": ([KEY, "--trail", "log.json", "--rules", "/no/such/rules"], "/no/such/rules"),
    "no account": ([KEY, "--trail", "event-history"], "--account"),
    "nothing to verify": ([KEY, "--trail", "log.json", "--verify"], "s3://"),
}


@pytest.mark.parametrize("name", BAD)
def test_misuse_gets_a_sentence_and_reads_nothing(name: str, run: Run, tmp_path: Path) -> None:
    _log("log.json", ABUSED)
    arguments, words = BAD[name]
    done = run(*arguments)
    assert done.code == 2, done.err
    assert words in done.err
    assert not done.out
    assert "defect" not in done.err
    assert not (tmp_path / "home" / "trail" / "index").exists()


def test_what_could_not_be_read_is_named_and_ends_with_3(run: Run) -> None:
    Path("logs").mkdir()
    _log("logs/a.json", ABUSED)
    Path("logs/cut.json.gz").write_bytes(b"\x1f\x8b\x08")
    for _ in range(2):
        done = run(KEY, "--trail", "logs")
        assert done.code == 3
        assert "could not look: cut.json.gz: ends too early" in done.err
        assert "cut.json.gz" in done.out
        assert MINTED in done.out


@pytest.mark.parametrize("content", ["", "no log", '{"digestStartTime":"x"}'])
def test_logs_that_hold_no_record_are_no_good_news(content: str, run: Run) -> None:
    Path("log.json").write_text(content)
    done = run(KEY, "--trail", "log.json")
    assert done.code == 3
    assert "could not look" in done.err


def test_a_folder_without_logs_and_one_that_turns_in_circles(run: Run) -> None:
    Path("logs").mkdir()
    Path("logs/again").symlink_to(Path("logs").resolve())
    Path("logs/self.json").symlink_to("self.json")
    Path("logs/nothing.json").symlink_to("/no/such/file")
    assert run(KEY, "--trail", "logs").code == 3
    _log("logs/a.json", ABUSED)
    assert run(KEY, "--trail", "logs", "--format", "json").code == 1


def test_file_names_are_only_names(run: Run) -> None:
    Path("it's; DROP TABLE calls --").mkdir()
    _log("it's; DROP TABLE calls --/a'\"b.json", ABUSED)
    assert run(KEY, "--trail", "it's; DROP TABLE calls --").code == 1


def test_asked_again_nothing_is_read_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    log = _log("log.json", ABUSED)
    first = run(KEY, "--trail", log)
    monkeypatch.setattr(shelf, "write_lines", None)
    monkeypatch.setattr(shelf, "write_parsed_lines", None)
    again = run(KEY, "--trail", log)
    assert (again.code, again.out) == (first.code, first.out)
    assert "made 103 calls" in first.err
    assert "made 103 calls" not in again.err


def test_only_its_owner_may_look_at_what_is_kept(run: Run, tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        run(KEY, "--trail", _log("log.json", ABUSED))
    finally:
        os.umask(before)
    assert (tmp_path / "home" / "trail").stat().st_mode & 0o077 == 0


def test_two_trails_are_one_and_a_key_in_an_answer_is_followed(run: Run) -> None:
    one, two = _log("one.json", ABUSED[:103]), _log("two.json", ABUSED[100:])
    done = run(
        KEY, "--trail", one, "--trail", two, "--trail", one, "--format", "json", "--leaked-at", "2026-11-05T04:30Z"
    )
    found = json.loads(done.out)
    assert {c["key_id"] for c in found["credentials"]} == {KEY, MINTED}
    assert sum(c["events"] for c in found["credentials"]) == 4


def test_a_trail_with_a_hole_says_from_when_to_when(run: Run) -> None:
    log = _log("log.json", [r for r in ABUSED if r["eventTime"][:10] not in {"2026-11-02", "2026-11-03"}])
    done = run(KEY, "--trail", log)
    assert "2026-11-02 00:00" in done.out
    assert "2026-11-04 00:00" in done.out
    assert "No call at all" in done.out
