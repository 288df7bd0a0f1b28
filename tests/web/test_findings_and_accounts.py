"""Findings, repositories and accounts through the API: what is shown, what people say of it, what a check leaves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from conftest import Site
from unleak.aws.accounts import Accounts
from unleak.config import AccountAccess, OrganizationAccess
from unleak.engine.errands import Hands, run_due
from unleak.engine.local import open_incident
from unleak.engine.readiness import Check, keep_readiness, look_at_readiness, run_check
from unleak.model.errors import CouldNotLook
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.plan import Mode, Tri
from unleak.model.readiness import Drilled, Readiness
from unleak.store.inbox import Inbox
from unleak.store.sightings import Look, Sighting
from unleak.store.tokens import Role, Tokens
from unleak.web.app import make_app
from unleak.web.make import make_service
from unleak.web.service import Service

Ask = Callable[..., httpx.Response]
ELSEWHERE = "888888888888"


@pytest.fixture
def service(site: Site) -> Service:
    world = site.world()
    config = replace(world.config, accounts={ELSEWHERE: AccountAccess(role_arn=f"arn:aws:iam::{ELSEWHERE}:role/no")})
    return make_service(replace(world, config=config), Inbox(world.record))


@pytest.fixture
def ask(service: Service) -> Iterator[Ask]:
    now = service.world.clock.now()
    _, word = Tokens(service.world.record).make("sam", Role.RESPONDER, (), now, now + timedelta(days=30), "a test")
    with TestClient(make_app(service)) as client:

        def asking(method: str, path: str, document: object = None) -> Any:
            return client.request(method, f"/api/v1{path}", json=document, headers={"Authorization": f"Bearer {word}"})

        yield asking


def _note(service: Service, *fingerprints: str, key_id: str = "", gap: str = "") -> None:
    now = service.world.clock.now()
    seen = tuple(
        Sighting(Finding("aws_secret", Severity.CRITICAL, Confidence.HIGH, f, key_id, places=(Place("a.env", 1),)))
        for f in fingerprints
    )
    service.inbox.note(Look("acme/shop", "1", "all of it", now, now, whole=True, seen=seen, gap=gap))


def test_a_finding_is_seen_ignored_and_opened_again(service: Service, ask: Ask) -> None:
    _note(service, "a" * 32, "b" * 32, gap="a damaged object")
    [repository] = ask("GET", "/repositories").json()["repositories"]
    assert (repository["counts"]["new"], repository["complete"], repository["whole_at"]) == (2, False, None)
    assert "a damaged object" in repository["gaps"][0]
    first = ask("GET", "/findings?limit=1").json()
    second = ask("GET", f"/findings?limit=1&after={first['next']}").json()
    assert (len(first["findings"]), len(second["findings"]), second["next"]) == (1, 1, None)
    one = f"/findings/{first['next']}"
    until = (service.world.clock.now() + timedelta(days=3)).isoformat()
    ignored = ask("POST", f"{one}/ignore", {"why": "of a test account", "until": until}).json()
    assert (ignored["state"], ignored["said"]["who"], ignored["said"]["why"]) == ("ignored", "sam", "of a test account")
    assert [f["id"] for f in ask("GET", "/findings?state=ignored").json()["findings"]] == [first["next"]]
    ask("POST", f"{one}/reopen", {"why": "it is not"})
    shown = ask("GET", one).json()
    assert (shown["finding"]["state"], [w["word"] for w in shown["words"]]) == ("new", ["reopened", "ignored"])


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({}, 422),
        ({"why": " "}, 422),
        ({"why": "x", "until": "2020-01-01T00:00:00Z"}, 422),
        ({"why": "x", "until": "2999-01-01T00:00:00"}, 422),
        ({"why": "aws_secret_access_key = {secret}"}, 422),
        ({"why": "x", "mode": "y"}, 422),
        ({"why": "x", "until": "9999-12-31T23:59:59-12:00"}, 422),
    ],
)
def test_what_is_no_reason_is_refused(
    service: Service, ask: Ask, site: Site, document: dict[str, str], status: int
) -> None:
    _note(service, "a" * 32)
    [one] = ask("GET", "/findings").json()["findings"]
    secret = site.stage.victim.secret.reveal()
    sent = {name: value.replace("{secret}", secret) for name, value in document.items()}
    answer = ask("POST", f"/findings/{one['id']}/ignore", sent)
    assert answer.status_code == status
    assert secret not in answer.text
    assert ask("GET", "/findings").json()["findings"] == [one]


def accounts_of(ask: Ask) -> dict[str, Any]:
    return {row["account"]: row for row in ask("GET", "/accounts").json()["accounts"]}


def test_an_account_is_ready_as_its_last_check_said_and_only_for_a_week(service: Service, ask: Ask, site: Site) -> None:
    account = site.stage.account
    before = accounts_of(ask)
    assert {a: (r["ready"], r["configured"]) for a, r in before.items()} == {
        account: ("not_known", True), ELSEWHERE: ("not_known", True),
    }  # fmt: skip
    assert ask("POST", f"/accounts/{account}/check").status_code == 202
    ask("POST", f"/accounts/{account}/check")
    assert len(service.inbox.due(service.world.clock.now())) == 1, "asked twice, it is one errand"
    run_due(Hands(service.world, service.inbox, Mode.OBSERVE, lambda _: None, _nobody, _nobody))
    row = accounts_of(ask)[account]
    said = {r["what"]: r["verdict"] for r in row["check"]["rows"]}
    assert said["permissions"] == "yes", row
    all_well = set(said.values()) == {"yes"}  # not where another test has moved the clock of AWS
    assert (row["check"]["who"], row["ready"], row["why"] == []) == ("sam", "yes" if all_well else "no", all_well)
    site.standin.gate.clock.advance(8 * 86400)
    old = accounts_of(ask)[account]
    assert (old["ready"], old["why"]) == ("not_known", ["the last check is too old"])


def test_what_cannot_be_looked_at_is_no_yes(service: Service, ask: Ask) -> None:
    run = Hands(service.world, service.inbox, Mode.OBSERVE, lambda _: None, _nobody, _nobody)
    assert ask("POST", f"/accounts/{ELSEWHERE}/check").status_code == 202
    run_due(run)
    assert accounts_of(ask)[ELSEWHERE]["ready"] == "no"
    keep_readiness(service.world, [Readiness("", "identity", Tri.COULD_NOT_LOOK, "no answer")], (ELSEWHERE,), "a test")
    row = accounts_of(ask)[ELSEWHERE]
    assert (row["ready"], row["why"]) == ("could_not_look", ["identity: no answer"])
    keep_readiness(service.world, [Readiness("", "identity", Tri.YES, "")], (ELSEWHERE,), "a test")
    assert accounts_of(ask)[ELSEWHERE]["ready"] == "could_not_look", "the account itself was not looked at"
    assert ask("POST", "/accounts/777777777777/check").status_code == 404


def test_where_nobody_says_who_the_members_are_it_is_no_yes(site: Site, service: Service) -> None:
    config = replace(service.world.config, organization=OrganizationAccess("unleak"))
    aws = Accounts(config, endpoint=site.standin.url, identity=site.stage.responder)
    run_check(replace(service.world, config=config, aws=aws), Check("777777777777", "sam"))
    assert service.readiness.checks()["777777777777"].verdict is Tri.COULD_NOT_LOOK


def test_incidents_and_drills_are_told_by_account(service: Service, ask: Ask, site: Site) -> None:
    open_incident(service.world, site.alert(), Mode.OBSERVE, "a test")
    now = service.world.clock.now()
    drilled = Drilled("", "key_deletion_is_not_enough", now, "sam", "here", passed=True, wanted=7, accepted=7,
                      refused=7, said="the drill passed", seconds={"found": 0.5})  # fmt: skip
    service.readiness.keep_drill(drilled)
    service.readiness.keep_drill(replace(drilled, account=site.stage.account, passed=False, refused=3))
    service.readiness.keep_drill(replace(drilled, account=site.stage.account, at=now - timedelta(days=1)))
    told = ask("GET", "/accounts").json()
    row = accounts_of(ask)[site.stage.account]
    assert (row["open_incidents"], row["drill"]["refused"], row["drill"]["passed"]) == (1, 3, False)
    assert (told["drill"]["refused"], told["drill"]["seconds"]) == (7, {"found": 0.5})


def test_who_checks_by_hand_is_kept_too(service: Service, site: Site, ask: Ask) -> None:
    only = (site.stage.account,)
    keep_readiness(service.world, look_at_readiness(service.world, only), only, "sam")
    check = accounts_of(ask)[site.stage.account]["check"]
    assert {"identity", "access", "permissions"} <= {r["what"] for r in check["rows"]}


def _nobody(asked: str) -> Any:
    raise CouldNotLook(asked, "")
