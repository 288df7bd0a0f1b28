"""Small public files from elsewhere: key sets and certificates of senders, and a topic's confirmation."""

from urllib.parse import urlsplit

import httpx

from unleak.model.errors import CouldNotLook

_MOST = 1_000_000
_SECONDS = 5.0


def fetch(url: str) -> bytes:
    """Over https, without being led elsewhere. Raises CouldNotLook."""
    if urlsplit(url).scheme != "https":
        raise CouldNotLook("only https is fetched", "give an https address")
    try:
        with httpx.stream("GET", url, timeout=_SECONDS, follow_redirects=False) as response:
            if response.status_code != httpx.codes.OK:
                raise _failed(url, f"HTTP {response.status_code}")
            return _read(url, response)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failed(url, type(error).__name__) from error


def _read(url: str, response: httpx.Response) -> bytes:
    held = b""
    for piece in response.iter_bytes():
        held += piece
        if len(held) > _MOST:
            raise _failed(url, "it is too large")
    return held


def _failed(url: str, why: str) -> CouldNotLook:
    return CouldNotLook(f"{urlsplit(url).hostname} did not answer as it should: {why}", "look at the network")
