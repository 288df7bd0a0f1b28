"""Small files from elsewhere: key sets and certificates of senders, a topic's confirmation, what a provider says."""

import ssl
import time
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

import httpx

from unleak.model.address import keeps_to_itself
from unleak.model.errors import CouldNotLook

_MOST = 1_000_000
_SECONDS = 5.0
_ALL_SECONDS = 10.0


def fetch(url: str) -> bytes:
    """Over https, without being led elsewhere. Raises CouldNotLook."""
    if urlsplit(url).scheme != "https":
        raise CouldNotLook("only https is fetched", "give an https address")
    status, body = ask(url)
    if status != httpx.codes.OK:
        raise _failed(url, f"HTTP {status}")
    return body


def ask(url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Over https, or on this machine; posts `form`, where there is one. The status and the body, of whatever answers at
    just this address. Raises CouldNotLook.
    """
    if not keeps_to_itself(url):
        raise CouldNotLook("only https is fetched", "give an https address")
    method, leaves = "GET" if form is None else "POST", urlsplit(url).scheme == "https"
    try:
        with (
            httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=leaves, verify=_trusted()) as client,
            client.stream(method, url, data=form, headers=headers) as response,
        ):
            return response.status_code, _read(url, response)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failed(url, type(error).__name__) from error


@cache
def _trusted() -> ssl.SSLContext:
    """Reading every authority there is takes longer than most answers."""
    return httpx.create_ssl_context()


def _read(url: str, response: httpx.Response) -> bytes:
    held, ends = b"", time.monotonic() + _ALL_SECONDS
    for piece in response.iter_bytes():
        held += piece
        if len(held) > _MOST:
            raise _failed(url, "it is too large")
        if time.monotonic() > ends:
            raise _failed(url, "it is too slow")
    return held


def _failed(url: str, why: str) -> CouldNotLook:
    return CouldNotLook(f"{urlsplit(url).hostname} did not answer as it should: {why}", "look at the network")
