"""What every test that talks to an AWS shares: one stand-in a process, and an account of its own for each test."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from documents import faults_in
from unleak.aws.accounts import Accounts
from unleak.aws.client import Watcher
from unleak.config import Config
from unleak.drill.arena import ArenaClock
from unleak.drill.stage import Stage, build
from unleak.engine.permissions import responder_policies
from unleak.model import document
from unleak.model.alert import Alert, Ground
from unleak.model.credential import Credentials, SecretKey, Vault
from unleak.respond import World
from unleak.standin.server import Standin
from unleak.store.record import Record

_NUMBERS = itertools.count(700000000001)


def next_account() -> str:
    """A number that no other test of this process has."""
    return str(next(_NUMBERS))


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the credentials, profiles or endpoints of whoever runs it."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("UNLEAK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(autouse=True)
def _documents(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever document a test has unleak write or answer with, it is held to its schema: when the test ends, since
    what is raised in a command or a thread may never come out.
    """
    found: list[str] = []
    send = httpx.Client.send

    def dumps(told: Any, **options: Any) -> str:
        text = json.dumps(told, **options)
        found.extend(faults_in(text))
        return text

    def sent(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        answer = send(client, request, **options)
        if not options.get("stream") and answer.headers.get("content-type") == "application/json":
            found.extend(faults_in(answer.content))
        return answer

    monkeypatch.setattr(document, "dumps", dumps)
    monkeypatch.setattr(httpx.Client, "send", sent)
    yield
    assert found == []


@pytest.fixture(scope="session")
def standin() -> Iterator[Standin]:
    with Standin() as running:
        yield running


@dataclass(frozen=True, slots=True)
class Site:
    """An account of its own in the stand-in, with a stage in it, and worlds to respond to it with."""

    standin: Standin
    stage: Stage
    config: Config

    def clock(self) -> ArenaClock:
        clock = ArenaClock(self.standin.gate.clock.now, self.standin.gate.clock.advance)
        clock.forwarding = True
        return clock

    def accounts(self, identity: Credentials | None = None, watcher: Watcher | None = None) -> Accounts:
        who = identity or self.stage.responder
        return Accounts(self.config, endpoint=self.standin.url, identity=who, watcher=watcher)

    def world(self, *, with_secret: bool = True, watcher: Watcher | None = None) -> World:
        vault = Vault(self.stage.victim) if with_secret else Vault()
        record = Record(self.config.record_url)
        return World(self.config, record, self.accounts(watcher=watcher), self.clock(), vault)

    def alert(self, ground: Ground = Ground.FOUND_SECRET, key_id: str = "") -> Alert:
        return Alert(key_id or self.stage.victim.key_id, ground, "a test", self.standin.gate.clock.now(), "a test")


def site_in(standin: Standin, home: Path) -> Site:
    """An account of its own in this stand-in."""
    account = next_account()
    config = Config(home=home / account, regions=("us-east-1",), lookups_a_second=0)
    root = standin.gate.add_account(account)
    admin = Accounts(config, endpoint=standin.url, identity=Credentials(root.key_id, SecretKey(root.secret)))
    return Site(standin, build(admin, *responder_policies()), config)


@pytest.fixture
def make_site(standin: Standin, tmp_path: Path) -> Callable[[], Site]:
    return lambda: site_in(standin, tmp_path)


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    return make_site()


@pytest.fixture
def lagging(standin: Standin) -> Iterator[Callable[[float, float], None]]:
    """Turns the propagation lag on for one test."""
    before = standin.gate.lag

    def turn(least: float, most: float) -> None:
        standin.gate.lag = replace(before, least=least, most=most, seed=1)

    yield turn
    standin.gate.lag = before
