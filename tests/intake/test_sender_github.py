"""Webhooks of GitHub: signed or not, at the configured host or not, and what is to be fetched."""

from typing import Any

import pytest
import senders_world as world
from events_world import host_alert, push, repository
from senders_world import FORMER, NOW, SECRET, access, of_github

from unleak.intake.notice import Heard, HostAlert, Message, Push, Reason, Refused, Whole
from unleak.model.alert import Ground

ALERT_URL = "https://api.github.com/repos/octo/app/secret-scanning/alerts/7"
CLONE_URL = "https://github.com/octo/app.git"
_ELSEWHERE = "the repository is not at the configured host"
AFTER = "c0ffee" + "0" * 34


def hear(event: str, value: Any, **settings: str) -> Heard:
    return world.hear("github", of_github(event, value), access(None, **{"secret": SECRET, **settings}))


def refused(message: Message, **settings: str) -> Reason:
    with pytest.raises(Refused) as caught:
        world.hear("github", message, access(None, **settings))
    return caught.value.reason


def test_who_is_refused() -> None:
    good = of_github("push", push())
    assert refused(good) is Reason.NOT_CONFIGURED
    assert refused(good, secret="short") is Reason.NOT_CONFIGURED
    assert refused(good, secret=SECRET, former_secret="short") is Reason.NOT_CONFIGURED
    assert refused(good, secret=SECRET, url="http://github.com") is Reason.NOT_CONFIGURED
    assert refused(good, secret=SECRET + "x") is Reason.BAD_SIGNATURE
    assert refused(Message(good.body + b"\n", good.headers, NOW), secret=SECRET) is Reason.BAD_SIGNATURE
    assert refused(Message(good.body, {"x-github-event": "push"}, NOW), secret=SECRET) is Reason.NOT_SIGNED
    for signature in ("sha256=", "sha1=abc", "\N{SNOWMAN}", world.signed(good.body)[:-1], "\ud800"):
        message = Message(good.body, {"x-hub-signature-256": signature}, NOW)
        assert refused(message, secret=SECRET) is Reason.BAD_SIGNATURE
    assert refused(of_github("push", b"no json"), secret=SECRET) is Reason.NOT_JSON
    assert refused(of_github("push", b'{"a": 1, "a": 2}'), secret=SECRET) is Reason.NOT_JSON
    assert refused(of_github("push", []), secret=SECRET) is Reason.NOT_UNDERSTOOD


def test_a_secret_can_be_changed_without_a_gap() -> None:
    message = of_github("push", push(), secret=FORMER)
    assert refused(message, secret=SECRET) is Reason.BAD_SIGNATURE
    assert world.hear("github", message, access(secret=SECRET, former_secret=FORMER)).errands


# --- alerts


@pytest.mark.parametrize("event", ["secret_scanning_alert", "secret_scanning_alert_location"])
@pytest.mark.parametrize("action", ["created", "reopened", "publicly_leaked", "validated"])
def test_an_alert_is_to_be_fetched(event: str, action: str) -> None:
    heard = hear(event, host_alert(action))
    assert heard.errands == (HostAlert("octo/app", ALERT_URL, 7, public=False),)
    assert (heard.reports, heard.passed_over, heard.ground) == ((), (), Ground.CLAIM)
    assert heard.reason == f"{event} {action} octo/app"


@pytest.mark.parametrize(
    ("validity", "ground"),
    [("active", Ground.GITHUB), ("inactive", Ground.CLAIM), ("unknown", Ground.CLAIM), (5, Ground.CLAIM)],
)
def test_githubs_word_is_worth_something_where_aws_accepted_the_key(validity: Any, ground: Ground) -> None:
    assert hear("secret_scanning_alert", host_alert(validity=validity)).ground is ground


@pytest.mark.parametrize(
    ("alert", "why"),
    [
        (host_alert("resolved"), "it tells of no new leak"),
        (host_alert(secret_type="github_pat"), "the secret is not AWS's"),
        (host_alert(number=True), "it is damaged: no alert stands in it"),
        (host_alert(number=10**30), "it is damaged: no alert stands in it"),
        (host_alert(number="../../7"), "it is damaged: no alert stands in it"),
        ({**host_alert(), "repository": repository(name="../app")}, "it is damaged: no alert stands in it"),
        ({**host_alert(), "repository": repository(name="o" * 300 + "/app")}, "it is damaged: no alert stands in it"),
        *(
            (host_alert(url=url), "the alert is not at the configured host: check `url` and `api_url`")
            for url in (
                "https://evil.example/repos/octo/app/secret-scanning/alerts/7",
                "https://api.github.com.evil.example/repos/octo/app/x",
                "https://api.github.com@evil.example/repos/octo/app/x",
                "http://api.github.com/repos/octo/app/x",
                "https://api.github.com/repos/octo/other/x",
                "http://169.254.169.254/latest", "", None, 5,
            )
        ),
    ],
)  # fmt: skip
def test_alerts_that_are_passed_over(alert: Any, why: str) -> None:
    heard = hear("secret_scanning_alert", alert)
    assert (heard.errands, heard.passed_over) == ((), (f"secret_scanning_alert: {why}",))


def test_what_was_checked_is_fetched_not_what_was_written() -> None:
    """The address begins as it must, and ends elsewhere."""
    alert = host_alert(url="https://api.github.com/repos/octo/app/../../../user/keys")
    assert hear("secret_scanning_alert", alert).errands == (HostAlert("octo/app", ALERT_URL, 7, public=False),)


def test_an_alert_of_an_own_host() -> None:
    url = "https://github.example.com/api/v3/repos/octo/app/secret-scanning/alerts/7"
    heard = hear("secret_scanning_alert", host_alert(url=url), url="https://github.example.com/")
    assert heard.errands == (HostAlert("octo/app", url, 7, public=False),)
    elsewhere = "https://api.octo.ghe.com/repos/octo/app/secret-scanning/alerts/7"
    settings = {"url": "https://octo.ghe.com", "api_url": "https://api.octo.ghe.com"}
    assert hear("secret_scanning_alert", host_alert(url=elsewhere), **settings).errands == (
        HostAlert("octo/app", elsewhere, 7, public=False),
    )
    assert not hear("secret_scanning_alert", host_alert(), **settings).errands


@pytest.mark.parametrize(
    ("private", "leaked", "public"),
    [(False, False, True), (True, False, False), (True, True, True), (None, False, None)],
)
def test_whether_strangers_could_read_it(private: Any, leaked: bool, public: bool | None) -> None:  # noqa: FBT001
    alert = {**host_alert(publicly_leaked=leaked), "repository": {**repository(), "private": private}}
    (errand,) = hear("secret_scanning_alert", alert).errands
    assert isinstance(errand, HostAlert)
    assert errand.public is public


# --- pushes, and repositories made public


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1", "refs/heads/\N{SNOWMAN}/a"])
def test_a_push_is_to_be_fetched(ref: str) -> None:
    heard = hear("push", push(ref=ref))
    assert heard.errands == (Push("octo/app", CLONE_URL, ref, "0" * 40, AFTER, "octocat", public=True),)
    assert heard.ground is Ground.CLAIM


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"deleted": True}, "a branch or tag was deleted"),
        ({"after": "0" * 40}, "a branch or tag was deleted"),
        *(
            (more, "it is damaged: no branch or tag that moved stands in it")
            for more in (
                {"ref": "refs/pull/1/head"}, {"ref": "--upload-pack=x"}, {"ref": "refs/heads/a..b"}, {"ref": None},
                {"ref": "refs/heads/a b"}, {"ref": "refs/heads/a\0"}, {"ref": "refs/heads/" + "a" * 300},
                {"ref": "refs/heads/\ud800"}, {"after": "HEAD"}, {"after": "A" * 40}, {"before": "0" * 39},
                {"before": 0}, {"repository": None}, {"repository": repository(name="octo")},
            )
        ),
        *(
            ({"repository": {**repository(), "clone_url": url}}, f"{_ELSEWHERE}: check `url`")
            for url in ("https://evil.example/octo/app.git", "file:///etc", "ext::sh -c x", None,
                        "https://github.com@evil.example/octo/app.git", "https://github.com/octo/other.git")
        ),
    ],
)  # fmt: skip
def test_pushes_that_are_passed_over(more: Any, why: str) -> None:
    heard = hear("push", push(**more))
    assert (heard.errands, heard.passed_over) == ((), (f"push: {why}",))


@pytest.mark.parametrize(("event", "action"), [("public", None), ("repository", "publicized")])
def test_a_repository_that_became_public(event: str, action: str | None) -> None:
    body = {"action": action, "repository": repository(private=False), "sender": {"login": "octocat"}}
    assert hear(event, body).errands == (Whole("octo/app", CLONE_URL, "octocat"),)


@pytest.mark.parametrize(
    ("event", "body", "why"),
    [
        ("ping", {"zen": "x"}, "ping: it says that the webhook is set up"),
        ("repository", {"action": "renamed"}, "repository: the repository was not made public"),
        ("star", {}, "star: it is no event that is listened to"),
        ("", {}, "an event: it is no event that is listened to"),
        ("public", {"repository": {"full_name": 5}}, "public: it is damaged: no repository stands in it"),
    ],
)
def test_other_events(event: str, body: Any, why: str) -> None:
    heard = hear(event, body)
    assert (heard.errands, heard.passed_over) == ((), (why,))


def test_the_same_body_is_the_same_message_whatever_its_delivery() -> None:
    message = of_github("push", push())
    again = Message(message.body, {**message.headers, "x-github-delivery": "another"}, NOW)
    how = access(secret=SECRET)
    assert world.hear("github", message, how).id == world.hear("github", again, how).id
    assert world.hear("github", message, how).id != hear("push", push(ref="refs/heads/b")).id
