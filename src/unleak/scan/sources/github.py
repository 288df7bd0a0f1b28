"""What an owner has at GitHub: repositories and gists to clone, and what people have written beside their code."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from unleak.model.errors import Misuse
from unleak.scan.blob import Blob, Problem
from unleak.scan.sources.github_api import Access, Api, Record, Refused
from unleak.scan.sources.remote_address import Login

_OWNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_GONE = 410
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Hosted:
    """A repository or gist. `name` says whose it is: octocat/hello, or octocat/gist 123."""

    name: str
    url: str
    is_fork: bool = False
    is_archived: bool = False
    is_gist: bool = False


def read_repositories(api: Api, owner: str) -> Iterator[Hosted | Problem]:
    """All that the token is shown; a problem where GitHub knows of more. Raises Misuse, and Refused for the owner."""
    about, own = _about(api, owner)
    at = f"orgs/{quote(owner)}/repos?type=all" if about.get("type") == "Organization" else f"users/{quote(owner)}/repos"
    listed = 0
    for record in api.all("user/repos?affiliation=owner" if own else at):
        listed += 1
        name, url = _text(record, "full_name"), _text(record, "clone_url")
        yield Hosted(name, url, record.get("fork") is True, record.get("archived") is True)
    if api.partial or not listed or listed < _number(about, "public_repos") + _number(about, "owned_private_repos"):
        yield Problem(
            owner, f"only {listed} of its repositories are shown to this token; it needs the right to read all"
        )


def read_gists(api: Api, owner: str) -> Iterator[Hosted]:
    """Of a user; the secret ones too, if they are the token's own. Raises Misuse and Refused."""
    _, own = _about(api, owner)
    for record in api.all("gists" if own else f"users/{quote(owner)}/gists"):
        yield Hosted(f"{owner}/gist {_text(record, 'id')}", _text(record, "git_pull_url"), is_gist=True)


def read_talk(api: Api, name: str) -> Iterator[Blob | Problem]:
    """Every text of one repository that is not in git: `octocat/hello#12`, `octocat/hello#12 comment 345` and so on.

    Not the summaries of reviews, which would take a request for each pull request, nor what texts were before an edit.
    """
    at = f"repos/{quote(name)}"
    reading = _Talk(api, name)
    yield from reading.of(f"{at}/issues?state=all", _numbered, instead=f"{at}/pulls?state=all")
    yield from reading.of(f"{at}/issues/comments", lambda r: f"#{_last(r, 'issue_url')} comment {r.get('id')}")
    yield from reading.of(
        f"{at}/pulls/comments", lambda r: f"#{_last(r, 'pull_request_url')} review comment {r.get('id')}"
    )
    yield from reading.of(f"{at}/comments", lambda r: f"@{_text(r, 'commit_id')[:_SHORT]} comment {r.get('id')}")
    yield from reading.of(f"{at}/releases", lambda r: f" release {_text(r, 'tag_name')}")


def login_for(access: Access, url: str) -> Login | None:
    """The token, for an address at the same GitHub; no other host is shown it."""
    home = (urlsplit(access.url).hostname or "").removeprefix("api.")
    host = urlsplit(url).hostname or ""
    return Login("x-access-token", access.token) if host == home or host.endswith(f".{home}") else None


class _Talk:
    def __init__(self, api: Api, name: str) -> None:
        self._api, self._name = api, name

    def of(self, path: str, label: Callable[[Record], str], instead: str = "") -> Iterator[Blob | Problem]:
        """`instead` is asked where this is switched off for the repository."""
        try:
            for record in self._api.all(path):
                text = "\n\n".join(t for t in (_text(record, n) for n in ("title", "name", "body")) if t)
                if text:
                    yield Blob(text.encode(errors="replace"), self._name + label(record))
        except Refused as error:
            if error.status != _GONE:
                yield Problem(self._name, f"{error}; {error.hint}")
            elif instead:
                yield from self.of(instead, label)


def _about(api: Api, owner: str) -> tuple[Record, bool]:
    """What GitHub says of the owner, and whether it is the user to whom the token belongs."""
    if not _OWNER.fullmatch(owner):
        raise Misuse("that is no name of an organisation or user at GitHub", "give the name alone, as in octocat")
    about = api.one(f"users/{quote(owner)}")
    if about.get("type") != "Organization":
        try:
            me = api.one("user")
        except Refused:
            return about, False  # a token without a user, as in a workflow
        if me.get("login") == about.get("login"):
            return me, True
    else:
        about = api.one(f"orgs/{quote(owner)}")
    return about, False


def _numbered(record: Record) -> str:
    return f"#{record.get('number')}"


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _number(record: Record, name: str) -> int:
    value = record.get(name)
    return value if isinstance(value, int) else 0


def _last(record: Record, name: str) -> str:
    return _text(record, name).rpartition("/")[2]
