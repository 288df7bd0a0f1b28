"""What should be so at GitHub: shown first, done once, read back, and its absence explained."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from github_world import Answer, GitHub, serving
from unleak.cli.setup_github import github as command
from unleak.intake.senders.github import EVENTS, SENDER
from unleak.setup.github_app import manifest

TOKEN, SECRET, URL = "t" * 40, "a shared secret of the test", "https://unleak.example.com"
ON = {"status": "enabled"}
OFF = {"status": "disabled"}


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """An organisation of one public repository and one archived; its token administers both."""
    with serving(TOKEN) as served:
        for name in ("acme/app", "acme/old"):
            served.repository(name, f"https://github.com/{name}.git")
        switches = {"secret_scanning": OFF, "secret_scanning_push_protection": OFF}
        served.things["/repos/acme/app"] = {"private": False, "security_and_analysis": dict(switches)}
        served.things["/repos/acme/old"] = {"archived": True, "security_and_analysis": dict(switches)}
        served.things["/orgs/acme/hooks"] = [
            {"id": 1, "name": "web", "active": True, "events": ["*"], "config": {"url": "https://other.example"}}
        ]
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", served.url)
        monkeypatch.setenv("UNLEAK_GITHUB_SECRET", SECRET)
        yield served


def run(*arguments: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and of each point its verdict and its words."""
    done = CliRunner().invoke(command, [*arguments, "--format", "json"])
    assert SECRET not in done.output
    assert TOKEN not in done.output
    assert done.exit_code in {0, 1, 3}, done.exception
    points = json.loads(done.stdout)["points"]
    return done.exit_code, {p["what"]: (p["verdict"], f"{p['detail']} {p['hint']}") for p in points}


ALL = ("acme", "--service-url", URL)


def test_it_shows_first_and_changes_nothing(github: GitHub) -> None:
    code, points = run(*ALL)
    assert code == 1
    assert {what: verdict for what, (verdict, _) in points.items()} == {
        "webhook of acme": "no", "protection of acme/app": "no", "protection of acme/old": "yes",
    }  # fmt: skip
    assert "--apply" in points["webhook of acme"][1]
    assert github.written == []


def test_it_is_done_once_and_reads_back(github: GitHub) -> None:
    assert run(*ALL, "--apply")[0] == 0
    made = github.things["/orgs/acme/hooks"][-1]
    assert (made["active"], set(made["events"]), made["config"]["url"]) == (True, set(EVENTS), f"{URL}/hooks/github")
    [(_, _, body)] = [w for w in github.written if w[0] == "POST"]
    assert body["config"] == {
        "url": f"{URL}/hooks/github", "content_type": "json", "insecure_ssl": "0", "secret": SECRET,
    }  # fmt: skip
    assert github.things["/repos/acme/app"]["security_and_analysis"] == {
        "secret_scanning": ON, "secret_scanning_push_protection": ON,
    }  # fmt: skip
    before = list(github.written)
    assert run(*ALL, "--apply")[0] == 0
    assert github.written == before


@pytest.mark.parametrize("spoilt", [
    {"active": False},
    {"events": ["push"]},
    {"config": {"url": f"{URL}/hooks/github", "content_type": "json", "insecure_ssl": "0"}},
    {"config": {"url": f"{URL}/hooks/github", "content_type": "form", "insecure_ssl": "0", "secret": "********"}},
    {"config": {"url": f"{URL}/hooks/github", "content_type": "json", "insecure_ssl": "1", "secret": "********"}},
])  # fmt: skip
def test_a_webhook_that_is_not_as_it_should_be_is_mended(github: GitHub, spoilt: dict[str, Any]) -> None:
    run(*ALL, "--apply")
    github.things["/orgs/acme/hooks"][-1] |= spoilt
    assert run(*ALL)[1]["webhook of acme"][0] == "no"
    assert run(*ALL, "--apply")[0] == 0
    assert len(github.things["/orgs/acme/hooks"]) == 2


def test_repositories_that_the_token_is_not_shown_are_no_yes(github: GitHub) -> None:
    run(*ALL, "--apply")
    github.things["/orgs/acme"]["public_repos"] = 3
    code, points = run(*ALL)
    assert code == 3
    assert points["repositories of acme"][0] == "could_not_look"


def test_one_repository_has_a_webhook_of_its_own(github: GitHub) -> None:
    github.things["/repos/acme/app/hooks"] = []
    code, points = run("acme/app", "--service-url", URL, "--apply")
    assert (code, set(points)) == (0, {"webhook of acme/app", "protection of acme/app"})
    assert run("acme/app")[1].keys() == {"protection of acme/app"}


NOT_IN_THE_PLAN = Answer(422, {"message": "Secret scanning is not available for this repository."})
REFUSALS = [
    ("PATCH /repos/acme/app", NOT_IN_THE_PLAN, "protection of acme/app", "no", "not available for this repository"),
    ("PATCH /repos/acme/app", Answer(403, {}), "protection of acme/app", "no", "may not change"),
    ("POST /orgs/acme/hooks", Answer(404, {}), "webhook of acme", "no", "does not show it"),
    ("POST /orgs/acme/hooks", Answer(201, {}), "webhook of acme", "no", "reads back: there is none"),
    ("/orgs/acme/hooks", Answer(404, {}), "webhook of acme", "could_not_look", "does not show it"),
    ("/repos/acme/app", Answer(200, {}), "protection of acme/app", "could_not_look", "may administer"),
]


@pytest.mark.parametrize(("where", "answer", "what", "verdict", "why"), REFUSALS)
def test_what_could_not_be_is_told_with_its_reason(
    github: GitHub, where: str, answer: Answer, what: str, verdict: str, why: str
) -> None:
    github.first[where] = [answer]
    code, points = run(*ALL, "--apply")
    assert code == (3 if verdict == "could_not_look" else 1)
    assert points[what][0] == verdict
    assert why in points[what][1]
    assert [v for w, (v, _) in points.items() if w != what] == ["yes", "yes"], "the rest goes on"


@pytest.mark.parametrize("arguments", [
    (), ("acme/app/x",), ("acme/..",), ("acme", "--service-url", "http://unleak.example.com"), ("--manifest",),
    ("octocat",), ("acme", "--service-url", URL, "--apply", "--secret-env", "NO_SUCH_VARIABLE"),
])  # fmt: skip
def test_what_cannot_be_meant_is_misuse(github: GitHub, arguments: tuple[str, ...]) -> None:
    github.things["/users/octocat"] = {"login": "octocat", "type": "User"}
    done = CliRunner().invoke(command, list(arguments))
    assert type(done.exception).__name__ == "Misuse"
    assert github.written == []


def test_the_apps_manifest_asks_to_read_what_its_events_need_and_no_more() -> None:
    made = manifest(URL)
    assert made["hook_attributes"] == {"url": f"{URL}/hooks/{SENDER.id}", "active": True}
    assert set(made["default_events"]) == set(EVENTS)
    assert made["default_permissions"] == {"contents": "read", "metadata": "read", "secret_scanning_alerts": "read"}
    assert made["public"] is False
    done = CliRunner().invoke(command, ["--manifest", "--service-url", URL])
    assert json.loads(done.stdout) == made
