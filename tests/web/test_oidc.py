"""Signing in through a provider: who comes in, as whom, with what; and everybody who must not."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from joserfc.jwk import ECKey, OKPKey
from service_world import house_in

from conftest import Site
from oidc_world import (
    ANNA,
    CLIENT,
    CLIENT_SECRET,
    Claims,
    Forge,
    Provider,
    provider_of,
    raw_token,
    rsa_key,
    signed,
)
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.model.role import Role
from unleak.oidc_settings import OidcSettings
from unleak.respond import World
from unleak.service_config import Listening, ServiceSettings
from unleak.store.inbox import Inbox
from unleak.store.record import Record
from unleak.store.tokens import Kind, Token
from unleak.web.app import make_app
from unleak.web.make import make_service
from unleak.web.oidc.transaction import Transaction, sealed
from unleak.web.service import Service

ONE, OTHER = rsa_key("one"), rsa_key("one")
HERE = "http://unleak.test"
AT_PROVIDER = httpx.Client(trust_env=False)


@dataclass
class Clock:
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def sleep_until(self, when: datetime) -> None:
        raise AssertionError(when)


@dataclass
class Door:
    """The pages, and their provider; `clock` is that of all three."""

    service: Service
    provider: Provider
    clock: Clock
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = make_app(self.service)

    def settings(self, url: str = "", refusals: int = 60, **changed: Any) -> "Door":
        """The same with other settings, and with nothing remembered."""
        old = self.service.listening.service
        assert old.oidc is not None
        settings = replace(old, url=url, refusals_a_minute=refusals, oidc=replace(old.oidc, **changed))
        world = self.service.world
        config = replace(world.config, listening=Listening(settings))
        return Door(make_service(replace(world, config=config), Inbox(world.record)), self.provider, self.clock)

    def sessions(self) -> list[Token]:
        return [s for s in self.service.tokens.all(Kind.SESSION) if s.is_good(self.clock.now())]


class Browser:
    def __init__(self, door: Door, here: str = HERE) -> None:
        self.client = TestClient(door.app, base_url=here, follow_redirects=False, raise_server_exceptions=False)

    def begin(self, place: str = "/incidents") -> httpx.Response:
        return self.open(f"/signin/oidc?next={quote(place, safe='')}")

    def open(self, url: str) -> httpx.Response:
        answer: httpx.Response = self.client.get(url)
        return answer

    def at_provider(self, place: str = "/incidents") -> str:
        """From the click to where the provider sends this browser."""
        begun = self.begin(place)
        assert begun.status_code == 303, begun.text
        return AT_PROVIDER.get(begun.headers["Location"]).headers["Location"]

    def sign_in(self, place: str = "/incidents") -> httpx.Response:
        return self.open(self.at_provider(place))

    @property
    def is_in(self) -> bool:
        return self.open("/incidents").status_code == 200


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_of([ONE]) as made:
        yield made


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    """One for all: nobody is left signed in by another test."""
    made = Record(f"sqlite:///{tmp_path_factory.mktemp('oidc') / 'unleak.db'}")
    yield made
    made.close()


@pytest.fixture
def door(provider: Provider, record: Record) -> Iterator[Door]:
    clock = Clock()
    provider.now = clock.now
    oidc = OidcSettings(provider.url, CLIENT, CLIENT_SECRET, roles={"secops": Role.APPROVER, "staff": Role.VIEWER})
    config = Config(record.folder, listening=Listening(ServiceSettings(oidc=oidc)))
    made = Door(make_service(World(config, record, Accounts(config), clock), Inbox(record)), provider, clock)
    yield made
    clock.ahead = timedelta()
    for session in made.sessions():
        made.service.tokens.end(session.id, clock.now())


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door)


def logged(capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, Any]], str]:
    said = capsys.readouterr().err
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")], said


def check_refused(browser: Browser, answer: httpx.Response, capsys: Any, status: int, why: str) -> None:
    lines, said = logged(capsys)
    assert (answer.status_code, [line["reason"] for line in lines if "reason" in line]) == (status, [why]), said
    assert "You are not signed in" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not browser.is_in


# Who comes in


def test_a_person_signs_in_with_the_highest_role_of_their_groups(
    door: Door, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"Sign in with {door.provider.url[7:].partition(':')[0]}" in browser.client.get("/signin").text
    answer = browser.sign_in("/incidents?state=waits")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/incidents?state=waits")
    assert browser.is_in
    [session] = door.sessions()
    assert (session.name, session.role, session.made_by) == ("anna@example.com", Role.APPROVER, "oidc 127.0.0.1")
    assert browser.begin("/people").headers["Location"] == "/people", "who is in goes on"
    _, said = logged(capsys)
    assert not [told for told in (*door.provider.told, CLIENT_SECRET) if told in said]


def test_it_ends_after_a_night_and_by_signing_out(door: Door, browser: Browser) -> None:
    browser.sign_in()
    door.clock.ahead = timedelta(hours=9, minutes=59)
    assert browser.is_in
    door.clock.ahead = timedelta(hours=10, minutes=1)
    assert browser.client.get("/incidents").headers["Location"] == "/signin?next=/incidents"
    browser.sign_in()
    assert browser.client.post("/signout", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert not browser.is_in


def test_cookies_are_out_of_reach(door: Door, browser: Browser) -> None:
    begun = browser.begin().headers["Set-Cookie"]
    assert begun.startswith("unleak-attempt=")
    assert "; HttpOnly; Max-Age=600; Path=/signin; SameSite=lax" in begun
    proxied = door.settings(url="https://unleak.test")
    for client in (Browser(proxied, "https://unleak.test"), Browser(proxied, "http://unleak.test")):
        begun = client.begin().headers["Set-Cookie"]
        assert begun.startswith("__Host-unleak-attempt=")
        assert "; HttpOnly; Max-Age=600; Path=/; SameSite=lax; Secure" in begun
        assert "; Domain" not in begun


def test_the_way_back_is_what_the_settings_say_whatever_the_request_says(door: Door) -> None:
    proxied = door.settings(url="https://unleak.test")
    begun = Browser(proxied, "http://10.0.0.1:8480").begin()
    assert begun.headers["Set-Cookie"].startswith("unleak-attempt="), (
        "a browser that has no https could not keep another"
    )
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert asked["redirect_uri"] == ["https://unleak.test/signin/back"]
    browser = Browser(proxied, "https://unleak.test")
    session = browser.sign_in().headers.get_list("Set-Cookie")[0]
    assert session.startswith("__Host-unleak=")
    assert session.endswith("Secure")
    assert browser.is_in


def test_a_secret_goes_as_the_provider_takes_it(door: Door) -> None:
    door.provider.more = {"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_post"]}
    browser = Browser(door.settings())
    browser.sign_in()
    assert browser.is_in


def test_who_is_known_otherwise_takes_on_no_session_that_was_planted(door: Door, browser: Browser) -> None:
    browser.sign_in()
    [planted], word = door.sessions(), browser.client.cookies["unleak"]
    back = Browser(door)
    url = back.at_provider()
    back.client.cookies.set("unleak", word)
    back.client.get(url)
    [session] = door.sessions()
    assert session.id != planted.id, "the one that was there has ended"


EC, ED = ECKey.generate_key("P-256", {"kid": "ec"}), OKPKey.generate_key("Ed25519", {"kid": "ed"})
GOOD: dict[str, Forge] = {
    "within the leeway": lambda p, c: signed(c | {"exp": c["iat"] - 50, "iat": c["iat"] + 50}, p.keys[0]),
    "a list of just us": lambda p, c: signed(c | {"aud": [CLIENT]}, p.keys[0]),
    "for others too, and by us": lambda p, c: signed(c | {"aud": [CLIENT, "api"], "azp": CLIENT}, p.keys[0]),
    "with more in its header": lambda p, c: signed(c, p.keys[0], x="1"),
    "PS256": lambda p, c: signed(c, p.keys[0], "PS256"),
    "ES256": lambda _, c: signed(c, EC, "ES256"),
}


@pytest.mark.parametrize("forge", GOOD.values(), ids=GOOD)
def test_a_good_id_token(door: Door, browser: Browser, forge: Forge) -> None:
    door.provider.keys, door.provider.forge = [ONE, EC, ED], forge
    browser.sign_in()
    assert browser.is_in


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # where the test signs
def test_eddsa_is_a_good_signature_too(door: Door, browser: Browser) -> None:
    door.provider.keys, door.provider.forge = [ONE, ED], lambda _, c: signed(c, ED, "EdDSA")
    browser.sign_in()
    assert browser.is_in


# ID tokens that lie


def _hmac(claims: Claims, secret: bytes) -> str:
    unsigned = raw_token({"alg": "HS256", "kid": "one"}, claims).rstrip(".")
    made = raw_token({}, {}, hmac.digest(secret, unsigned.encode(), hashlib.sha256)).rpartition(".")[2]
    return f"{unsigned}.{made}"


def _but(**changed: Any) -> Forge:
    return lambda p, c: signed({k: v for k, v in (c | changed).items() if v is not None}, p.keys[0])


LIES: dict[str, Forge] = {
    "another nonce": _but(nonce="another"),
    "no nonce": _but(nonce=None),
    "another audience": _but(aud="another"),
    "another audience, by us": _but(aud="another", azp=CLIENT),
    "no audience": _but(aud=None),
    "others too, by nobody": _but(aud=[CLIENT, "another"]),
    "others too, by another": _but(aud=[CLIENT, "another"], azp="another"),
    "by another": _but(azp="another"),
    "another issuer": _but(iss="https://another.example"),
    "nearly the issuer": lambda p, c: signed(c | {"iss": p.url + "/"}, p.keys[0]),
    "no issuer": _but(iss=None),
    "nobody": _but(sub=None),
    "an empty name": _but(sub=""),
    "over": lambda p, c: signed(c | {"exp": c["iat"] - 62}, p.keys[0]),
    "never over": _but(exp=None),
    "over when it is not a number": _but(exp=float("nan")),
    "of tomorrow": lambda p, c: signed(c | {"iat": c["iat"] + 90}, p.keys[0]),
    "not yet": lambda p, c: signed(c | {"nbf": c["iat"] + 90}, p.keys[0]),
    "of another access token": _but(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": lambda _, c: raw_token({"alg": "none"}, c),
    "unsigned, in other words": lambda _, c: raw_token({"alg": "None", "kid": "one"}, c),
    "signed with what is public": lambda p, c: _hmac(c, p.keys[0].as_pem(private=False)),
    "signed with our secret": lambda _, c: _hmac(c, CLIENT_SECRET.encode()),
    "signed by another key of this name": lambda _, c: signed(c, OTHER),
    "signed by a key that it brings": lambda _, c: signed(c, OTHER, jwk=OTHER.as_dict(private=False)),
    "signed by a key of no known name": lambda _, c: signed(c, OTHER, kid="another"),
    "a signature of other claims": lambda p, c: (
        raw_token({"alg": "RS256", "kid": "one"}, c | {"email": "eve@example.com"}).rstrip(".")
        + "."
        + signed(c, p.keys[0]).rpartition(".")[2]
    ),
    "with what must be understood": lambda p, c: signed(c, p.keys[0], crit=["x"], x="1"),
    "no token": lambda *_: "hello",
    "no text": lambda *_: None,
    "no JSON": lambda *_: "é.e.e",
    "a list": lambda *_: raw_token([], {}),
}


@pytest.mark.parametrize("forge", LIES.values(), ids=LIES)
def test_no_id_token_that_lies_is_believed(
    door: Door, browser: Browser, capsys: pytest.CaptureFixture[str], forge: Forge
) -> None:
    door.provider.forge = forge
    check_refused(browser, browser.sign_in(), capsys, 400, "id_token")
    assert not door.sessions()


def test_a_new_key_is_asked_for_once_a_minute(door: Door, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = time.monotonic()
    monkeypatch.setattr("unleak.web.oidc.provider.time.monotonic", lambda: moment)
    door = door.settings()
    assert door.service.provider is not None
    for kept in (door.service.provider._keys, door.service.provider._endpoints):
        kept._clock = lambda: moment
    browser = Browser(door)
    browser.sign_in()
    provider.forge = lambda _, c: signed(c, OTHER, kid="made up")
    assert [Browser(door).sign_in().status_code for _ in range(5)] == [400] * 5
    assert provider.asked["/keys"] == 1
    provider.keys, provider.forge = [rsa_key("two"), ONE], lambda p, c: signed(c, p.keys[0])
    assert Browser(door).sign_in().status_code == 400, "asked for less than a minute ago"
    moment += 61
    assert Browser(door).sign_in().status_code == 303
    assert provider.asked["/keys"] == 2
    provider.keys, provider.forge = provider.keys[:1], lambda _, c: signed(c, ONE)
    moment += 601
    assert Browser(door).sign_in().status_code == 400, "what was taken back is good for ten minutes more"


# The way there and back


def _other_state(_: Door, browser: Browser) -> str:
    url = browser.at_provider()
    return url.replace("state=", "state=x")


def _no_state(_: Door, browser: Browser) -> str:
    return browser.at_provider().replace("state=", "stat=")


def _of_another_browser(door: Door, browser: Browser) -> str:
    browser.begin()
    return Browser(door).at_provider()


def _into_a_browser_that_began_nothing(door: Door, _: Browser) -> str:
    return Browser(door).at_provider()


def _too_late(door: Door, browser: Browser) -> str:
    url = browser.at_provider()
    door.clock.ahead = timedelta(minutes=10, seconds=1)
    return url


def _altered(_: Door, browser: Browser) -> str:
    url = browser.at_provider()
    word = browser.client.cookies["unleak-attempt"]
    browser.client.cookies.clear()
    browser.client.cookies.set("unleak-attempt", word[:-30] + "A" + word[-29:])
    return url


def _sealed_for_another(door: Door, browser: Browser) -> str:
    settings = door.service.listening.service.oidc
    assert settings is not None
    made = Transaction.begun(f"{HERE}/signin/back", "/", door.clock.now())
    browser.client.cookies.set("unleak-attempt", sealed(made, replace(settings, client_id="another")))
    return f"/signin/back?code=1&state={made.state}"


def _again(_: Door, browser: Browser) -> str:
    url = browser.at_provider()
    browser.client.get(url)
    browser.client.cookies.delete("unleak")
    return url


def _again_by_who_kept_the_cookie(_: Door, browser: Browser) -> str:
    url = browser.at_provider()
    kept = browser.client.cookies["unleak-attempt"]
    browser.client.get(url)
    browser.client.cookies.clear()
    browser.client.cookies.set("unleak-attempt", kept)
    return url


def _with_a_stolen_code(door: Door, browser: Browser) -> str:
    """https://datatracker.ietf.org/doc/html/rfc9700#section-4.5"""
    code = parse_qs(urlsplit(Browser(door).at_provider()).query)["code"][0]
    url = browser.at_provider()
    return url.replace(parse_qs(urlsplit(url).query)["code"][0], code)


def _with_a_stolen_code_where_none_checks(door: Door, browser: Browser) -> str:
    door.provider.checks_pkce = False
    return _with_a_stolen_code(door, browser)


def _from_somebody_else(door: Door, browser: Browser) -> str:
    """https://datatracker.ietf.org/doc/html/rfc9700#section-4.4"""
    door.provider.answer = {"iss": "https://another.example"}
    return browser.at_provider()


def _from_nobody(door: Door, browser: Browser) -> str:
    door.provider.more = {"authorization_response_iss_parameter_supported": True}
    return browser.at_provider()


def _denied(_: Door, browser: Browser) -> str:
    state = parse_qs(urlsplit(browser.at_provider()).query)["state"][0]
    return f"/signin/back?error=access_denied&error_description=<b>no</b>&state={state}"


WAYS: tuple[tuple[Callable[[Door, Browser], str], int, str], ...] = (
    (_other_state, 400, "state"),
    (_no_state, 400, "state"),
    (_of_another_browser, 400, "state"),
    (_into_a_browser_that_began_nothing, 400, "not_begun"),
    (_too_late, 400, "not_begun"),
    (_altered, 400, "not_begun"),
    (_sealed_for_another, 400, "not_begun"),
    (_again, 400, "not_begun"),
    (_again_by_who_kept_the_cookie, 400, "code"),
    (_with_a_stolen_code, 400, "code"),
    (_with_a_stolen_code_where_none_checks, 400, "id_token"),
    (_from_somebody_else, 400, "issuer"),
    (_from_nobody, 400, "issuer"),
    (_denied, 403, "denied"),
)


@pytest.mark.parametrize(("way", "status", "why"), WAYS, ids=lambda w: getattr(w, "__name__", ""))
def test_nobody_comes_back_by_another_way(
    door: Door,
    browser: Browser,
    capsys: pytest.CaptureFixture[str],
    way: Callable[[Door, Browser], str],
    status: int,
    why: str,
) -> None:
    url = way(door, browser)
    capsys.readouterr()
    answer = browser.client.get(url)
    assert "<b>" not in answer.text
    check_refused(browser, answer, capsys, status, why)


def test_an_address_that_somebody_else_opens_ends_no_attempt(browser: Browser) -> None:
    url = browser.at_provider()
    assert browser.client.get("/signin/back?code=1&state=2").status_code == 400
    browser.client.get(url)
    assert browser.is_in


@pytest.mark.parametrize("word", ["", "x", "a.b.c.d.e", "..." + "." * 9, "é", "eyJhbGciOiJub25lIn0....", "A" * 3000])
def test_no_cookie_is_a_defect(browser: Browser, word: str) -> None:
    cookie = {"Cookie": f"unleak-attempt={word}".encode()}
    assert browser.client.get("/signin/back?code=1&state=2", headers=cookie).status_code == 400


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/%0d%0aX: y\r\nX: y", "/\t/evil.example", "http:evil.example", "", " //evil.example", "/" + "x" * 1001,
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere_afterwards(browser: Browser, place: str) -> None:
    assert browser.sign_in(place).headers["Location"] == "/"
    assert browser.is_in


def test_who_fails_too_often_is_not_listened_to(door: Door) -> None:
    door = door.settings(refusals=3)
    door.provider.forge = LIES["another nonce"]
    assert [Browser(door).sign_in().status_code for _ in range(5)] == [400, 400, 400, 429, 429]
    assert door.provider.asked["/token"] == 3, "nor is the provider asked for them"


# People


def _known(**changed: Any) -> Claims:
    return {k: v for k, v in (ANNA | changed).items() if v is not None}


NOBODIES: tuple[tuple[Claims, str], ...] = (
    (_known(email_verified=False), "unverified"),
    (_known(email_verified="false"), "unverified"),
    (_known(email_verified=None, groups=[]), "no_role"),
    (_known(groups=["Secops", "secops ", "/secops"]), "no_role"),
    (_known(groups={"secops": True}), "no_role"),
    (_known(groups=[["secops"], 1, None]), "no_role"),
    (_known(email=["anna@example.com"]), "name"),
    (_known(email="anna@example.com\u200b"), "name"),
    (_known(email="anna@example.com\x00"), "name"),
    (_known(email="\u202eanna"), "name"),
    (_known(email=" "), "name"),
    (_known(email="a" * 81), "name"),
)


@pytest.mark.parametrize(("person", "why"), NOBODIES)
def test_who_is_nobody_here_hears_why(
    door: Door, browser: Browser, capsys: pytest.CaptureFixture[str], person: Claims, why: str
) -> None:
    door.provider.person = person
    check_refused(browser, browser.sign_in(), capsys, 403, why)


@pytest.mark.parametrize(
    "email", ["ANNA@EXAMPLE.COM", " anna@example.com ", "\uff41nna@example.com", "anna@example.com"]
)
def test_nobody_is_two_persons_by_spelling(door: Door, browser: Browser, email: str) -> None:
    door.provider.person = _known(email=email)
    browser.sign_in()
    assert [s.name for s in door.sessions()] == ["anna@example.com"]


ONLY = {"a": ("111111111111",), "b": ("222222222222",)}
ROLES = {"a": Role.RESPONDER, "b": Role.RESPONDER, "c": Role.VIEWER, "d": Role.RESPONDER}
GIVEN: tuple[tuple[dict[str, Any], Claims, tuple[Role, tuple[str, ...]]], ...] = (
    ({}, _known(groups="secops"), (Role.APPROVER, ())),
    ({"default_role": Role.VIEWER}, _known(groups=[]), (Role.VIEWER, ())),
    ({"admins": (" Anna@example.com",)}, _known(groups=None), (Role.ADMIN, ())),
    ({"admins": ("anna@example.com",)}, _known(email_verified=None), (Role.APPROVER, ())),
    ({"roles_claim": "https://x/g"}, _known(groups=None, **{"https://x/g": ["secops"]}), (Role.APPROVER, ())),
    ({"roles": ROLES, "accounts": ONLY}, _known(groups=["a"]), (Role.RESPONDER, ONLY["a"])),
    ({"roles": ROLES, "accounts": ONLY}, _known(groups=["b", "a"]), (Role.RESPONDER, (*ONLY["a"], *ONLY["b"]))),
    ({"roles": ROLES, "accounts": ONLY}, _known(groups=["a", "c"]), (Role.RESPONDER, ONLY["a"])),
    ({"roles": ROLES, "accounts": ONLY}, _known(groups=["a", "d"]), (Role.RESPONDER, ())),
)


@pytest.mark.parametrize(("settings", "person", "given"), GIVEN)
def test_what_a_person_may(door: Door, settings: dict[str, Any], person: Claims, given: object) -> None:
    door = door.settings(**settings)
    door.provider.person = person
    assert Browser(door).sign_in().status_code == 303
    [session] = door.sessions()
    assert (session.role, session.accounts) == given


def test_what_the_id_token_lacks_is_asked_for(door: Door, browser: Browser) -> None:
    door.provider.person = {"sub": "1"}
    door.provider.held = {n: v for n, v in ANNA.items() if n != "sub"}
    browser.sign_in()
    assert [(s.name, s.role) for s in door.sessions()] == [("anna@example.com", Role.APPROVER)]


@pytest.mark.parametrize(
    ("held", "status", "why"),
    [
        ({"sub": "2", "groups": ["secops"]}, 400, "id_token"),
        ({"email_verified": False, "groups": []}, 403, "unverified"),
    ],
)
def test_what_is_told_beside_it_must_be_of_the_same_person(
    door: Door, browser: Browser, capsys: pytest.CaptureFixture[str], held: Claims, status: int, why: str
) -> None:
    door.provider.person, door.provider.held = _known(groups=None, email_verified=None), held
    check_refused(browser, browser.sign_in(), capsys, status, why)


# A provider that does not answer as it should


@pytest.mark.parametrize(
    "more",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://another.example/token"},
        {"jwks_uri": 1},
        {"authorization_endpoint": None},
        {"token_endpoint_auth_methods_supported": ["tls_client_auth"]},
    ],
)
def test_a_provider_that_cannot_be_trusted_is_not_used(
    door: Door, browser: Browser, capsys: pytest.CaptureFixture[str], more: dict[str, Any]
) -> None:
    door.provider.more = more
    check_refused(browser, browser.begin(), capsys, 503, "unreachable")


def test_where_it_is_down_it_is_not_asked_at_each_click_and_tokens_are_still_good(door: Door) -> None:
    door = door.settings(refusals=3)
    browser = Browser(door)
    door.provider.is_up = False
    assert [browser.begin().status_code for _ in range(5)] == [503] * 5
    assert sum(door.provider.asked.values()) == 1
    now = door.clock.now()
    _, word = door.service.tokens.make("ops", Role.ADMIN, (), now, now + timedelta(hours=1), "a test")
    form = {"token": word}
    assert browser.client.post("/signin", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert browser.is_in


def test_where_none_is_set_there_is_no_such_page(door: Door) -> None:
    browser = Browser(Door(replace(door.service, provider=None), door.provider, door.clock))
    assert [browser.client.get(p).status_code for p in ("/signin/oidc", "/signin/back")] == [404, 404]
    assert "Sign in with" not in browser.client.get("/signin").text


def test_it_works_as_it_is_served(site: Site, tmp_path: Path, provider: Provider) -> None:
    """By a process of its own that has read unleak.toml, in a client that follows links as a browser does."""
    oidc = f"""
[service.oidc]
issuer = "{provider.url}"
client_id = "{CLIENT}"
client_secret_env = "OIDC_SECRET"
admins = ["anna@example.com"]
"""
    for house in house_in(site, tmp_path, f"sqlite:///{tmp_path / 'unleak.db'}"):
        (tmp_path / "unleak.toml").write_text((tmp_path / "unleak.toml").read_text() + oidc)
        house.environment["OIDC_SECRET"] = CLIENT_SECRET
        served = house.serve("--at-once", "0")
        with httpx.Client(follow_redirects=True, trust_env=False) as person:
            people = person.get(f"{served.url}/signin/oidc?next=/people")
        assert (people.status_code, str(people.url)) == (200, f"{served.url}/people")
        assert "anna@example.com" in people.text
        assert "oidc 127.0.0.1" in people.text
        said = "".join(
            f.read_bytes().decode("latin1") for f in tmp_path.iterdir() if f.suffix in {".log", ".db", ".db-wal"}
        )
        assert "anna@example.com" in said
        assert not [told for told in (*provider.told, CLIENT_SECRET) if told in said]
