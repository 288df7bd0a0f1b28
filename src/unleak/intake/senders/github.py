"""Webhooks of GitHub: alerts of its secret scanning, pushes, and repositories that become public.

None of them holds a secret. What GitHub says of a key is a claim, unless it says that AWS has accepted it (`validity`
is `active`). Its delivery id is not signed, so a message is known by its body.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from unleak.intake.body import id_of, json_of
from unleak.intake.notice import (
    COMMIT,
    REF,
    REPOSITORY,
    Access,
    Errand,
    Heard,
    HostAlert,
    Message,
    Push,
    Reason,
    Refused,
    Sender,
    Whole,
)
from unleak.intake.scanner_reports.fields import at, text_at
from unleak.intake.shared_secret import NEEDS, TAKES, check_signed
from unleak.intake.words import said
from unleak.model.alert import Ground

_GITHUB, _API = "https://github.com", "https://api.github.com"
_HOST = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._/-]*)?")
_OPENS = {"created", "reopened", "publicly_leaked", "validated"}
_MOST = 2**53


@dataclass(frozen=True, slots=True)
class _Host:
    """Where what a webhook names is fetched from: addresses are made of these, whatever the message says."""

    url: str
    api: str

    @classmethod
    def of(cls, access: Access) -> "_Host":
        """Raises Refused. https://docs.github.com/en/enterprise-server@latest/rest/quickstart"""
        url = (access.settings.get("url") or _GITHUB).rstrip("/")
        api = (access.settings.get("api_url") or (_API if url == _GITHUB else f"{url}/api/v3")).rstrip("/")
        if not _HOST.fullmatch(url) or not _HOST.fullmatch(api):
            raise Refused(Reason.NOT_CONFIGURED, "the address of the GitHub host is none", "write https://HOST")
        return cls(url, api)

    def is_of(self, api_url: str, repository: str) -> bool:
        return api_url.lower().startswith(f"{self.api}/repos/{repository}/".lower())


@dataclass(frozen=True, slots=True)
class _Said:
    errand: Errand | None = None
    why: str = ""
    ground: Ground = Ground.CLAIM


def _hear(message: Message, access: Access) -> Heard:
    host = _Host.of(access)
    check_signed(message.body, message.headers.get("x-hub-signature-256", ""), access)
    event, body = message.headers.get("x-github-event", ""), json_of(message.body)
    if not isinstance(body, dict):
        raise Refused(Reason.NOT_UNDERSTOOD, "the body is no event of GitHub", "choose the content type JSON there")
    heard = _EVENTS[event](body, host) if event in _EVENTS else _Said(why="it is no event that is listened to")
    name = said(event, 60) or "an event"
    repository = said(text_at(body, "repository", "full_name"))
    return Heard(
        id_of("github", message.body),
        "GitHub",
        heard.ground,
        errands=(heard.errand,) if heard.errand else (),
        passed_over=(f"{name}: {heard.why}",) if heard.why else (),
        reason=f"{name} {said(text_at(body, 'action'), 60)} {repository}".strip().replace("  ", " "),
    )


def _ping(_: Any, __: _Host) -> _Said:
    return _Said(why="it says that the webhook is set up")


def _alert(body: Any, host: _Host) -> _Said:
    """Of AWS's types only; the address must be the configured host's, or the host is not what was configured."""
    alert, action, repository = at(body, "alert"), text_at(body, "action"), _repository(body)
    number = at(alert, "number")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _MOST or not repository:
        return _Said(why="it is damaged: no alert stands in it")
    if action not in _OPENS:
        return _Said(why="it tells of no new leak")
    if not text_at(alert, "secret_type").startswith("aws_"):
        return _Said(why="the secret is not AWS's")
    if not host.is_of(text_at(alert, "url"), repository):
        return _Said(why="the alert is not at the configured host: check `url` and `api_url`")
    ground = Ground.GITHUB if text_at(alert, "validity") == "active" else Ground.CLAIM
    url = f"{host.api}/repos/{repository}/secret-scanning/alerts/{number}"
    return _Said(HostAlert(repository, url, number, _leaked(body)), ground=ground)


def _push(body: Any, host: _Host) -> _Said:
    """A commit's own authors are in its history; who pushed is in no history."""
    repository, ref = _repository(body), text_at(body, "ref")
    before, after = text_at(body, "before"), text_at(body, "after")
    if not repository or not COMMIT.fullmatch(before) or not COMMIT.fullmatch(after) or not _is_ref(ref):
        return _Said(why="it is damaged: no branch or tag that moved stands in it")
    if at(body, "deleted") is True or not after.strip("0"):
        return _Said(why="a branch or tag was deleted")
    url = _clone_url(body, host, repository)
    if not url:
        return _Said(why="the repository is not at the configured host: check `url`")
    return _Said(Push(repository, url, ref, before, after, said(text_at(body, "pusher", "name"), 100), _public(body)))


def _made_public(body: Any, host: _Host) -> _Said:
    repository = _repository(body)
    if not repository:
        return _Said(why="it is damaged: no repository stands in it")
    url = _clone_url(body, host, repository)
    if not url:
        return _Said(why="the repository is not at the configured host: check `url`")
    return _Said(Whole(repository, url, said(text_at(body, "sender", "login"), 100)))


def _repository_event(body: Any, host: _Host) -> _Said:
    if text_at(body, "action") == "publicized":
        return _made_public(body, host)
    return _Said(why="the repository was not made public")


def _repository(body: Any) -> str:
    name = text_at(body, "repository", "full_name")
    return name if REPOSITORY.fullmatch(name) and not {".", ".."} & set(name.split("/")) else ""


def _clone_url(body: Any, host: _Host, repository: str) -> str:
    url = f"{host.url}/{repository}.git"
    return url if text_at(body, "repository", "clone_url").lower() == url.lower() else ""


def _is_ref(ref: str) -> bool:
    """https://git-scm.com/docs/git-check-ref-format"""
    return ref.isprintable() and REF.fullmatch(ref) is not None and ".." not in ref and "@{" not in ref


def _public(body: Any) -> bool | None:
    private = at(body, "repository", "private")
    return not private if isinstance(private, bool) else None


def _leaked(body: Any) -> bool | None:
    """It may stand in public elsewhere: `publicly_leaked`."""
    return True if at(body, "alert", "publicly_leaked") is True else _public(body)


_EVENTS: dict[str, Callable[[Any, _Host], _Said]] = {
    "ping": _ping,
    "secret_scanning_alert": _alert,
    "secret_scanning_alert_location": _alert,
    "push": _push,
    "public": _made_public,
    "repository": _repository_event,
}

EVENTS = tuple(event for event in _EVENTS if event != "ping")
"""What to subscribe to."""

SENDER = Sender(
    id="github",
    title="Webhooks of GitHub",
    needs=NEEDS,
    takes={
        **TAKES,
        "url": f"where the host's repositories are: {_GITHUB} by default",
        "api_url": f"where its REST API is: {_API} for GitHub itself, otherwise the host's /api/v3",
    },
    references=(
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        "https://docs.github.com/en/webhooks/webhook-events-and-payloads",
    ),
    hear=_hear,
)
