"""GitHub's REST API, read page by page: its limits are waited for, its failures tried again, its refusals explained.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from unleak.model.errors import CouldNotLook, Misuse
from unleak.scan.formats.masking import masked_text
from unleak.scan.formats.words import clean

try:
    import httpx
    from gidgethub import HTTPException, sansio
except ImportError as error:
    raise CouldNotLook("to read GitHub takes two more packages", "pip install 'unleak[github]'") from error

Record = dict[str, Any]
"""An object of GitHub's JSON."""

GITHUB = "https://api.github.com"

_REQUESTER = "unleak"
_SECONDS = 60.0
_MOST_TRIES = 6
_MOST_REDIRECTS = 5
_LONGEST_WAIT = 3_900.0
_SECOND_LIMIT_WAIT = 60.0
_PLAIN_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_SSO_URL = re.compile(r"url=(https://[^\s;,]+)")
_OK, _FAILED = 200, 500
_POLL = 60.0
_LONGEST_WORDS = 200
_NONE: Mapping[str, str] = {}


class Refused(CouldNotLook):
    """GitHub said no. `status` is its HTTP status, 0 where there is none."""

    def __init__(self, message: str, hint: str = "", *, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


@dataclass(frozen=True, slots=True)
class Access:
    """Whom to ask, and with which token, which never prints. Raises Misuse for what can be neither."""

    token: str = field(repr=False)
    url: str = GITHUB

    def __post_init__(self) -> None:
        if not self.token:
            raise Misuse("there is no token for GitHub", "put one that may read into GITHUB_TOKEN or GH_TOKEN")
        if not re.fullmatch(r"[!-~]+", self.token):
            raise Misuse("the token for GitHub is none: it has spaces or other odd characters", "copy it again")
        parts = urlsplit(self.url)
        plain = parts.scheme == "http" and parts.hostname in _PLAIN_HOSTS
        if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username or parts.query:
            raise Misuse("the address of GitHub's API is none", "GITHUB_API_URL is like https://HOST/api/v3")


def access_from(environment: Mapping[str, str]) -> Access:
    """As GitHub's own tools have it. Raises Misuse."""
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    return Access(token.strip(), environment.get("GITHUB_API_URL") or GITHUB)


@dataclass(frozen=True, slots=True)
class News:
    """What is new, the mark to ask with next, and how many seconds GitHub wants to be left alone until then."""

    records: tuple[Record, ...]
    mark: str
    seconds: float


class Api:
    """To be used in a `with`. `told` hears of every wait."""

    def __init__(
        self, access: Access, told: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._access, self._told, self._sleep = access, told, sleep
        self._base = access.url.rstrip("/") + "/"
        self._client = httpx.Client(timeout=_SECONDS, follow_redirects=False)
        self._limit: sansio.RateLimit | None = None
        self._down = False
        self.partial = False
        """Whether GitHub has said that it left something out of an answer."""

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, value, trace)

    def one(self, path: str) -> Record:
        """Raises Refused."""
        data, _ = self._ask(urljoin(self._base, path))
        if not isinstance(data, dict):
            raise Refused(f"GitHub's answer to {path} is not what it should be", "try again later")
        return data

    def change(self, method: str, path: str, document: Record) -> None:
        """Raises Refused. Nobody is led elsewhere with what is written."""
        response = self._answer(urljoin(self._base, path), method=method, document=document)
        if response.has_redirect_location:
            raise Refused(f"GitHub has moved {path}", "name it as it is called now", status=response.status_code)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise _refusal(response)

    def all(self, path: str) -> Iterator[Record]:
        """Every page. Raises Refused."""
        more: str | None = urljoin(self._base, f"{path}{'&' if '?' in path else '?'}per_page=100")
        seen: set[str] = set()
        while more and more not in seen:
            seen.add(more)
            data, more = self._ask(more)
            if not isinstance(data, list):
                raise Refused(f"GitHub's answer to {path} is not what it should be", "try again later")
            yield from (record for record in data if isinstance(record, dict))

    def news(self, path: str, mark: str = "") -> News:
        """All pages, where anything has changed since `mark`; GitHub counts no request otherwise.

        https://docs.github.com/en/rest/activity/events
        """
        url = urljoin(self._base, f"{path}?per_page=100")
        response = self._answer(url, {"If-None-Match": mark} if mark else {})
        pause = response.headers.get("x-poll-interval", "")
        seconds = float(pause) if pause.isdecimal() else _POLL
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return News((), mark, seconds)
        data, more = self._read(response)
        records = [r for r in data if isinstance(r, dict)] if isinstance(data, list) else []
        while more:
            data, more = self._ask(more)
            records += [r for r in data if isinstance(r, dict)] if isinstance(data, list) else []
        return News(tuple(records), response.headers.get("etag", ""), seconds)

    def _ask(self, url: str) -> tuple[object, str | None]:
        """The answer, and where the next page is."""
        for _ in range(_MOST_REDIRECTS):
            response = self._answer(url)
            if not response.has_redirect_location:
                return self._read(response)
            url = urljoin(url, response.headers["location"])
        raise Refused("GitHub sends us round and round", "try again later")

    def _read(self, response: httpx.Response) -> tuple[object, str | None]:
        self.partial |= response.headers.get("x-github-sso", "").startswith("partial-results")
        try:
            data, self._limit, more = sansio.decipher_response(response.status_code, response.headers, response.content)
        except HTTPException as error:
            raise _refusal(response) from error
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError) as error:
            raise Refused("GitHub's answer cannot be read", "try again later") from error
        return data, more

    def _answer(
        self, url: str, more: Mapping[str, str] = _NONE, method: str = "GET", document: Record | None = None
    ) -> httpx.Response:
        """Of what passes by itself, the end is waited for. Nobody else than GitHub is shown the token."""
        if not url.startswith(self._base):
            raise Refused("GitHub sends us elsewhere, and we do not follow with a token", "look at GITHUB_API_URL")
        headers = {**sansio.create_headers(_REQUESTER, oauth_token=self._access.token), **more}
        why, seconds = "", 0.0
        for attempt in range(1 if self._down else _MOST_TRIES):
            if self._limit is not None and not self._limit:
                self._wait(self._limit.reset_datetime.timestamp() - time.time() + 1, "GitHub limits our requests")
                self._limit = None
            if attempt:
                self._wait(seconds, why)
            try:
                response = self._client.request(method, url, headers=headers, json=document)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                why, seconds = f"GitHub cannot be reached ({type(error).__name__})", 2.0**attempt
                continue
            if response.status_code >= _FAILED:
                why, seconds = f"GitHub fails with HTTP {response.status_code}", 2.0**attempt
                continue
            asked = _seconds_to_wait(response, attempt)
            if asked is None:
                self._down = False
                return response
            why, seconds = "GitHub limits our requests", asked
        self._down = True
        raise Refused(why, "try again later")

    def _wait(self, seconds: float, why: str) -> None:
        if seconds > _LONGEST_WAIT:
            raise Refused(f"GitHub wants us to wait for {seconds / 3600:.1f} hours", "try again then")
        if seconds >= 1:
            self._told(f"{why}: waiting for {seconds:.0f} seconds")
        self._sleep(max(0.0, seconds))


def _seconds_to_wait(response: httpx.Response, attempt: int) -> float | None:
    """None where the answer is one; otherwise what GitHub asks for, or its advice where it says nothing."""
    if response.status_code not in {httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS}:
        return None
    after, reset = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if response.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time()) + 1
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS or "rate limit" in response.text.lower():
        return _SECOND_LIMIT_WAIT * 2.0**attempt
    return None


def _refusal(response: httpx.Response) -> Refused:
    status, path = response.status_code, response.url.path
    reads = response.request.method == "GET"
    sso = response.headers.get("x-github-sso", "")
    if status == httpx.codes.UNAUTHORIZED:
        return Refused("GitHub does not accept the token", "put a valid one into GITHUB_TOKEN", status=status)
    if status == httpx.codes.FORBIDDEN and sso.startswith("required"):
        where = _SSO_URL.search(sso)
        hint = f"authorise the token: {where[1]}" if where else "authorise the token in its settings at GitHub"
        return Refused("the organisation wants single sign-on for this token", hint, status=status)
    if status == httpx.codes.FORBIDDEN:
        does = "read" if reads else "change"
        return Refused(f"the token may not {does} {path}", f"give it the rights to {does}, or take another",
                       status=status)  # fmt: skip
    if status == httpx.codes.NOT_FOUND:
        return Refused(f"GitHub has no {path}, or does not show it to this token", "look for a typing error, and at "
                       "what the token may read", status=status)  # fmt: skip
    if status == httpx.codes.UNPROCESSABLE_ENTITY:
        return Refused(f"GitHub refuses that: {_words(response)}", status=status)
    return Refused(f"GitHub answers {path} with HTTP {status}", "try again later", status=status)


def _words(response: httpx.Response) -> str:
    """What GitHub says in its message, fit to be said again."""
    try:
        message = response.json().get("message")
    except (ValueError, AttributeError):
        message = ""
    return masked_text(clean(str(message or "it does not say why")[:_LONGEST_WORDS]))
