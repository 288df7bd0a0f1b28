"""An owner's events at GitHub: what they are errands for, and that each is one once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from github_world import Answer, GitHub, serving
from unleak.engine.follow import Follower, is_organization
from unleak.intake.notice import Push, Whole
from unleak.model.errors import CouldNotLook
from unleak.scan.sources.github_api import Access, Api
from unleak.store.inbox import Inbox
from unleak.store.record import Record

TOKEN = "ghp_" + "notARealOne" * 3
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
A, B, ZEROS = "a" * 40, "b" * 40, "0" * 40
EVENTS, URL = "/orgs/acme/events", "https://git.example/acme/shop.git"


def event(number: int, kind: str = "PushEvent", **payload: Any) -> dict[str, Any]:
    """https://docs.github.com/en/rest/using-the-rest-api/github-event-types"""
    return {
        "id": str(number), "type": kind, "public": True, "actor": {"login": "dev"}, "repo": {"name": "acme/shop"},
        "payload": {"ref": "refs/heads/main", "before": A, "head": B, **payload},
    }  # fmt: skip


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(TOKEN) as running:
        yield running


@pytest.fixture
def follower(github: GitHub, tmp_path: Path) -> Iterator[Follower]:
    record = Record(f"sqlite:///{tmp_path / 'unleak.db'}")
    with Api(Access(TOKEN, github.url), lambda _: None, lambda _: None) as api:
        yield Follower(api, Inbox(record), "acme", is_organization=True, home="https://git.example")
    record.close()


@pytest.mark.parametrize(
    ("told", "errand"),
    [
        (event(1), Push("acme/shop", URL, "refs/heads/main", A, B, "dev", public=True)),
        (event(1, before=ZEROS), Push("acme/shop", URL, "refs/heads/main", ZEROS, B, "dev", public=True)),
        (event(1, "PublicEvent"), Whole("acme/shop", URL, "dev")),
        (event(1, head=ZEROS), None),
        (event(1, head="--output=x"), None),
        (event(1, ref="refs/heads/a b"), None),
        (event(1, "WatchEvent"), None),
        ({"type": "PushEvent"}, None),
        ({**event(1), "repo": {"name": "../../etc"}}, None),
    ],
)
def test_what_an_event_is_an_errand_for(follower: Follower, told: dict[str, Any], errand: object) -> None:
    assert list(follower.errands_of([told])) == ([errand] if errand else [])


def test_each_event_once_and_the_oldest_first(follower: Follower, github: GitHub) -> None:
    github.things[EVENTS] = [event(n, head=f"{n:040x}") for n in (5, 4, 3, 2, 1)]
    assert follower.look(NOW)[0] == 5
    github.things[EVENTS] = [event(n, head=f"{n:040x}") for n in (6, 5, 4, 3, 2)]
    assert follower.look(NOW)[0] == 1
    assert follower.look(NOW)[0] == 0


def test_github_says_how_often_and_whether_anything_is_new(follower: Follower, github: GitHub) -> None:
    new = {"ETag": 'W/"1"', "X-Poll-Interval": "90"}
    github.first[EVENTS] = [Answer(200, [event(1)], new), Answer(304, b"", {"X-Poll-Interval": "120"})]
    assert follower.look(NOW) == (1, 90)
    assert follower.look(NOW) == (0, 120)


def test_what_could_not_be_asked_is_told_and_nothing_is_passed_over(follower: Follower, github: GitHub) -> None:
    github.things[EVENTS] = [event(1)]
    github.first[EVENTS] = [Answer(404, {"message": "no"})]
    with pytest.raises(CouldNotLook):
        follower.look(NOW)
    assert follower.look(NOW)[0] == 1


@pytest.mark.parametrize(("kind", "answer"), [("Organization", True), ("User", False)])
def test_whether_it_is_an_organisation(github: GitHub, kind: str, answer: bool) -> None:  # noqa: FBT001
    github.things["/users/acme"] = {"login": "acme", "type": kind}
    with Api(Access(TOKEN, github.url), lambda _: None, lambda _: None) as api:
        assert is_organization(api, "acme") is answer
        with pytest.raises(CouldNotLook):
            is_organization(api, "nobody")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "type", "repo", "actor", "payload", "public"]), _JSON))
def test_whatever_stands_in_an_event_it_is_read_or_passed_over(told: dict[str, Any]) -> None:
    follower = Follower(None, None, "acme", is_organization=True, home="https://git.example")  # type: ignore[arg-type]
    assert len(list(follower.errands_of([{**event(1), **told}]))) <= 1
