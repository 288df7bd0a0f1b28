"""The pages from a browser without a script: who may what, what a form is bound to, and what no page does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pages_world import HERE, Person, Read, note_one, person

from conftest import Site, site_in
from unleak.aws.services import is_service
from unleak.engine.local import open_incident, run
from unleak.model.credential import Origin
from unleak.model.entry import Checked, Event, Noted, Proposed, Requested
from unleak.model.errors import Misuse
from unleak.model.evidence import CredentialFound, DescentRead, Exhibit, Fact
from unleak.model.finding import Place
from unleak.model.plan import Change, Mode, Step, Target, TargetKind
from unleak.standin.server import Standin
from unleak.store.inbox import Inbox
from unleak.store.sightings import finding_id
from unleak.store.tokens import MOST_SESSIONS, Kind, Role, by_token
from unleak.web import pages
from unleak.web.make import make_service
from unleak.web.overview import account_of_incident
from unleak.web.pages import step as step_page
from unleak.web.pages.difference import difference
from unleak.web.pages.visitor import SESSION
from unleak.web.service import Service

WHY = {"why": "a test"}
STEP = {"step": "attach_quarantine:x", "digest": "0" * 16}
PAGES: tuple[tuple[str, str, Role, dict[str, str]], ...] = (
    ("GET", "/", Role.VIEWER, {}),
    ("GET", "/incidents", Role.VIEWER, {}),
    ("GET", "/incidents/{id}", Role.VIEWER, {}),
    ("GET", "/incidents/{id}/timeline", Role.VIEWER, {}),
    ("GET", "/incidents/{id}/credentials", Role.VIEWER, {}),
    ("GET", "/incidents/{id}/things", Role.VIEWER, {}),
    ("GET", "/incidents/{id}/report", Role.VIEWER, {}),
    ("GET", "/incidents/{id}/step", Role.VIEWER, {"id": "{step}"}),
    ("POST", "/incidents/{id}/note", Role.RESPONDER, {"text": "a test"}),
    ("POST", "/incidents/{id}/ask", Role.RESPONDER, {"what": "bill"}),
    ("GET", "/incidents/{id}/inquiries/0123456789ab", Role.VIEWER, {}),
    ("POST", "/incidents/{id}/resume", Role.RESPONDER, {}),
    ("POST", "/incidents/{id}/approve", Role.APPROVER, {**STEP, **WHY}),
    ("POST", "/incidents/{id}/decline", Role.APPROVER, {**STEP, **WHY}),
    ("POST", "/incidents/{id}/undo", Role.APPROVER, {**STEP, **WHY}),
    ("POST", "/incidents/{id}/restore", Role.APPROVER, {"digest": "0" * 16, **WHY}),
    ("POST", "/incidents/{id}/glass", Role.APPROVER, {"hours": "1", **WHY}),
    ("POST", "/incidents/{id}/mode", Role.APPROVER, {"mode": "observe", **WHY}),
    ("POST", "/incidents/{id}/hold", Role.APPROVER, {"on": "true", **WHY}),
    ("POST", "/incidents/{id}/close", Role.APPROVER, {"digest": "0" * 16, **WHY}),
    ("GET", "/findings", Role.VIEWER, {}),
    ("GET", "/findings/{finding}", Role.VIEWER, {}),
    ("POST", "/findings/{finding}/ignore", Role.RESPONDER, WHY),
    ("POST", "/findings/{finding}/acknowledge", Role.RESPONDER, WHY),
    ("POST", "/findings/{finding}/reopen", Role.RESPONDER, WHY),
    ("GET", "/repositories", Role.VIEWER, {}),
    ("GET", "/accounts", Role.VIEWER, {}),
    ("GET", "/accounts/{account}", Role.VIEWER, {}),
    ("POST", "/accounts/{account}/check", Role.RESPONDER, {}),
    ("GET", "/people", Role.ADMIN, {}),
    ("POST", "/people/end", Role.ADMIN, {"id": "01234567"}),
    ("POST", "/signout", Role.VIEWER, {}),
)
ACCOUNT, FINDING = "111122223333", finding_id("acme/shop", "a" * 32)
FOR_ALL = {"/signin", "/signin/oidc", "/signin/back", "/static/{name}", "/live"}
"""The last is watched in a real browser."""


@pytest.fixture(scope="module")
def home(standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(standin, tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def service(home: Site) -> Iterator[Service]:
    world = home.world()
    made = make_service(world, Inbox(world.record))
    note_one(made, "a" * 32, ACCOUNT)
    yield made
    world.record.close()


@pytest.fixture(scope="module")
def incident(service: Service, home: Site) -> str:
    """It observes: its first change waits for a person."""
    opened = open_incident(service.world, home.alert(), Mode.OBSERVE, "a test")
    run(service.world, opened.id, until=service.world.clock.now() + timedelta(seconds=5))
    return opened.id


@pytest.fixture(scope="module")
def step(service: Service, incident: str) -> str:
    row = next(r for r in service.overview.rows() if r.id == incident)
    return next(s for s in row.waits_for if s.startswith("attach_quarantine"))


def visit(who: Person, page: tuple[str, str, Role, dict[str, str]], incident: str, step: str) -> int:
    method, path, _, said = page
    filled = {name: step if text == "{step}" else text for name, text in said.items()}
    path = path.format(id=incident, finding=FINDING, account=ACCOUNT)
    if method == "POST":
        return who.send(path, **filled)
    status: int = who.client.get(path, params=filled, follow_redirects=False).status_code
    return status


@pytest.mark.parametrize("page", PAGES, ids=lambda p: f"{p[0]} {p[1]}")
def test_each_page_has_its_least_role(service: Service, incident: str, step: str, page: Any) -> None:
    stranger = person(service, None)
    method, path, least, _ = page
    assert visit(stranger, page, incident, step) == 303
    answer = stranger.client.request(
        method, path.format(id=incident, finding=FINDING, account=ACCOUNT), headers=HERE, follow_redirects=False
    )
    assert answer.headers["location"].startswith("/signin")
    for role in Role:
        status = visit(person(service, role), page, incident, step)
        assert status < 500
        assert (status == 403) == (not role.may(least)), (role, status)


@pytest.mark.parametrize("page", [p for p in PAGES if "{" in p[1]], ids=lambda p: f"{p[0]} {p[1]}")
def test_of_another_account_nothing_is_seen(service: Service, incident: str, step: str, page: Any) -> None:
    before = service.world.record.length(incident)
    assert visit(person(service, Role.ADMIN, "999999999999"), page, incident, step) == 404
    assert service.world.record.length(incident) == before


def test_of_another_account_nothing_is_decided_and_no_token_ended(service: Service, home: Site) -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    made = open_incident(service.world, home.alert(key_id=key), Mode.OBSERVE, "a test")
    mine = account_of_incident(made)
    step = Step("deny_all", Target(TargetKind.ROLE, "arn:aws:iam::999999999999:role/theirs", "999999999999"))
    now, change = service.world.clock.now(), Change("denies everything", "all", "the deny is taken off")
    events: list[Event] = [Requested(step, "who may", "a test"), Proposed(step, change)]
    service.world.record.append(made.id, made.seq, [(now, event) for event in events])
    sam = person(service, Role.ADMIN, mine, name="sam of one account")
    for deed in ("approve", "decline", "undo"):
        said = {"step": step.id, "digest": change.digest(step), "why": "go"}
        assert sam.send(f"/incidents/{made.id}/{deed}", **said) == 403
    whole, _ = service.tokens.make("ada", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
    assert whole.id not in sam.get("/people")
    assert "sam of one account" in sam.get("/people")
    assert sam.send("/people/end", id=whole.id) == 404


def test_the_table_has_every_page() -> None:
    routes = [r for router in pages.ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    served = {(m, r.path) for r in routes for m in r.methods or () if r.path not in FOR_ALL}
    names = {"id": "{incident_id}", "finding": "{finding_id}", "account": "{account}"}
    assert {(m, p.format(**names).replace("0123456789ab", "{nr}")) for m, p, _, _ in PAGES} == served


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Host": ""},
        {"Origin": "http://["},
        {},
    ],
    ids=str,
)
def test_what_another_site_sends_does_nothing(service: Service, incident: str, headers: dict[str, str]) -> None:
    before = service.world.record.length(incident)
    admin = person(service, Role.ADMIN)
    assert admin.forge(headers, f"/incidents/{incident}/note", text="x") == 403
    assert admin.forge(headers, "/signout") == 403
    assert service.world.record.length(incident) == before
    assert person(service, None).forge(headers, "/signin", token="x") == 403


def test_an_old_browser_that_says_where_it_comes_from_is_heard(service: Service, incident: str) -> None:
    here = {"Origin": "http://testserver"}
    assert person(service, Role.RESPONDER).forge(here, f"/incidents/{incident}/note", text="old") == 303


def test_a_decision_is_bound_to_what_was_shown(service: Service, incident: str, step: str) -> None:
    sam = person(service, Role.APPROVER, name="sam")
    shown = Read(sam.get(f"/incidents/{incident}/step?id={step}"))
    good = {"step": step, "digest": shown.fields["digest"], "why": "go"}
    assert sam.send(f"/incidents/{incident}/approve", **(good | {"digest": "f" * 16})) == 422
    assert sam.send(f"/incidents/{incident}/decline", **good) == 303
    assert "sam declined attach_quarantine" in sam.get(f"/incidents/{incident}")
    assert sam.send(f"/incidents/{incident}/approve", **good) == 303
    state = service.world.record.incident(incident).actions[step]
    assert (state.approval and state.approval.who, state.is_declined) == ("sam", False)
    run(service.world, incident, until=service.world.clock.now() + timedelta(seconds=5))
    assert sam.send(f"/incidents/{incident}/approve", **good) == 422  # it is done: nothing waits
    done = Read(sam.get(f"/incidents/{incident}/step?id={step}"))
    assert sam.send(f"/incidents/{incident}/undo", step=step, digest=done.fields["digest"], why="mistake") == 303
    assert service.world.record.incident(incident).actions[step].is_lifted


def test_a_reason_that_holds_a_secret_is_not_taken(service: Service, incident: str, home: Site) -> None:
    secret = home.stage.victim.secret.reveal()
    answer = person(service, Role.RESPONDER).client.post(
        f"/incidents/{incident}/note", data={"text": f"aws_secret_access_key = {secret}"}, headers=HERE
    )
    assert answer.status_code == 422
    assert secret not in answer.text


def test_nor_one_that_holds_a_token_of_ours(service: Service, incident: str) -> None:
    now = service.world.clock.now()
    _, word = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
    assert person(service, Role.RESPONDER).send(f"/incidents/{incident}/note", text=f"mine is {word}") == 422


def test_what_every_answer_says_to_the_browser(service: Service, incident: str) -> None:
    viewer = person(service, Role.VIEWER)
    for path in ("/incidents", f"/incidents/{incident}", "/nothing", "/people", "/signin"):
        headers = viewer.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_a_cookie_is_for_this_host_alone_and_for_no_script(service: Service) -> None:
    for https, name in ((True, "__Host-unleak"), (False, "unleak")):
        made = person(service, None, https=https)
        now = service.world.clock.now()
        _, word = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
        answer = made.client.post("/signin", data={"token": word}, headers=HERE, follow_redirects=False)
        said = answer.headers["set-cookie"]
        assert said.startswith(f"{name}=unleak_")
        assert "HttpOnly" in said
        assert "samesite=lax" in said.lower()
        assert ("Secure" in said) == https
        assert word not in said


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "//[", ""]
)
def test_signing_in_leads_to_a_place_of_ours(service: Service, place: str) -> None:
    now = service.world.clock.now()
    _, word = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
    answer = person(service, None).client.post(
        "/signin", data={"token": word, "next": place}, headers=HERE, follow_redirects=False
    )
    assert answer.headers["location"] == "/"


def test_a_session_ends_by_hand_by_time_and_with_its_token(service: Service) -> None:
    now = service.world.clock.now()
    token, word = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
    for end in ("by hand", "with its token"):
        kim = person(service, None)
        assert kim.send("/signin", token=word) == 303
        kim.get("/incidents")
        if end == "by hand":
            assert kim.send("/signout") == 303
        else:
            service.tokens.end(token.id, service.world.clock.now())
        kim.get("/incidents", 303)
    over, word = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(seconds=1), "a test")
    assert over.expires_at < now + timedelta(hours=10)
    kim = person(service, None)
    assert kim.send("/signin", token=word) in {303, 401}
    service.world.clock.sleep_until(over.expires_at)
    kim.get("/incidents", 303)
    assert person(service, None).send("/signin", token=word) == 401


def test_no_address_that_is_none_is_a_defect(service: Service) -> None:
    client = person(service, Role.VIEWER).client
    assert client.get("/nothing", headers={"Referer": "http://["}).status_code == 404
    assert client.get("/signin?next=//[", follow_redirects=False).headers["location"] == "/"


def test_no_session_outlives_a_token_that_is_ended_while_it_is_opened(service: Service) -> None:
    now = service.world.clock.now()
    token, _ = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
    service.tokens.end(token.id, now)
    before = len(service.tokens.all(Kind.SESSION))
    with pytest.raises(Misuse):
        service.tokens.make("kim", Role.VIEWER, (), now, now + SESSION, by_token(token.id), Kind.SESSION)
    assert len(service.tokens.all(Kind.SESSION)) == before


def test_signing_in_again_and_again_fills_no_store(service: Service) -> None:
    now = service.world.clock.now()
    token, _ = service.tokens.make("kim", Role.VIEWER, (), now, now + timedelta(days=1), "a test")
    by = by_token(token.id)
    for second in range(MOST_SESSIONS + 3):
        at = now + timedelta(seconds=second)
        service.tokens.make("kim", Role.VIEWER, (), at, at + SESSION, by, Kind.SESSION)
    opened = [s for s in service.tokens.all(Kind.SESSION) if s.made_by == by]
    assert (len(opened), opened[0].made_at) == (MOST_SESSIONS, now + timedelta(seconds=3))


def test_a_token_ends_its_sessions_and_nothing_of_the_same_name(service: Service) -> None:
    now = service.world.clock.now()
    token, _ = service.tokens.make("kim", Role.ADMIN, (), now, now + timedelta(days=1), "a test")
    _, word = service.tokens.make("ci", Role.VIEWER, (), now, now + timedelta(days=1), by_token(token.id))
    service.tokens.end(token.id, now)
    found = service.tokens.of(word)
    assert found
    assert found.is_good(now)


def test_what_has_come_to_light_meanwhile_is_not_closed_over(service: Service, home: Site) -> None:
    made = open_incident(service.world, home.alert(key_id="AKIA3456723456723456"), Mode.OBSERVE, "a test")
    sam = person(service, Role.APPROVER)
    page = f"/incidents/{made.id}"
    old = {"digest": Read(sam.get(page)).closing, "why": "it is over"}
    other = home.alert(key_id=made.key_id)
    open_incident(service.world, replace(other, source="another"), None, "a test")
    assert sam.send(f"{page}/close", **old) == 422
    assert sam.send(f"{page}/close", digest=Read(sam.get(page)).closing, why="it is over") == 303


def test_a_session_is_no_token_of_the_api(service: Service) -> None:
    kim = person(service, Role.ADMIN)
    bearer = {"Authorization": f"Bearer {kim.client.cookies['unleak']}"}
    assert kim.client.get("/api/v1/me", headers=bearer).status_code == 401


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}\u202etxt.exe\x1b[2J\u3164'


@pytest.fixture(scope="module")
def hostile(service: Service, home: Site) -> str:
    """Whatever an attacker, a repository or a colleague can name, named with malice."""
    key = "AKIAIOSFODNN7EXAMPLE"
    alert = replace(home.alert(key_id=key), source=HOSTILE, reason=HOSTILE, places=(Place(path=HOSTILE, line=1),))
    made = open_incident(service.world, alert, Mode.OBSERVE, HOSTILE)
    arn = f"arn:aws:iam::700000000001:user/{HOSTILE}"
    target = Target(TargetKind.KEY, key, "700000000001")
    fact = Fact(arn, HOSTILE, "created", HOSTILE, key, alert.received_at, "e", action=HOSTILE)
    child = CredentialFound(
        "ASIAIOSFODNN7EXAMPLE", key, Origin.MINTED, HOSTILE, arn, "700000000001", alert.received_at, "e"
    )
    events: list[Event] = [
        Checked(
            Step("descent", target), (child, DescentRead(key, Exhibit("0", 0, 0), 2, 1, (fact,), stolen=(HOSTILE,)))
        ),
        Checked(Step("find_owner", target), (), HOSTILE),
        Noted(HOSTILE, HOSTILE, alert.received_at),
    ]
    now = service.world.clock.now()
    service.world.record.append(made.id, service.world.record.length(made.id), [(now, event) for event in events])
    return made.id


def test_what_others_have_named_is_text_on_every_page(service: Service, hostile: str) -> None:
    admin = person(service, Role.ADMIN)
    texts = {}
    for part in ("", "/timeline?show=all", "/credentials", "/things"):
        html = admin.get(f"/incidents/{hostile}{part}")
        read = Read(html)
        assert (read.runs, read.elements.count("script"), "img" in read.elements) == ([], 1, False)
        assert not {"\u202e", "\x1b", "\u3164"} & set(html)
        texts[part] = read.text
    assert all("<script>alert(1)</script>" in text for text in texts.values())
    listed = Read(admin.get("/incidents?q=%3Cscript%3E"))
    assert (listed.runs, listed.elements.count("script")) == ([], 1)
    sought = Read(admin.get('/incidents?q="><script>alert(1)</script>'))
    assert (sought.runs, sought.elements.count("script")) == ([], 1)


def test_what_others_have_named_is_text_in_every_report(service: Service, hostile: str) -> None:
    admin = person(service, Role.ADMIN)
    for form in ("html", "md", "json", "text"):
        told = admin.get(f"/incidents/{hostile}/report?format={form}")
        assert not {"\x1b", "\u202e"} & set(told)
    read = Read(admin.get(f"/incidents/{hostile}/report?format=html"))
    assert not {"script", "img"} & set(read.elements)
    assert "\u3164" not in read.text


def test_no_page_of_a_large_incident_is_large(service: Service, home: Site) -> None:
    key = "AKIAI44QH8DHBEXAMPLE"
    made = open_incident(service.world, home.alert(key_id=key), Mode.OBSERVE, "a test")
    target = Target(TargetKind.KEY, key, "700000000001")
    now = service.world.clock.now()
    role = "arn:aws:iam::700000000001:role/app"
    found = [
        CredentialFound(f"ASIA{n:016d}", key, Origin.MINTED, "AssumeRole", role, "700000000001", now, f"e{n}")
        for n in range(2000)
    ]
    facts = [
        Fact(f"arn:aws:iam::700000000001:user/made-{n}", "AWS::IAM::User", "created", "d" * 60, key, now, f"f{n}")
        for n in range(500)
    ]
    descent = DescentRead(key, Exhibit("0", 0, 0), 2001, 9000, tuple(facts))
    events: list[Event] = [Checked(Step("descent", target), (*found, descent))]
    events += [Checked(Step("calls_of_key", target), (), f"could not look {n}") for n in range(3000)]
    service.world.record.append(made.id, made.seq, [(now, event) for event in events])
    viewer = person(service, Role.ADMIN)
    for part in ("", "/timeline", "/timeline?begin=2900", "/credentials", "/credentials?begin=1900", "/things"):
        assert len(viewer.get(f"/incidents/{made.id}{part}").encode()) < 150_000, part


def test_a_list_is_searched_and_filtered_by_its_address(service: Service, incident: str, home: Site) -> None:
    viewer = person(service, Role.VIEWER)
    key = home.stage.victim.key_id
    assert key in viewer.get(f"/incidents?q={key[4:12].lower()}&mode=observe")
    assert key not in viewer.get("/incidents?q=nobody-has-this")
    assert key not in viewer.get("/incidents?account=999999999999")
    assert key not in viewer.get("/incidents?state=closed")
    assert incident in viewer.get("/incidents")
    assert viewer.get("/incidents?state=%00&mode=x&after=y&account=z")


def test_who_has_not_all_of_it_before_them_decides_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    world = site.world()
    made, service = open_incident(world, site.alert(), Mode.OBSERVE, "a test"), make_service(world, Inbox(world.record))
    run(world, made.id, until=world.clock.now() + timedelta(seconds=5))
    [row] = service.overview.rows()
    address = f"/incidents/{made.id}/step?id={row.waits_for[0]}"
    monkeypatch.setattr(step_page, "difference", lambda change, most=1: difference(change, most))
    sam = person(service, Role.APPROVER)
    cut, whole = sam.get(address), sam.get(f"{address}&whole=true")
    assert ("See all of it" in cut, "/approve" in cut, "/decline" in cut) == (True, False, False)
    assert ("See all of it" in whole, "/approve" in whole) == (False, True)
    world.record.close()


def test_a_fence_of_a_hundred_thousand_actions_is_none(service: Service, incident: str) -> None:
    much = {"hours": "1", "why": "x", "allow": "s3:GetObject " * 101}
    assert person(service, Role.APPROVER).send(f"/incidents/{incident}/glass", **much) == 422
    assert all(is_service(name) for name in ["s3"] * 20_000)  # at once
