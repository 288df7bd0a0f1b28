"""Everything of an owner at GitHub, over real HTTP and real clones; limits are waited for, refusals explained."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gitted_world import Key, apart_fixture, commit, git, make  # noqa: F401  a fixture

from github_world import Answer, GitHub, serving
from unleak.model.errors import CouldNotLook, Misuse, UnleakError
from unleak.scan.blob import Blob
from unleak.scan.github import scan_owner
from unleak.scan.scanner import Scan
from unleak.scan.sources.github import login_for, read_talk
from unleak.scan.sources.github_api import Access, Api, access_from

TOKEN = "ghp_" + "notARealOne" * 3
KEYS = [Key(n) for n in range(20)]


@pytest.fixture(name="github")
def github_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(TOKEN) as running:
        yield running


@pytest.fixture(name="waits", autouse=True)
def waits_fixture(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody really waits; how long it would have been."""
    waits: list[float] = []
    monkeypatch.setattr(Api.__init__, "__defaults__", (waits.append,))
    return waits


def bare(tmp_path: Path, name: str, text: str) -> str:
    commit(make(tmp_path / name), "config/app.env", text)
    git(tmp_path, "clone", "-q", "--bare", name, f"{name}.git")
    return f"file://{tmp_path}/{name}.git"


def where(result: Scan) -> dict[str, list[str]]:
    return {f.key_id or "": [p.path for p in f.places] for f in result.findings}


def looked(github: GitHub, owner: str = "acme", **wanted: Any) -> Scan:
    """Fails where the token comes out."""
    said: list[str] = []
    try:
        result = scan_owner(owner, TOKEN, github.url, progress=said.append, **wanted)
    except UnleakError as error:
        said += [str(error), error.hint, repr(error)]
        raise
    else:
        return result
    finally:
        assert TOKEN not in "\n".join(said)


def test_repositories_of_all_pages_and_what_is_written_there(github: GitHub, tmp_path: Path) -> None:
    for n, kind in enumerate(["", "", "", "archived", "fork"]):
        github.repository(f"acme/r{n}", bare(tmp_path, f"r{n}", KEYS[n].text), **({kind: True} if kind else {}))
    at, url = "/repos/acme/r0", "https://api.example.com/repos/acme/r0"
    issue, pull = f"{url}/issues/12", f"{url}/pulls/13"
    github.things |= {
        f"{at}/issues": [
            {"number": 12, "title": "Help", "body": KEYS[10].text},
            {"number": 13, "title": KEYS[11].id, "body": None, "pull_request": {}},
            {"number": 14, "title": "Nothing", "body": "at all"},
        ],
        f"{at}/issues/comments": [{"id": 345, "issue_url": issue, "body": f"\r\n{KEYS[12].text}"}],
        f"{at}/pulls/comments": [{"id": 346, "pull_request_url": pull, "body": KEYS[13].text}],
        f"{at}/comments": [{"id": 347, "commit_id": "a" * 40, "body": KEYS[14].text}],
        f"{at}/releases": [{"tag_name": "v1", "name": None, "body": KEYS[15].text}],
    }
    result = looked(github)
    assert result.problems == []
    assert where(result) == {
        **{KEYS[n].id: [f"acme/r{n}/config/app.env"] for n in range(4)},
        KEYS[10].id: ["acme/r0#12"],
        KEYS[11].id: ["acme/r0#13"],
        KEYS[12].id: ["acme/r0#12 comment 345"],
        KEYS[13].id: ["acme/r0#13 review comment 346"],
        KEYS[14].id: [f"acme/r0@{'a' * 12} comment 347"],
        KEYS[15].id: ["acme/r0 release v1"],
    }
    (finding,) = (f for f in result.findings if f.key_id == KEYS[0].id)
    assert finding.credentials is not None
    assert finding.places[0].author == "Dev <dev@example.com>"
    assert not [path for path in github.asked if "r4" in path]
    assert set(where(looked(github, include_forks=True, include_archived=False, include_issues=False))) == {
        KEYS[n].id for n in (0, 1, 2, 4)
    }


def test_one_secret_in_two_repositories_is_one_finding(github: GitHub, tmp_path: Path) -> None:
    github.repository("acme/one", bare(tmp_path, "one", KEYS[0].text))
    github.repository("acme/two", bare(tmp_path, "two", f"lone {KEYS[0].id}"))
    assert where(looked(github)) == {KEYS[0].id: ["acme/one/config/app.env", "acme/two/config/app.env"]}


@pytest.mark.parametrize("own", [True, False])
def test_a_user_s_repositories_and_gists(github: GitHub, tmp_path: Path, own: bool) -> None:  # noqa: FBT001
    about = {"login": "ann", "type": "User", "public_repos": 1}
    public = [{"full_name": "ann/public", "clone_url": bare(tmp_path, "public", KEYS[0].text)}]
    private = [{"full_name": "ann/private", "clone_url": bare(tmp_path, "private", KEYS[1].text)}]
    gist = [{"id": "1f", "git_pull_url": bare(tmp_path, "gist", KEYS[2].text)}]
    secret = [{"id": "2f", "git_pull_url": bare(tmp_path, "secret", KEYS[3].text)}]
    github.things |= {
        "/users/ann": about,
        "/user": {**about, "owned_private_repos": 1, "login": "ann" if own else "bob"},
        "/users/ann/repos": public,
        "/user/repos": public + private,
        "/users/ann/gists": gist,
        "/gists": gist + secret,
    }
    result = looked(github, "ann", include_issues=False, include_gists=True)
    assert result.problems == []
    more = {KEYS[1].id: ["ann/private/config/app.env"], KEYS[3].id: ["ann/gist 2f/config/app.env"]}
    assert where(result) == {
        KEYS[0].id: ["ann/public/config/app.env"],
        KEYS[2].id: ["ann/gist 1f/config/app.env"],
        **(more if own else {}),
    }


def test_what_the_token_is_not_shown_is_told(github: GitHub, tmp_path: Path) -> None:
    github.repository("acme/one", bare(tmp_path, "one", "harmless"))
    github.things["/orgs/acme"] |= {"public_repos": 1, "owned_private_repos": 3}
    assert [p.where for p in looked(github).problems] == ["acme"]
    github.things["/orgs/acme"] |= {"owned_private_repos": 0}
    assert looked(github).complete
    page = Answer(200, github.things["/orgs/acme/repos"], {"X-GitHub-SSO": "partial-results; organizations=1,2"})
    github.things["/orgs/acme/repos"] = page
    assert not looked(github).complete
    github.things["/orgs/acme/repos"] = []
    assert not looked(github).complete


def test_one_failure_costs_nothing_else(github: GitHub, tmp_path: Path) -> None:
    github.repository("acme/gone", f"file://{tmp_path}/no-such.git")
    github.repository("acme/odd", "ext::sh -c 'touch pwned'")
    github.repository("acme/here", bare(tmp_path, "here", KEYS[0].text))
    github.things["/repos/acme/here/issues/comments"] = Answer(403, {"message": "Resource not accessible"})
    github.things["/repos/acme/here/comments"] = [{"id": 1, "commit_id": "b" * 40, "body": KEYS[1].text}]
    result = looked(github)
    assert [p.where for p in result.problems] == ["acme/gone", "acme/odd", "acme/here"]
    assert "may not read" in result.problems[2].why
    assert set(where(result)) == {KEYS[0].id, KEYS[1].id}


def test_where_issues_are_off_pull_requests_are_read(github: GitHub, tmp_path: Path) -> None:
    github.repository("acme/one", bare(tmp_path, "one", "x"))
    off = Answer(410, {"message": "Issues are disabled for this repo"})
    github.things |= {"/repos/acme/one/issues": off, "/repos/acme/one/issues/comments": off}
    github.things["/repos/acme/one/pulls"] = [{"number": n, "title": "t", "body": KEYS[n].text} for n in range(5)]
    result = looked(github)
    assert result.problems == []
    assert where(result) == {KEYS[n].id: [f"acme/one#{n}"] for n in range(5)}


LIMITS = {
    "first": (403, {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0"}, 30, 33),
    "second": (403, {"Retry-After": "7", "X-RateLimit-Remaining": "9"}, 7, 7),
    "second, by its words": (403, {}, 60, 60),
    "too many": (429, {}, 60, 60),
    "failure": (502, {}, 1, 1),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_what_passes_is_waited_for(github: GitHub, tmp_path: Path, waits: list[float], kind: str) -> None:
    status, headers, least, most = LIMITS[kind]
    github.repository("acme/one", bare(tmp_path, "one", KEYS[0].text))
    if kind == "first":
        headers = {**headers, "X-RateLimit-Reset": str(int(time.time()) + 31)}
    body = {"message": "You have exceeded a secondary rate limit"}
    github.first["/orgs/acme/repos"] = [Answer(status, body, headers)]
    said: list[str] = []
    result = scan_owner("acme", TOKEN, github.url, progress=said.append)
    assert set(where(result)) == {KEYS[0].id}
    assert [least <= w <= most for w in waits] == [True], waits
    assert any("waiting for" in line for line in said)


def test_the_last_request_of_the_hour_is_the_last(github: GitHub, waits: list[float]) -> None:
    headers = {"X-RateLimit-Limit": "9", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 99)}
    github.first["/user"] = [Answer(200, {"login": "x"}, headers)]
    github.things["/user"] = {"login": "y"}
    with Api(Access(TOKEN, github.url), print) as api:
        assert [api.one("user"), api.one("user")] == [{"login": "x"}, {"login": "y"}]
    assert [int(w) // 10 for w in waits] == [9]


def test_it_does_not_wait_for_ever(github: GitHub, waits: list[float]) -> None:
    github.first["/users/acme"] = [Answer(500, {}) for _ in range(99)]
    with pytest.raises(CouldNotLook, match="HTTP 500"):
        looked(github)
    assert len(waits) < 10
    github.first["/users/acme"] = [Answer(429, {}, {"Retry-After": "86400"})]
    with pytest.raises(CouldNotLook, match=r"24\.0 hours"):
        looked(github)
    with pytest.raises(CouldNotLook, match="cannot be reached"):
        scan_owner("acme", TOKEN, "http://127.0.0.1:1")


SSO = {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=xyz"}
REFUSALS = [
    (Answer(401, {"message": "Bad credentials"}), "does not accept the token", "GITHUB_TOKEN"),
    (Answer(404, {"message": "Not Found"}), "/users/acme", "typing error"),
    (Answer(403, {"message": "SAML"}, SSO), "single sign-on", "https://github.com/orgs/acme/sso"),
    (Answer(403, {"message": "no"}), "may not read", "rights"),
    (Answer(451, {"message": "no"}), "HTTP 451", "later"),
    (Answer(200, [1]), "not what it should be", "later"),
    (Answer(200, b"{"), "cannot be read", "later"),
    (Answer(422, {"message": "x", "errors": 5}), "cannot be read", "later"),
    (Answer(200, {}, {"X-RateLimit-Limit": "x", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "1e99"}), "c", "l"),
    (Answer(302, b"", {"Location": "https://evil.example/users/acme"}), "elsewhere", "GITHUB_API_URL"),
    (Answer(302, b"", {"Location": "/users/acme"}), "round and round", "later"),
]


@pytest.mark.parametrize(("answer", "why", "hint"), REFUSALS, ids=lambda v: str(getattr(v, "status", "")))
def test_a_refusal_says_what_to_do(github: GitHub, answer: Answer, why: str, hint: str) -> None:
    github.things["/users/acme"] = answer
    with pytest.raises(CouldNotLook, match=why) as raised:
        looked(github)
    assert hint in raised.value.hint


def test_a_moved_repository_is_followed_and_a_next_page_elsewhere_is_not(github: GitHub) -> None:
    github.things |= {
        "/repos/acme/old/issues": Answer(301, {}, {"Location": f"{github.url}/repositories/1/issues"}),
        "/repositories/1/issues": [{"number": 1, "title": "moved", "body": ""}],
    }
    elsewhere = {"Link": '<https://evil.example/x>; rel="next"'}
    github.things["/repos/acme/old/comments"] = Answer(200, [], elsewhere)
    with Api(Access(TOKEN, github.url), print) as api:
        found = list(read_talk(api, "acme/old"))
    assert [b.path for b in found if isinstance(b, Blob)] == ["acme/old#1"]
    assert any("elsewhere" in b.why for b in found if not isinstance(b, Blob))


@pytest.mark.parametrize("owner", ["", "a/b", "../x", "-x", "a?b", "a b", "ü", "a\n"])
def test_what_is_no_owner_is_misuse(github: GitHub, owner: str) -> None:
    with pytest.raises(Misuse, match="no name"):
        looked(github, owner)
    assert github.asked == []


def test_token_and_address_come_from_the_environment() -> None:
    assert access_from({"GITHUB_TOKEN": f" {TOKEN}\n", "GH_TOKEN": "x"}) == Access(TOKEN)
    assert access_from({"GH_TOKEN": TOKEN, "GITHUB_API_URL": "https://ghe/api/v3"}).url == "https://ghe/api/v3"
    assert TOKEN not in repr(access_from({"GH_TOKEN": TOKEN}))
    for environment in ({}, {"GITHUB_TOKEN": "a b"}, {"GITHUB_TOKEN": "ü" * 9}):
        with pytest.raises(Misuse) as raised:
            access_from(environment)
        assert raised.value.hint
    for url in ("http://api.github.com", "ftp://x", "https://u@x", "x", "https://"):
        with pytest.raises(Misuse, match="API"):
            Access(TOKEN, url)


def test_the_token_is_for_the_same_github_alone() -> None:
    def shown(api: str, url: str) -> bool:
        login = login_for(Access(TOKEN, api), url)
        assert TOKEN not in repr(login)
        return login is not None

    assert shown("https://api.github.com", "https://github.com/acme/x.git")
    assert shown("https://api.github.com", "https://gist.github.com/1.git")
    assert shown("https://ghe.example/api/v3", "https://ghe.example/acme/x.git")
    for url in ("https://evil.example/x", "https://github.com.evil.example/x", "https://evilgithub.com/x", "file:///x"):
        assert not shown("https://api.github.com", url)
