"""The pages of findings, repositories and accounts: who may what, what filters say, and hostile text in every place."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient

from conftest import Site
from unleak.engine.readiness import keep_readiness
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.plan import Tri
from unleak.model.readiness import Drilled, Readiness
from unleak.store.findings import Asked, Found, State
from unleak.store.inbox import Inbox
from unleak.store.sightings import Look, Sighting, finding_id
from unleak.store.tokens import Role, Tokens
from unleak.web.app import make_app
from unleak.web.make import make_service
from unleak.web.service import Service

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{ 7 * 7 }}'
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
SignIn = Callable[..., TestClient]


@pytest.fixture
def service(site: Site) -> Service:
    world = site.world()
    return make_service(world, Inbox(world.record))


@pytest.fixture
def signed_in(service: Service) -> Iterator[SignIn]:
    clients: list[TestClient] = []

    def sign_in(role: Role = Role.RESPONDER, *accounts: str) -> TestClient:
        now = service.world.clock.now()
        _, word = Tokens(service.world.record).make("sam", role, accounts, now, now + timedelta(days=30), "a test")
        client = TestClient(make_app(service), follow_redirects=True)
        clients.append(client)
        assert client.post("/signin", data={"token": word}, headers=FROM_HERE).status_code == 200
        return client

    yield sign_in
    for client in clients:
        client.close()


def note(service: Service, count: int = 1, text: str = "app/.env", account: str = "") -> str:
    """So many findings; the id of the first."""
    now = service.world.clock.now()
    place = Place(text, 1, "c" * 40, author=text, date="2026-11-27T03:00:00+00:00", refs=(text,))
    one = Finding("aws_secret", Severity.CRITICAL, Confidence.HIGH, "", "AKIAIOSFODNN7EXAMPLE", account or None,
                  places=(place,) * 30)  # fmt: skip
    seen = tuple(
        Sighting(replace_fingerprint(one, f"{n:032x}"), ignored_by=text if n == 1 else "") for n in range(count)
    )
    service.inbox.note(Look("acme/shop", "1", text, now, now, text, whole=True, gap=text, seen=seen))
    return finding_id("acme/shop", f"{0:032x}")


def replace_fingerprint(finding: Finding, fingerprint: str) -> Finding:
    return Finding(finding.detector, finding.severity, finding.confidence, fingerprint, finding.key_id,
                   finding.account_id, places=finding.places)  # fmt: skip


def one_of(service: Service) -> Found:
    [found], _ = service.findings.page(Asked(), service.world.clock.now())
    return found


def test_a_person_says_what_a_finding_is_and_takes_it_back(service: Service, signed_in: SignIn) -> None:
    name = note(service)
    client = signed_in()
    shown = client.get("/findings?q=AKIAIOSF").text
    assert f'href="/findings/{name}"' in shown
    assert "app/.env:1" in shown
    page = client.post(f"/findings/{name}/ignore", data={"why": "a test", "until": "2999-01-01"}, headers=FROM_HERE)
    assert "It is ignored now" in page.text
    assert one_of(service).state is State.IGNORED
    assert "No finding fits" in client.get("/findings?state=new").text
    client.post(f"/findings/{name}/reopen", data={"why": "it is a matter"}, headers=FROM_HERE)
    assert one_of(service).state is State.NEW
    client.post(f"/findings/{name}/acknowledge", data={"why": "on it"}, headers=FROM_HERE)
    assert one_of(service).state is State.KNOWN
    told = client.get(f"/findings/{name}").text
    assert [w in told for w in ("a test", "it is a matter", "on it")] == [True] * 3


@pytest.mark.parametrize(
    ("what", "headers", "status"),
    [
        ({"why": "x"}, {}, 403),
        ({"why": "x"}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"why": " "}, FROM_HERE, 422),
        ({"why": "x", "until": "yesterday"}, FROM_HERE, 422),
        ({"why": "x", "until": "2020-01-01"}, FROM_HERE, 422),
        ({"why": "x", "more": "y"}, FROM_HERE, 422),
    ],
)
def test_what_is_not_well_said_changes_nothing(
    service: Service, signed_in: SignIn, what: dict[str, str], headers: dict[str, str], status: int
) -> None:
    name = note(service)
    assert signed_in().post(f"/findings/{name}/ignore", data=what, headers=headers).status_code == status
    assert one_of(service).state is State.NEW


def test_who_may_not_does_not(service: Service, signed_in: SignIn, site: Site) -> None:
    name, account = note(service, account=site.stage.account), site.stage.account
    viewer, stranger = signed_in(Role.VIEWER), signed_in(Role.ADMIN, "999999999999")
    assert "<form" not in viewer.get(f"/findings/{name}").text.split("<main")[1]
    for place in (f"/findings/{name}/ignore", f"/findings/{name}/acknowledge", f"/findings/{name}/reopen"):
        assert viewer.post(place, data={"why": "x"}, headers=FROM_HERE).status_code == 403
        assert stranger.post(place, data={"why": "x"}, headers=FROM_HERE).status_code == 404
    assert viewer.post(f"/accounts/{account}/check", headers=FROM_HERE).status_code == 403
    for place in (f"/findings/{name}", f"/accounts/{account}"):
        assert viewer.get(place).status_code == 200
        assert stranger.get(place).status_code == 404
    for place in ("/findings", "/repositories", "/accounts"):
        assert "acme/shop" not in stranger.get(place).text
        assert account not in stranger.get(place).text


def test_nobody_is_sent_to_sign_in(service: Service) -> None:
    with TestClient(make_app(service), follow_redirects=False) as client:
        for place in ("/findings", "/repositories", "/accounts", "/findings/" + "0" * 32):
            answer = client.get(place)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/signin")


def test_an_account_is_looked_at_and_checked(service: Service, signed_in: SignIn, site: Site) -> None:
    account, client = site.stage.account, signed_in()
    assert "never checked" in client.get("/accounts?ready=not_known").text
    assert "No account fits" in client.get("/accounts?ready=yes").text
    page = client.post(f"/accounts/{account}/check", headers=FROM_HERE)
    assert "A worker looks at it now" in page.text
    assert service.inbox.due(service.world.clock.now())
    row = Readiness(account, "access", Tri.YES, "as somebody")
    keep_readiness(service.world, [row], (account,), "sam")
    assert ">ready<" in client.get("/accounts").text
    site.standin.gate.clock.advance(7 * 86400 + 1)
    old = signed_in().get(f"/accounts/{account}").text
    assert ("too old" in old, "was yes" in old, ">ready<" in old) == (True, True, False)


def test_no_page_is_large_and_none_obeys_what_it_shows(service: Service, signed_in: SignIn, site: Site) -> None:
    long = (HOSTILE * 20)[:1000]
    name, account = note(service, 120, long), site.stage.account
    rows = [Readiness(account, long, Tri.NO, long, long) for _ in range(12)]
    keep_readiness(service.world, rows, (account,), HOSTILE)
    now = service.world.clock.now()
    drilled = Drilled("", HOSTILE[:60], now, HOSTILE[:60], "here", passed=False, wanted=1, accepted=1, refused=0,
                      said=HOSTILE)  # fmt: skip
    service.readiness.keep_drill(drilled)
    service.readiness.keep_drill(replace(drilled, account=account))
    client = signed_in()
    client.post(f"/findings/{name}/acknowledge", data={"why": HOSTILE}, headers=FROM_HERE)
    places = ["/findings", f"/findings/{name}", "/repositories", "/accounts", f"/accounts/{account}"]
    places += ["/findings?q=" + httpx.QueryParams({"q": HOSTILE})["q"], "/findings?repository=%3Cscript%3E"]
    for place in places:
        answer = client.get(place)
        assert answer.status_code == 200, place
        assert len(answer.content) < 150_000, (place, len(answer.content))
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert not re.search(r"<script(?! defer src=\"/static/)|<img|\u202e|>49<", answer.text), place
    following = re.search(r'href="(/findings\?after=[0-9a-f]{32})" rel="next"', client.get("/findings").text)
    assert following
    assert client.get(following[1]).text.count('href="/findings/') == 50
