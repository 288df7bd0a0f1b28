"""Errands: what they bring, how often they are tried, and that one in two processes is run once."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from github_world import GitHub, serving
from unleak.engine.errands import Hands, errand_of, look_now, run_due
from unleak.engine.local import incident_id_of, open_incident
from unleak.intake.notice import Errand as Asked
from unleak.intake.notice import HostAlert, Push, Subscription, Whole
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Resumed
from unleak.model.errors import CouldNotLook
from unleak.model.plan import Mode
from unleak.respond import respond
from unleak.scan.sources.github_api import Access, Api
from unleak.store.inbox import Inbox, Known, Received

TOKEN = "ghp_" + "notARealOne" * 3
ALERTS = "/repos/acme/shop/secret-scanning/alerts"


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(TOKEN) as running:
        yield running


@pytest.fixture
def hands(site: Site, github: GitHub) -> Hands:
    def ask(path: str) -> Any:
        with Api(Access(TOKEN, github.url), lambda _: None, lambda _: None) as api:
            return list(api.all(path.removesuffix("?"))) if "?" in path else api.one(path)

    def fetch(url: str) -> bytes:
        if "broken" in url:
            raise CouldNotLook("no answer", "")
        return b"yes"

    world = site.world(with_secret=False)
    return Hands(world, Inbox(world.record), Mode.DISABLE, lambda _: None, ask, fetch)


def sent(hands: Hands, asked: Asked, name: str = "1") -> None:
    errand = errand_of(asked, "a test", Ground.CLAIM)
    hands.inbox.take(Received(name, "a test", hands.world.clock.now(), (), [errand]))


def alerts_of(hands: Hands, key_id: str) -> list[Alert]:
    return list(hands.world.record.incident(incident_id_of(key_id)).alerts)


def alert(number: int, kind: str, secret: str, **more: Any) -> dict[str, Any]:
    return {
        "number": number, "secret_type": kind, "secret": secret, "state": "open", "html_url": f"https://x/acme/shop/security/secret-scanning/{number}",
        "url": f"https://x{ALERTS}/{number}", "publicly_leaked": True, **more,
    }  # fmt: skip


def at_host(github: GitHub, *alerts: dict[str, Any]) -> None:
    github.things[ALERTS] = list(alerts)
    place = {"type": "commit", "details": {"path": "app/.env", "start_line": 3, "commit_sha": "a" * 40}}
    for one in alerts:
        github.things[f"{ALERTS}/{one['number']}"] = one
        github.things[f"{ALERTS}/{one['number']}/locations"] = [place]


def test_an_alert_of_the_host_is_read_with_its_pair(hands: Hands, github: GitHub, site: Site) -> None:
    victim = site.stage.victim
    at_host(
        github,
        alert(7, "aws_access_key_id", victim.key_id),
        alert(8, "aws_secret_access_key", victim.secret.reveal()),
    )
    sent(hands, HostAlert("acme/shop", f"{github.url}{ALERTS}/7", 7))
    run_due(hands)
    [told] = alerts_of(hands, victim.key_id)
    assert (told.ground, told.public, told.places[0].path) == (Ground.FOUND_SECRET, True, "app/.env")
    assert hands.world.record.incident(incident_id_of(victim.key_id)).tried, (
        "the secret is in hand: it is tried at once"
    )
    assert not hands.inbox.due(hands.world.clock.now())


@pytest.mark.parametrize(
    ("validity", "ground"), [("active", Ground.GITHUB), ("unknown", Ground.CLAIM), ("inactive", Ground.CLAIM)]
)
def test_the_hosts_word_counts_where_it_has_asked_aws(
    hands: Hands, github: GitHub, site: Site, validity: str, ground: Ground
) -> None:
    at_host(github, alert(7, "aws_access_key_id", site.stage.victim.key_id, validity=validity))
    sent(hands, HostAlert("acme/shop", f"{github.url}{ALERTS}/7", 7))
    run_due(hands)
    assert [a.ground for a in alerts_of(hands, site.stage.victim.key_id)] == [ground]


def test_what_fails_is_tried_again_later_each_time_and_then_set_aside(hands: Hands, site: Site) -> None:
    sent(hands, Subscription("a topic", "https://broken.example/"))
    waits = []
    for _ in range(20):
        now = hands.world.clock.now()
        if not hands.inbox.due(now + timedelta(days=1)):
            break
        [errand] = hands.inbox.due(now + timedelta(days=1))
        site.standin.gate.clock.advance(max(0.0, (errand.due_at - now).total_seconds()) + 1)
        before = hands.world.clock.now()
        run_due(hands)
        left = hands.inbox.due(before + timedelta(days=1))
        waits += [round((e.due_at - before).total_seconds(), -1) for e in left]
    assert waits == sorted(waits)
    assert (len(waits), waits[-1]) == (7, 7200)
    [aside] = hands.inbox.aside()
    assert aside.told == "no answer"
    hands.inbox.take_up(aside.id, hands.world.clock.now())
    assert hands.inbox.due(hands.world.clock.now())


def test_a_push_that_names_no_commits_is_set_aside_at_once(hands: Hands) -> None:
    sent(hands, Push("acme/shop", "file:///nowhere", "refs/heads/main", "--upload-pack=x", "b" * 40))
    run_due(hands)
    assert [e.told for e in hands.inbox.aside()] == ["a push names no commits"]


def test_all_of_a_repository_is_scanned(hands: Hands, site: Site, tmp_path: Path) -> None:
    victim = site.stage.victim
    who = ("-c", "user.name=dev", "-c", "user.email=dev@acme.example")
    for arguments in (["init", "-q", "."], ["add", "-A"], [*who, "commit", "-q", "-m", "x"]):
        (tmp_path / "repo").mkdir(exist_ok=True)
        (tmp_path / "repo" / "a.env").write_text(f"{victim.key_id}\naws_secret_access_key={victim.secret.reveal()}\n")
        subprocess.run(["git", *arguments], cwd=tmp_path / "repo", check=True)
    sent(hands, Whole("acme/shop", f"file://{tmp_path / 'repo'}", public=None))
    run_due(hands)
    [told] = alerts_of(hands, victim.key_id)
    assert (told.public, told.places[0].path, told.places[0].author) == (
        None, "acme/shop/a.env", "dev <dev@acme.example>",
    )  # fmt: skip
    assert told.leaked_at is not None


def test_it_is_run_by_one_process_at_a_time(hands: Hands) -> None:
    sent(hands, Subscription("a topic", "https://good.example/"))
    [errand] = hands.inbox.due(hands.world.clock.now())
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return b""

    with hands.world.record.lease(f"errand-{errand.id[:40]}"):
        run_due(replace(hands, fetch=fetch))
    assert not asked
    run_due(replace(hands, fetch=fetch))
    assert asked == ["https://good.example/"]


def test_the_same_errand_of_two_messages_is_one(hands: Hands) -> None:
    asked = Subscription("a topic", "https://good.example/")
    sent(hands, asked)
    with pytest.raises(Known):
        sent(hands, asked)
    sent(hands, asked, "2")
    assert len(hands.inbox.due(hands.world.clock.now())) == 1


def test_a_body_holds_no_secret(hands: Hands, site: Site, github: GitHub) -> None:
    at_host(github, alert(8, "aws_secret_access_key", site.stage.victim.secret.reveal()))
    sent(hands, HostAlert("acme/shop", f"{github.url}{ALERTS}/8", 8))
    [errand] = hands.inbox.due(hands.world.clock.now())
    assert set(json.loads(errand.body)["asked"]) == {"repository", "url", "number", "public"}
    run_due(hands)
    held = b"".join(p.read_bytes() for p in hands.world.record.folder.iterdir())
    assert site.stage.victim.secret.reveal().encode() not in held


def status(site: Site) -> str:
    iam = site.stage.admin.client(site.stage.account, "iam")
    return str(iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"][0]["Status"])


def test_whoever_has_the_secret_tries_it_though_somebody_without_it_was_first(site: Site) -> None:
    others, ours = site.world(with_secret=False), site.world()
    incident = open_incident(others, site.alert(), Mode.DISABLE, "a test")
    respond(others, incident.id)
    assert status(site) == "Active", "without proof that it is real, nothing is changed unasked"
    look_now(ours, incident.id)
    assert ours.record.incident(incident.id).tried[incident.key_id].accepted
    assert status(site) == "Inactive"
    entries = len(ours.record.entries(incident.id))
    look_now(ours, incident.id)
    assert Resumed.__name__ not in {type(e.event).__name__ for e in ours.record.entries(incident.id)[entries:]}
