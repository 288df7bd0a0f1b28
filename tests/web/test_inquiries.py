"""Long looks through the API: asked, looked at by whoever has time, kept, read; and what may not be asked."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from conftest import Site
from unleak.cli.hands import make_hands
from unleak.engine.errands import Hands, errand_of, run_due
from unleak.engine.inquiries.kinds import KINDS
from unleak.engine.local import open_incident
from unleak.intake.notice import Inquiry
from unleak.model.alert import Ground
from unleak.model.errors import CouldNotLook
from unleak.model.plan import Mode
from unleak.report.words import sentence
from unleak.store.inbox import Inbox, Received
from unleak.store.tokens import Role, Tokens
from unleak.web.app import make_app
from unleak.web.make import make_service
from unleak.web.service import Service

Ask = Callable[..., Any]


@pytest.fixture
def service(site: Site) -> Service:
    world = site.world()
    world = replace(world, config=replace(world.config, trails=("event-history",)))
    return make_service(world, Inbox(world.record))


@pytest.fixture
def hands(service: Service) -> Hands:
    return make_hands(service.world, service.inbox)


@pytest.fixture
def incident(service: Service, site: Site) -> str:
    """The leaked key was used, and the trail tells it."""
    found = open_incident(service.world, site.alert(), Mode.OBSERVE, "a test").id
    site.standin.gate.clock.advance(60)
    site.stage.admin.leaked(site.stage.victim, "s3").list_buckets()
    site.standin.gate.clock.advance(3600)
    return found


@pytest.fixture
def ask(service: Service, incident: str) -> Iterator[Ask]:
    """Answers with the status and the document, by the token of a role and of accounts."""

    def asked(method: str, path: str, document: object = None, *accounts: str, role: Role = Role.RESPONDER) -> Any:
        now = service.world.clock.now()
        made = Tokens(service.world.record).make("kim", role, accounts, now, now + timedelta(hours=1), "a test")
        bearer = {"Authorization": f"Bearer {made[1]}"}
        at = f"/api/v1/incidents/{incident}/inquiries{path}"
        answer = client.request(method, at, json=document, headers=bearer)
        return answer.status_code, answer.json() if answer.headers[
            "content-type"
        ] == "application/json" else answer.text

    with TestClient(make_app(service)) as client:
        yield asked


ASKED: dict[str, dict[str, Any]] = {
    "investigation": {"trails": ["event-history"]},
    "review": {"regions": ["us-east-1"], "checks": ["iam_users", "iam_roles"]},
    "data": {"versions": False},
    "bill": {},
}


def test_every_kind_can_be_asked() -> None:
    assert set(ASKED) == set(KINDS)


@pytest.mark.parametrize("what", ASKED)
def test_what_is_asked_is_answered_and_read(
    ask: Ask, hands: Hands, service: Service, incident: str, what: str, site: Site
) -> None:
    status, taken = ask("POST", "", {"what": what, **ASKED[what]})
    assert status == 202, taken
    assert ask("GET", f"/{taken['nr']}")[0] == 409
    [row] = ask("GET", "", role=Role.VIEWER)[1]["inquiries"]
    assert (row["state"], row["asked_by"], row["options"]) == ("waits", "kim", ASKED[what])
    assert ask("POST", "", {"what": what, **ASKED[what]})[1]["nr"] == taken["nr"], "the same question, asked twice"
    assert run_due(hands, long=False) == 0, "nothing else waits for it"
    run_due(hands, long=True)
    [row] = ask("GET", "")[1]["inquiries"]
    assert row["state"] == "answered", row
    assert row["complete"] == (not row["unseen"])
    status, document = ask("GET", f"/{taken['nr']}", role=Role.VIEWER)
    assert (status, document["schema"]) == (200, f"unleak.{what}/1")
    for form in row["formats"]:
        assert ask("GET", f"/{taken['nr']}?format={form}")[0] == 200, form
    last = service.world.record.entries(incident)[-1].event
    assert sentence(last).startswith(f"{what} for kim: {row['summary']}")
    assert site.stage.victim.secret.reveal() not in json.dumps(document)


def test_the_document_is_that_of_the_command(ask: Ask, hands: Hands, site: Site) -> None:
    nr = ask("POST", "", {"what": "investigation"})[1]["nr"]
    run_due(hands)
    document = ask("GET", f"/{nr}")[1]
    assert document["leaked"] == site.stage.victim.key_id
    assert "s3:ListBuckets" in json.dumps(document["actions"])
    assert ask("GET", f"/{nr}?format=html")[1].startswith("<!doctype html>")
    assert ask("GET", f"/{nr}?format=nonsense")[0] == 422


def test_of_another_account_nothing_is_seen_and_nothing_asked(ask: Ask, hands: Hands, site: Site) -> None:
    mine, other = site.stage.account, "999999999999"
    wider = ask("POST", "", {"what": "bill", "accounts": [mine, other]})[1]["nr"]
    narrow = ask("POST", "", {"what": "bill"}, mine)[1]["nr"]
    for answered in (False, True):
        assert [r["nr"] for r in ask("GET", "", None, mine)[1]["inquiries"]] == [narrow], answered
        assert ask("GET", f"/{wider}", None, mine)[0] == 404
        assert ask("GET", "", None, other)[0] == ask("GET", f"/{narrow}", None, other)[0] == 404
        run_due(hands)
    assert [r["options"] for r in ask("GET", "", None, mine)[1]["inquiries"]] == [{"accounts": [mine]}]
    assert other in str(ask("GET", "/../entries")[1])
    assert other not in str(ask("GET", "/../entries", None, mine)[1])
    for wanted in ({"what": "review", "organization": True}, {"what": "review", "accounts": [other]},
                   {"what": "data", "account": other}):  # fmt: skip
        assert ask("POST", "", wanted, mine)[0] == 403


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"what": "everything"}, 422),
        ({"what": "bill", "bill": 1}, 422),
        ({"what": "investigation", "evidence": "calls.parquet"}, 422),
        ({"what": "investigation", "rules": "/etc"}, 422),
        ({"what": "investigation", "trails": ["/etc"]}, 422),
        ({"what": "investigation", "trails": ["s3://somebody-elses"]}, 422),
        ({"what": "data", "trails": ["athena://a.b"]}, 422),
        ({"what": "review", "trails": ["../../etc/passwd"]}, 422),
        ({"what": "review", "checks": ["nonsense"]}, 422),
        ({"what": "review", "regions": ["http://169.254.169.254/"]}, 422),
        ({"what": "review", "accounts": ["1"]}, 422),
        ({"what": "investigation", "since": "2026-11-23T00:00:00"}, 422),
        ({"what": "investigation", "since": "0001-01-01T00:00:00Z"}, 422),
    ],
)
def test_what_nobody_may_ask(ask: Ask, wanted: dict[str, Any], status: int) -> None:
    refused = ask("POST", "", wanted)
    assert refused[0] == status, refused
    assert not ask("GET", "")[1]["inquiries"]


def test_a_trail_that_this_worker_has_not_is_not_read(ask: Ask, hands: Hands, incident: str, tmp_path: Path) -> None:
    """Whoever wrote the errand, and whatever the API said of it."""
    (tmp_path / "log.json").write_text("{}")
    asked = Inquiry(incident, "investigation", {"trails": [str(tmp_path / "log.json")]}, "kim", "0123456789ab")
    now = hands.world.clock.now()
    hands.inbox.take(Received("a message", "a test", now, (), [errand_of(asked, "a test", Ground.CLAIM)]))
    run_due(hands)
    [row] = ask("GET", "")[1]["inquiries"]
    assert (row["nr"], row["state"]) == (asked.mark, "failed")
    assert "no trail of this service" in row["why"]
    assert ask("GET", f"/{asked.mark}")[0] == 503


def test_what_could_not_be_looked_at_is_tried_again_and_what_was_killed_is_looked_anew(
    ask: Ask, hands: Hands, service: Service, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after it looked and before it was written, or written and not yet crossed off: one answer in the end."""
    nr = ask("POST", "", {"what": "data", "versions": False})[1]["nr"]
    record, kept = service.world.record, type(service.world.record).keep

    def fails(*_: object) -> object:
        raise CouldNotLook("the disk is full", "free it")

    monkeypatch.setattr(type(record), "keep", fails)
    run_due(hands)
    [row] = ask("GET", "")[1]["inquiries"]
    assert (row["state"], row["tries"], row["why"]) == ("waits", 1, "the disk is full")
    monkeypatch.setattr(type(record), "keep", kept)
    hands.world.clock.sleep_until(hands.world.clock.now() + timedelta(seconds=10))
    done = Inbox.done
    monkeypatch.setattr(Inbox, "done", _die)
    with pytest.raises(KeyboardInterrupt):
        run_due(hands)
    monkeypatch.setattr(Inbox, "done", done)
    run_due(hands)
    assert [a.inquiry for a in record.incident(incident).answered] == [nr]
    assert not hands.inbox.due(hands.world.clock.now())


def _die(*_: object) -> None:
    raise KeyboardInterrupt
