"""Every route by every role: who may what, and what a bearer of other accounts sees of it, which is nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from conftest import Site
from unleak.engine.local import open_incident
from unleak.model.entry import Answered, Concluded, Event, Intended, Proposed, Requested
from unleak.model.finding import Confidence, Finding, Severity
from unleak.model.plan import Change, Mode, Outcome, OutcomeKind, Step, Target, TargetKind
from unleak.store.inbox import Inbox
from unleak.store.sightings import Look, Sighting, finding_id
from unleak.store.tokens import Role, Tokens
from unleak.web.app import make_app
from unleak.web.make import make_service
from unleak.web.service import Service

WHY = {"why": "a test"}
INQUIRY = "0123456789ab"
ROUTES: tuple[tuple[str, str, Role, Any], ...] = (
    ("GET", "/me", Role.VIEWER, None),
    ("GET", "/incidents", Role.VIEWER, None),
    ("GET", "/incidents/{incident}", Role.VIEWER, None),
    ("GET", "/incidents/{incident}/entries", Role.VIEWER, None),
    ("GET", "/incidents/{incident}/report", Role.VIEWER, None),
    ("GET", "/incidents/{incident}/evictions", Role.VIEWER, None),
    ("GET", "/incidents/{incident}/inquiries", Role.VIEWER, None),
    ("GET", "/incidents/{incident}/inquiries/{inquiry}", Role.VIEWER, None),
    ("GET", "/repositories", Role.VIEWER, None),
    ("GET", "/findings", Role.VIEWER, None),
    ("GET", "/findings/{finding}", Role.VIEWER, None),
    ("POST", "/findings/{finding}/ignore", Role.RESPONDER, WHY),
    ("POST", "/findings/{finding}/acknowledge", Role.RESPONDER, WHY),
    ("POST", "/findings/{finding}/reopen", Role.RESPONDER, WHY),
    ("GET", "/accounts", Role.VIEWER, None),
    ("POST", "/accounts/{account}/check", Role.RESPONDER, None),
    ("GET", "/errands", Role.VIEWER, None),
    ("POST", "/incidents", Role.RESPONDER, {"key_id": "{key}", "reason": "a test"}),
    ("POST", "/reports", Role.RESPONDER, []),
    ("POST", "/incidents/{incident}/requests", Role.RESPONDER, {"unit": "delete_key", "target": "{key}", **WHY}),
    ("POST", "/incidents/{incident}/rotations", Role.RESPONDER, {"consumers": ["ssm:/a,/b"], **WHY}),
    ("POST", "/incidents/{incident}/inquiries", Role.RESPONDER, {"what": "bill"}),
    ("POST", "/incidents/{incident}/notes", Role.RESPONDER, {"text": "a test"}),
    ("POST", "/incidents/{incident}/approvals", Role.APPROVER, {"step": "x", "digest": "12345678", **WHY}),
    ("POST", "/incidents/{incident}/declines", Role.APPROVER, {"step": "x", "digest": "12345678", **WHY}),
    ("POST", "/incidents/{incident}/close", Role.APPROVER, WHY),
    ("POST", "/incidents/{incident}/hold", Role.APPROVER, {"on": True, **WHY}),
    ("POST", "/incidents/{incident}/mode", Role.APPROVER, {"mode": "observe", **WHY}),
    ("POST", "/incidents/{incident}/break-glass", Role.APPROVER, {"hours": 1, **WHY}),
    ("POST", "/incidents/{incident}/undo", Role.APPROVER, {"step": "x", **WHY}),
    ("POST", "/incidents/{incident}/restore", Role.APPROVER, WHY),
    ("GET", "/tokens", Role.ADMIN, None),
    ("POST", "/tokens", Role.ADMIN, {"name": "another", "role": "viewer"}),
    ("DELETE", "/tokens/0123abcd", Role.ADMIN, None),
    ("POST", "/errands/{errand}/again", Role.ADMIN, None),
)
_REFUSED = {401, 403, 404}


@pytest.fixture
def service(site: Site) -> Service:
    world = site.world()
    return make_service(world, Inbox(world.record))


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(make_app(service), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def incident(service: Service, site: Site) -> str:
    """With an inquiry that was answered."""
    found, now = open_incident(service.world, site.alert(), Mode.OBSERVE, "a test"), site.standin.gate.clock.now()
    answer = Answered(INQUIRY, "bill", service.world.record.keep([b"{}"]), "a test", now, "nothing", finds=False)
    service.world.record.append(found.id, found.seq, [(now, answer)])
    return found.id


@pytest.fixture(autouse=True)
def finding(service: Service, site: Site) -> str:
    """Of the victim's key, in a repository."""
    key_id, now = site.stage.victim.key_id, service.world.clock.now()
    one = Finding("aws_secret", Severity.CRITICAL, Confidence.HIGH, "a" * 32, key_id, site.stage.account)
    service.inbox.note(Look("acme/shop", "1", "all of it", now, now, whole=True, seen=(Sighting(one),)))
    return finding_id("acme/shop", "a" * 32)


@pytest.fixture
def bearer(service: Service) -> Callable[..., dict[str, str]]:
    def make(role: Role, *accounts: str, hours: float = 1) -> dict[str, str]:
        now = service.world.clock.now()
        _, word = Tokens(service.world.record).make(
            f"a {role}", role, accounts, now, now + timedelta(hours=hours), "a test"
        )
        return {"Authorization": f"Bearer {word}"}

    return make


def ask(
    client: TestClient, site: Site, incident: str, route: tuple[str, str, Role, Any], bearer: dict[str, str]
) -> int:
    method, path, _, document = route
    if isinstance(document, dict):
        document = {n: site.stage.victim.key_id if v == "{key}" else v for n, v in document.items()}
    finding = finding_id("acme/shop", "a" * 32)
    filled = path.format(
        incident=incident, errand="0" * 64, inquiry=INQUIRY, finding=finding, account=site.stage.account
    )
    status: int = client.request(method, f"/api/v1{filled}", json=document, headers=bearer).status_code
    return status


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r[0]} {r[1]}")
def test_each_route_has_its_least_role(
    client: TestClient, site: Site, incident: str, bearer: Callable[..., dict[str, str]], route: Any
) -> None:
    assert ask(client, site, incident, route, {}) == 401
    assert ask(client, site, incident, route, {"Authorization": "Bearer unleak_nobody"}) == 401
    for role in Role:
        status = ask(client, site, incident, route, bearer(role))
        assert status not in _REFUSED if role.may(route[2]) else status == 403
        assert status < 500


def test_the_table_has_every_route(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    served = {(m.upper(), p) for p, methods in document["paths"].items() for m in methods}
    named = {"incident": "incident_id", "errand": "errand_id", "inquiry": "nr", "finding": "finding_id",
             "account": "account"}  # fmt: skip
    table = {(m, "/api/v1" + p.format(**{k: f"{{{v}}}" for k, v in named.items()})) for m, p, _, _ in ROUTES}
    assert {(m, p.replace("/tokens/0123abcd", "/tokens/{token_id}")) for m, p in table} == served


_OF_AN_ACCOUNT = [r for r in ROUTES if any(part in r[1] for part in ("{incident}", "{finding}", "{account}"))]


@pytest.mark.parametrize("route", _OF_AN_ACCOUNT, ids=lambda r: f"{r[0]} {r[1]}")
def test_of_another_account_nothing_is_seen(
    client: TestClient, site: Site, incident: str, bearer: Callable[..., dict[str, str]], route: Any, service: Service
) -> None:
    before = service.world.record.incident(incident).seq
    assert ask(client, site, incident, route, bearer(Role.ADMIN, "999999999999")) == 404
    assert service.world.record.incident(incident).seq == before


def test_nobody_changes_another_account_by_way_of_an_incident_of_theirs(
    client: TestClient, site: Site, incident: str, bearer: Callable[..., dict[str, str]], service: Service
) -> None:
    mine = bearer(Role.APPROVER, site.stage.account)
    step = Step("deny_all", Target(TargetKind.ROLE, "arn:aws:iam::999999999999:role/theirs", "999999999999"))
    wanted = {"unit": step.unit, "target": step.target.id, **WHY}
    assert client.post(f"/api/v1/incidents/{incident}/requests", json=wanted, headers=mine).status_code == 403
    now, change = service.world.clock.now(), Change("denies everything", "all", "the deny is taken off")
    shown: list[Event] = [Requested(step, "who may", "a test"), Proposed(step, change)]
    service.world.record.append(incident, service.world.record.length(incident), [(now, event) for event in shown])
    said = {"step": step.id, "digest": change.digest(step), **WHY}
    for headers, status in ((mine, 403), (bearer(Role.APPROVER, site.stage.account, "999999999999"), 202)):
        for deed in ("declines", "approvals"):
            assert client.post(f"/api/v1/incidents/{incident}/{deed}", json=said, headers=headers).status_code == status
    back = {"step": step.id, **WHY}
    assert client.post(f"/api/v1/incidents/{incident}/undo", json=back, headers=mine).status_code == 403
    service.world.record.append(
        incident,
        service.world.record.length(incident),
        [(now, Intended(step, change)), (now, Concluded(step, Outcome(OutcomeKind.DONE)))],
    )
    assert client.post(f"/api/v1/incidents/{incident}/restore", json=WHY, headers=mine).status_code == 403
    for deed, more in (("mode", {"mode": "observe"}), ("close", {})):
        said = {**more, **WHY}
        assert client.post(f"/api/v1/incidents/{incident}/{deed}", json=said, headers=mine).status_code == 403


@pytest.mark.parametrize("mode", Mode)
def test_who_tells_of_a_leak_decides_nothing_by_it(
    client: TestClient, site: Site, incident: str, bearer: Callable[..., dict[str, str]], service: Service, mode: Mode
) -> None:
    def told(key_id: str, role: Role) -> int:
        leak = {"key_id": key_id, "reason": "it is public", "mode": mode.value}
        status: int = client.post("/api/v1/incidents", json=leak, headers=bearer(role)).status_code
        return status

    assert told("AKIA" + "N" * 16, Role.RESPONDER) == (202 if mode in {Mode.OBSERVE, Mode.QUARANTINE} else 403)
    known = site.stage.victim.key_id
    assert told(known, Role.RESPONDER) == (202 if mode is Mode.OBSERVE else 403), "it is observed already"
    assert service.world.record.incident(incident).mode is Mode.OBSERVE
    assert told(known, Role.APPROVER) == 202
    assert service.world.record.incident(incident).mode is mode


def test_an_admin_of_some_accounts_hands_on_no_more(client: TestClient, bearer: Callable[..., dict[str, str]]) -> None:
    mine, every = bearer(Role.ADMIN, "111122223333"), bearer(Role.ADMIN)
    for accounts, status in (((), 403), (("111122223333", "999999999999"), 403), (("111122223333",), 201)):
        new = {"name": "kim", "role": "viewer", "accounts": accounts}
        assert client.post("/api/v1/tokens", json=new, headers=mine).status_code == status
    listed = client.get("/api/v1/tokens", headers=mine).json()
    assert {tuple(t["accounts"]) for t in listed} == {("111122223333",)}
    whole = client.get("/api/v1/me", headers=every).json()["id"]
    assert client.delete(f"/api/v1/tokens/{whole}", headers=mine).status_code == 404
    assert client.get("/api/v1/me", headers=every).status_code == 200
    assert client.delete(f"/api/v1/tokens/{listed[-1]['id']}", headers=mine).status_code == 204


def test_a_list_holds_only_what_its_bearer_may_see(
    client: TestClient, site: Site, incident: str, finding: str, bearer: Callable[..., dict[str, str]]
) -> None:
    def listed(what: str, name: str, *accounts: str) -> list[str]:
        answer = client.get(f"/api/v1/{what}", headers=bearer(Role.VIEWER, *accounts))
        return [row[name] for row in answer.json()[what]]

    lists = {"incidents": ("id", incident), "findings": ("id", finding), "repositories": ("name", "acme/shop"),
             "accounts": ("account", site.stage.account)}  # fmt: skip
    for what, (name, one) in lists.items():
        assert listed(what, name) == listed(what, name, site.stage.account) == [one]
        assert listed(what, name, "999999999999") == []


def test_a_token_ends_by_time_and_by_hand(client: TestClient, bearer: Callable[..., dict[str, str]]) -> None:
    over = bearer(Role.ADMIN, hours=0)
    assert client.get("/api/v1/me", headers=over).status_code == 401
    good, admin = bearer(Role.VIEWER), bearer(Role.ADMIN)
    mine = client.get("/api/v1/me", headers=good).json()
    assert client.delete(f"/api/v1/tokens/{mine['id']}", headers=admin).status_code == 204
    assert client.get("/api/v1/me", headers=good).status_code == 401
    assert client.delete(f"/api/v1/tokens/{mine['id']}", headers=admin).status_code == 422


def test_the_store_holds_no_token(service: Service, bearer: Callable[..., dict[str, str]]) -> None:
    word = bearer(Role.ADMIN)["Authorization"].removeprefix("Bearer ")
    path = service.world.record.folder
    assert not [f for f in path.iterdir() if word.encode() in f.read_bytes()]
    assert word not in repr(Tokens(service.world.record).all())


def test_who_guesses_is_not_listened_to(service: Service) -> None:
    patient = replace(service, strangers=type(service.strangers)(5))
    with TestClient(make_app(patient)) as client:
        said = [client.get("/api/v1/me", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(7)]
    assert said == [401] * 5 + [429] * 2
