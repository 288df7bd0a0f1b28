"""Where the service is heard of from outside."""

import re
from urllib.parse import urlsplit

from unleak.model.errors import Misuse


def hook_of(service_url: str, sender: str) -> str:
    """Where a sender posts to. Raises Misuse for what is no plain https address."""
    parts = urlsplit(service_url)
    odd = parts.query or parts.fragment or parts.username or not re.fullmatch(r"[A-Za-z0-9.:/_-]+", service_url)
    if parts.scheme != "https" or not parts.hostname or odd:
        raise Misuse("the service's address is none that others can post to", "write https://HOST")
    return f"{service_url.rstrip('/')}/hooks/{sender}"
