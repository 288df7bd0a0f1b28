"""The service at the other end: asked with a token, its refusals told as our own errors."""

import os
from typing import Any
from urllib.parse import quote, urlsplit

import click
import httpx

from unleak.model.errors import CouldNotLook, Misuse, NotNow, UnleakError

_SECONDS = 60.0
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_KINDS: dict[str, type[UnleakError]] = {
    "misuse": Misuse,
    "not_understood": Misuse,
    "not_allowed": Misuse,
    "nobody": Misuse,
    "not_there": Misuse,
    "moved_on": NotNow,
    "busy": NotNow,
    "not_now": NotNow,
}


class Server:
    """`url` without a path. Raises Misuse where it is none, or where there is no token: it is in UNLEAK_TOKEN."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            raise Misuse(f"{url} is no address of a service", "write it like https://unleak.example.com")
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise Misuse("a token is shown over https only", "write https://")
        token = os.environ.get("UNLEAK_TOKEN", "").strip()
        if not token:
            raise Misuse("there is no token for the service", "put one into UNLEAK_TOKEN; `unleak token make` makes it")
        self._base = url.rstrip("/") + "/api/v1"
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, document: Any = None, **query: str) -> Any:
        """The document that it answers with. Raises what it says."""
        return self._asked(method, path, query, json=document).json()

    def send(self, path: str, body: bytes) -> Any:
        """A file as it is."""
        return self._asked("POST", path, {}, content=body).json()

    def text(self, path: str, **query: str) -> str:
        return self._asked("GET", path, query).text

    def incident(self, name: str) -> str:
        """Its id, by that or by its key's. Raises Misuse where there is none for this token."""
        if name.startswith("inc-"):
            return quote(name, safe="")
        rows = self.ask("GET", "/incidents", q=name)["incidents"]
        found = next((row["id"] for row in rows if row["key_id"] == name), "")
        if not found:
            raise Misuse(f"there is no incident {name}", "`unleak --server URL incident list` shows which there are")
        return str(found)

    def _asked(self, method: str, path: str, query: dict[str, str], **body: Any) -> httpx.Response:
        try:
            answer = httpx.request(
                method, self._base + path, params=query, headers=self._headers, timeout=_SECONDS, **body
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CouldNotLook(
                f"the service cannot be reached ({type(error).__name__})", "look at its address and at the network"
            ) from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> UnleakError:
    try:
        said = answer.json()
        kind = _KINDS.get(said["reason"], CouldNotLook)
        return kind(str(said["said"]), str(said["next"]))
    except (ValueError, KeyError, TypeError):
        return CouldNotLook(f"the service answers with HTTP {answer.status_code}", "is that its address?")


def server_of(context: click.Context) -> Server:
    """As the command line, or UNLEAK_SERVER, names it."""
    return Server(str(context.find_root().params["server"]))
