"""Scans of repositories leave their findings behind: what stands, what was put right, what could not be looked at."""

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import Site
from unleak.engine.errands import Hands, errand_of, run_due
from unleak.engine.local import incident_id_of
from unleak.intake.notice import Push, Whole
from unleak.model.alert import Ground
from unleak.model.plan import Mode
from unleak.scan.detectors.aws_bedrock_api_key import DETECTOR
from unleak.store.findings import Asked, Findings, Found, Scanned, State
from unleak.store.inbox import Inbox, Received

LONE = DETECTOR.examples[0]
"""A key without an id: no incident is opened for it."""


@dataclass
class Shop:
    """A repository at a host, and who scans it."""

    hands: Hands
    folder: Path
    asked: int = 0

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=dev", "-c", "user.email=dev@acme.example")
        done = subprocess.run(["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def run(self, asked: Whole | Push) -> None:
        now = self.hands.world.clock.now()
        errand = errand_of(asked, "a test", Ground.CLAIM)
        self.hands.inbox.take(Received(f"a test {self.asked}", "a test", now, (), [errand]))
        self.asked += 1
        run_due(self.hands)

    def scan(self, url: str = "") -> None:
        self.run(Whole("acme/shop", url or f"file://{self.folder}", public=None, mark=str(self.asked)))

    def push(self, before: str, after: str) -> None:
        self.run(Push("acme/shop", f"file://{self.folder}", "refs/heads/main", before, after))

    @property
    def found(self) -> list[Found]:
        page, _ = Findings(self.hands.world.record).page(Asked(), self.hands.world.clock.now() + timedelta(seconds=1))
        return page

    @property
    def repository(self) -> Scanned:
        [one], _ = Findings(self.hands.world.record).repositories(self.hands.world.clock.now())
        return one


@pytest.fixture
def shop(site: Site, tmp_path: Path) -> Shop:
    def nobody(asked: str) -> Any:
        raise AssertionError(asked)

    world = site.world(with_secret=False)
    folder = tmp_path / "shop"
    folder.mkdir()
    made = Shop(Hands(world, Inbox(world.record), Mode.OBSERVE, lambda _: None, nobody, nobody), folder)
    made.git("init", "-q", "-b", "main")
    made.git("config", "uploadpack.allowFilter", "true")
    made.git("config", "uploadpack.allowAnySHA1InWant", "true")
    made.commit({"README": "a shop\n"})
    return made


def test_a_scan_says_what_stands_and_a_later_one_what_was_put_right(shop: Shop, site: Site) -> None:
    victim = site.stage.victim
    shop.commit({"a.env": f"{victim.key_id}\naws_secret_access_key={victim.secret.reveal()}\n"})
    shop.scan()
    [found] = shop.found
    assert (found.state, found.key_id, found.has_secret, found.incident) == (
        State.KNOWN, victim.key_id, True, incident_id_of(victim.key_id),
    )  # fmt: skip
    [place] = found.places
    assert (place["path"], place["author"], place["at_head"]) == ("a.env", "dev <dev@acme.example>", True)
    shop.commit({"a.env": "\n"})
    shop.scan()
    [found] = shop.found
    assert (found.state, found.in_history, found.places[0]["at_head"]) == (State.FIXED, True, False)
    assert (shop.repository.scans, shop.repository.gap_count, shop.repository.last_what) == (2, 0, "all of it")
    held = b"".join(p.read_bytes() for p in shop.hands.world.record.folder.glob("unleak.db*"))
    assert victim.secret.reveal().encode() not in held


def test_what_a_branch_still_has_is_not_put_right(shop: Shop) -> None:
    shop.git("checkout", "-q", "-b", "side")
    shop.commit({"b.env": f"{LONE}\n"})
    shop.git("checkout", "-q", "main")
    shop.scan()
    assert [f.state for f in shop.found] == [State.NEW]
    shop.git("branch", "-q", "-D", "side")
    shop.scan()
    assert [f.state for f in shop.found] == [State.FIXED]


def test_a_push_adds_and_proves_nothing_gone(shop: Shop) -> None:
    first = shop.git("rev-parse", "HEAD")
    second = shop.commit({"b.env": f"{LONE}\n"})
    shop.push(first, second)
    [found] = shop.found
    assert (found.state, found.places[0]["path"], found.places[0]["at_head"]) == (State.NEW, "b.env", None)
    shop.push(second, shop.commit({"b.env": "\n"}))
    assert [f.state for f in shop.found] == [State.NEW]
    assert (shop.repository.last_what, shop.repository.whole_at) == ("a push to main", None)


@pytest.mark.parametrize(
    ("files", "by"),
    [
        ({".unleakignore": "*.env\n"}, ".unleakignore"),
        ({".unleakignore": "[\n"}, ""),
        ({".gitleaksignore": "b.env:aws_bedrock_api_key:1\n"}, ".gitleaksignore"),
        ({"b.env": f"{LONE}  # unleak:allow\n"}, "a comment on its line"),
    ],
)
def test_what_the_repository_ignores_is_told_so(shop: Shop, files: dict[str, str], by: str) -> None:
    shop.commit({"b.env": f"{LONE}\n", **files})
    shop.scan()
    assert [(f.ignored_by, f.state) for f in shop.found] == [(by, State.IGNORED if by else State.NEW)]


def test_what_cannot_be_had_proves_nothing_and_is_told(shop: Shop) -> None:
    shop.commit({"b.env": f"{LONE}\n"})
    shop.scan()
    shop.scan(f"file://{shop.folder}-gone")
    assert [f.state for f in shop.found] == [State.NEW]
    assert (shop.repository.scans, shop.repository.gap_count) == (1, 1)
    assert "cannot clone" in shop.repository.gaps[0]
    shop.scan()
    assert shop.repository.gap_count == 0
