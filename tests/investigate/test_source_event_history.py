"""The event history over the stand-in: what is asked, how often, and what is kept."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from unleak.aws.client import Client
from unleak.investigate.trail.sources import Question
from unleak.investigate.trail.sources.event_history import EventHistory, Place, attributes_of
from unleak.investigate.trail.sources.kept_lookups import Asked, KeptLookup
from unleak.model.clock import stamp
from unleak.model.errors import AccessDenied, AwsError, Unreachable

KEY = "AKIAEXAMPLE000000001"
DAY = datetime(2026, 1, 10, tzinfo=UTC)


class Counted:
    """A client that notes what is asked, and may fail."""

    def __init__(self, client: Client, fail: Callable[[int, dict[str, Any]], None] = lambda *_: None) -> None:
        self.client, self.fail = client, fail
        self.asked: list[tuple[float, dict[str, Any]]] = []

    def lookup_events(self, **asked: Any) -> Any:
        self.asked.append((time.monotonic(), asked))
        self.fail(len(self.asked), asked)
        return self.client.lookup_events(**asked)


def _record(site: Site, number: int, at: datetime, region: str = "us-east-1", **more: Any) -> dict[str, Any]:
    who = {"type": "IAMUser", "accessKeyId": KEY, "userName": "alice", "arn": "arn:aws:iam::1:user/alice"}
    return {
        "eventID": f"{site.stage.account}-{region}-{number}", "eventTime": stamp(at), "eventName": "GetObject",
        "eventSource": "s3.amazonaws.com", "awsRegion": region, "recipientAccountId": site.stage.account,
        "userIdentity": who, "readOnly": True, **more,
    }  # fmt: skip


def _lay(site: Site, count: int, region: str = "us-east-1", last: datetime | None = None) -> list[str]:
    """Events of the last hours, a minute apart, oldest first; ids newest first."""
    last = last or _end(site)
    for number in reversed(range(count)):
        at = last - timedelta(minutes=number)
        site.standin.gate.trail.add(at, _record(site, number, at, region))
    return [f"{site.stage.account}-{region}-{n}" for n in range(count)]


def _end(site: Site) -> datetime:
    """Some time ago, so that nothing is still on its way."""
    return (site.standin.gate.clock.now() - timedelta(hours=1)).replace(microsecond=0)


class Asking:
    """Sources over one cache, each as a process of its own would have it."""

    def __init__(self, site: Site, tmp_path: Path, regions: tuple[str, ...] = ("us-east-1",)) -> None:
        self.site, self.cache = site, tmp_path / "cache"
        self.places = tuple(Place(site.stage.account, r) for r in regions)
        self.clients: dict[Place, Counted] = {}

    def source(self, fail: Callable[[int, dict[str, Any]], None] = lambda *_: None, **how: Any) -> EventHistory:
        accounts = self.site.accounts()
        self.clients = {p: Counted(accounts.client(p.account, "cloudtrail", p.region), fail) for p in self.places}
        how = {"pause": 0.0, "now": self.site.standin.gate.clock.now, **how}
        return EventHistory(self.clients.__getitem__, self.places, self.cache, **how)  # type: ignore[arg-type]

    @property
    def asked(self) -> int:
        return sum(len(c.asked) for c in self.clients.values())


@pytest.fixture
def asking(site: Site, tmp_path: Path) -> Asking:
    return Asking(site, tmp_path)


def _ids(records: Iterator[dict[str, Any]]) -> list[str]:
    return sorted(r["eventID"] for r in records)


def test_what_is_asked_for_each_kind() -> None:
    role, session = "arn:aws:iam::1:role/path/ops", "arn:aws:sts::1:assumed-role/ops/night"
    question = Question(key_ids=(KEY,), principals=("arn:aws:iam::1:user/path/bob", role, session, "eve"))
    assert {(a.attribute, a.value) for a in attributes_of(question)} == {
        ("AccessKeyId", KEY), ("ResourceName", KEY), ("Username", "bob"), ("ResourceName", "bob"),
        ("ResourceName", "arn:aws:iam::1:user/path/bob"), ("ResourceName", "ops"), ("ResourceName", role),
        ("Username", "night"), ("Username", "eve"), ("ResourceName", "eve"),
    }  # fmt: skip
    assert attributes_of(Question(event_names=("ConsoleLogin",))) == (Asked("EventName", "ConsoleLogin"),)


def test_real_calls_are_found_by_key_name_role_and_event(asking: Asking) -> None:
    site = asking.site
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    made = sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="night")["Credentials"]
    source = asking.source()
    for question in (
        Question(key_ids=(site.stage.victim.key_id,)), Question(principals=(site.stage.reader_arn,)),
        Question(event_names=("AssumeRole",)), Question(key_ids=(made["AccessKeyId"],)),
    ):  # fmt: skip
        found = [r for r in source.records(question) if r["eventName"] == "AssumeRole"]
        assert found, question
        assert found[-1]["responseElements"]["credentials"]["sessionToken"] == ""
    assert source.problems == ()
    assert made["SessionToken"] not in "".join(p.read_text() for p in asking.cache.rglob("*.json*"))


def test_all_regions_all_pages_each_event_once(site: Site, tmp_path: Path) -> None:
    asking = Asking(site, tmp_path, ("us-east-1", "eu-west-1", "eu-north-1"))
    ids = _lay(site, 120) + _lay(site, 3, "eu-west-1")
    source = asking.source()
    assert _ids(source.records(Question(key_ids=(KEY,), principals=("alice",)))) == sorted(ids)
    assert source.problems == ()


def test_times_bound_what_is_given(asking: Asking) -> None:
    end = _end(asking.site)
    ids = _lay(asking.site, 60, last=end)
    question = Question(key_ids=(KEY,), since=end - timedelta(minutes=20), until=end - timedelta(minutes=10))
    assert _ids(asking.source().records(question)) == sorted(ids[10:21])


def test_a_complete_look_up_is_not_asked_again(asking: Asking) -> None:
    end = _end(asking.site)
    ids = _lay(asking.site, 60, last=end)
    question = Question(key_ids=(KEY,), until=end)
    assert _ids(asking.source().records(question)) == sorted(ids)
    again = asking.source()
    assert _ids(again.records(question)) == sorted(ids)
    assert asking.asked == 0
    inner = Question(key_ids=(KEY,), since=end - timedelta(minutes=5), until=end - timedelta(minutes=1))
    assert len(_ids(again.records(inner))) == 5
    assert asking.asked == 0


def test_only_what_was_not_asked_is_asked(asking: Asking) -> None:
    end = _end(asking.site)
    ids = _lay(asking.site, 60, last=end)
    source = asking.source()
    list(source.records(Question(key_ids=(KEY,), since=end - timedelta(minutes=30), until=end - timedelta(minutes=20))))
    (client,) = asking.clients.values()
    client.asked.clear()
    assert _ids(source.records(Question(key_ids=(KEY,), since=end - timedelta(minutes=59), until=end))) == sorted(ids)
    of_key = [a for _, a in client.asked if a["LookupAttributes"][0]["AttributeKey"] == "AccessKeyId"]
    assert {(a["StartTime"], a["EndTime"]) for a in of_key} == {
        (end - timedelta(minutes=20), end),
        (end - timedelta(minutes=59), end - timedelta(minutes=30)),
    }


def test_what_may_still_come_is_asked_again(asking: Asking) -> None:
    now = asking.site.standin.gate.clock.now().replace(microsecond=0)
    first = _lay(asking.site, 1, last=now)
    source = asking.source()
    assert _ids(source.records(Question(key_ids=(KEY,)))) == first
    late = now - timedelta(minutes=3)
    asking.site.standin.gate.trail.add(late, _record(asking.site, 77, late))
    assert len(_ids(source.records(Question(key_ids=(KEY,))))) == 2


def test_more_pages_than_allowed_are_told_and_gone_on_with(asking: Asking) -> None:
    end = _end(asking.site)
    ids = _lay(asking.site, 170, last=end)
    question = Question(key_ids=(KEY,), until=end)
    source = asking.source(most_pages=2)
    assert _ids(source.records(question)) == sorted(ids[:100])
    (problem,) = source.problems
    assert f"those before {stamp(end - timedelta(minutes=99))} are not" in problem
    again = asking.source(most_pages=2)
    assert _ids(again.records(question)) == sorted(ids)
    assert again.problems == ()


def test_a_region_that_refuses_is_named_and_the_others_go_on(site: Site, tmp_path: Path) -> None:
    asking = Asking(site, tmp_path, ("us-east-1", "eu-west-1"))
    ids = _lay(site, 3)
    source = asking.source()

    def refuse(*_: object) -> None:
        raise AccessDenied("cloudtrail:LookupEvents: no", code="AccessDeniedException")

    asking.clients[asking.places[1]].fail = refuse
    assert _ids(source.records(Question(key_ids=(KEY,)))) == sorted(ids)
    assert source.problems == (f"{site.stage.account} eu-west-1: cloudtrail:LookupEvents: no",)


def test_two_requests_a_second_over_all_questions(asking: Asking) -> None:
    trail = asking.site.standin.gate.trail
    before, trail.lookups_a_second = trail.lookups_a_second, 2
    try:
        source = asking.source(pause=0.52)
        for name in ("A", "B", "C", "D"):
            list(source.records(Question(event_names=(name,))))
    finally:
        trail.lookups_a_second = before
    (client,) = asking.clients.values()
    times = [at for at, _ in client.asked]
    assert len(times) == 4, "none was refused and asked again"
    assert all(b - a > 0.5 for a, b in pairwise(times))


def test_being_throttled_is_waited_for(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unleak.investigate.trail.sources.event_history._PATIENCE", (0.01, 0.01))
    ids = _lay(asking.site, 3)

    def busy(count: int, _: object) -> None:
        if count <= 2:
            raise Unreachable("Rate exceeded", code="ThrottlingException")

    source = asking.source(busy)
    assert _ids(source.records(Question(key_ids=(KEY,)))) == sorted(ids)
    assert source.problems == ()

    def always(*_: object) -> None:
        raise Unreachable("Rate exceeded", code="ThrottlingException")

    never = asking.source(always)
    assert list(never.records(Question(event_names=("X",)))) == []
    assert "us-east-1: Rate exceeded" in never.problems[0]


def test_a_token_that_has_gone_stale_costs_nothing(asking: Asking) -> None:
    ids = _lay(asking.site, 170)
    stale: list[str] = []

    def once(_: int, asked: dict[str, Any]) -> None:
        if "NextToken" in asked and len(stale) < 2:
            stale.append(asked["NextToken"])
            raise AwsError("stale", code="InvalidNextTokenException")

    source = asking.source(once)
    assert _ids(source.records(Question(key_ids=(KEY,)))) == sorted(ids)
    assert (len(stale), source.problems) == (2, ())


def test_addresses_cannot_be_asked_for(asking: Asking) -> None:
    source = asking.source()
    assert list(source.records(Question(addresses=("192.0.2.1",)))) == []
    assert source.problems == ("the event history cannot be asked for addresses",)
    assert asking.asked == 0


def test_what_stops_in_between_is_gone_on_with(asking: Asking) -> None:
    end = _end(asking.site)
    ids = _lay(asking.site, 260, last=end)

    def break_down(count: int, _: object) -> None:
        if count == 4:
            raise Unreachable("no answer")

    question = Question(key_ids=(KEY,), until=end)
    first = asking.source(break_down)
    assert _ids(first.records(question)) == sorted(ids[:150])
    assert "no answer" in first.problems[0]
    again = asking.source()
    assert _ids(again.records(question)) == sorted(ids)
    (client,) = asking.clients.values()
    of_key = [a for _, a in client.asked if a["LookupAttributes"][0]["AttributeKey"] == "AccessKeyId"]
    assert of_key[0]["EndTime"] == end - timedelta(minutes=149)
    assert len(of_key) == 3


_RUN = """
    import sys
    from datetime import datetime
    from pathlib import Path
    from unleak.aws.accounts import Accounts
    from unleak.config import Config
    from unleak.investigate.trail.sources import Question
    from unleak.investigate.trail.sources.event_history import EventHistory, Place
    url, account, home, cache, key, until = sys.argv[1:]
    accounts = Accounts(Config(home=Path(home)), endpoint=url)
    client = lambda place: accounts.client(place.account, "cloudtrail", place.region)
    now = lambda: datetime.fromisoformat(until)
    source = EventHistory(client, (Place(account, "us-east-1"),), Path(cache), pause=0.2, now=now)
    for record in source.records(Question(key_ids=(key,))):
        print(record["eventID"])
"""


def test_a_killed_process_is_gone_on_with(asking: Asking, tmp_path: Path) -> None:
    site = asking.site
    end = _end(site)
    ids = _lay(site, 500, last=end)
    who = site.stage.responder
    environ = {**os.environ, "AWS_ACCESS_KEY_ID": who.key_id, "AWS_SECRET_ACCESS_KEY": who.secret.reveal()}
    asked = [site.standin.url, site.stage.account, str(tmp_path), str(asking.cache), KEY]
    command = [sys.executable, "-c", textwrap.dedent(_RUN), *asked, (end + timedelta(minutes=20)).isoformat()]
    process = subprocess.Popen(command, env=environ)
    lines: list[Path] = []
    for _ in range(400):
        lines = list(asking.cache.rglob("AccessKeyId-*.jsonl"))
        if lines and lines[0].read_bytes().count(b"\n") >= 150:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = lines[0].read_bytes().count(b"\n")
    assert 150 <= kept < 500
    with lines[0].open("ab") as file:
        file.write(b'{"eventID": "half')
    source = asking.source()
    assert _ids(source.records(Question(key_ids=(KEY,), until=end))) == sorted(ids)
    assert source.problems == ()
    (client,) = asking.clients.values()
    of_key = [a for _, a in client.asked if a["LookupAttributes"][0]["AttributeKey"] == "AccessKeyId"]
    assert 0 < len(of_key) <= (500 - kept) // 50 + 3, "what was read is not read again"


def test_records_that_cannot_be_read_are_counted(asking: Asking) -> None:
    kept = KeptLookup(asking.cache / asking.site.stage.account / "us-east-1", Asked("EventName", "X"))
    end = _end(asking.site)
    kept.add(["nonsense", json.dumps({"eventID": "a", "eventTime": stamp(end)})], end - timedelta(hours=1), end)
    source = asking.source()
    question = Question(event_names=("X",), since=end - timedelta(hours=1), until=end)
    assert _ids(source.records(question)) == ["a"]
    assert "1 records of X could not be read" in source.problems[0]


def test_spans_that_are_asked_whole(tmp_path: Path) -> None:
    kept = KeptLookup(tmp_path, Asked("EventName", "X"))
    hours = [DAY + timedelta(hours=h) for h in range(8)]
    assert kept.unasked(hours[1], hours[1]) == [(hours[1], hours[1])]
    kept.add([], hours[2], hours[3])
    kept.add([], hours[5], hours[6])
    assert kept.unasked(hours[0], hours[7]) == [(hours[0], hours[2]), (hours[3], hours[5]), (hours[6], hours[7])]
    assert kept.unasked(hours[2], hours[3]) == []
    assert kept.unasked(hours[2], hours[5]) == [(hours[3], hours[5])]
    kept.add([], hours[3], hours[5])
    assert KeptLookup(tmp_path, Asked("EventName", "X")).unasked(hours[2], hours[6]) == []
    assert KeptLookup(tmp_path, Asked("EventName", "Y")).unasked(hours[2], hours[6]) == [(hours[2], hours[6])]
    assert not list(tmp_path.glob("*.part"))
