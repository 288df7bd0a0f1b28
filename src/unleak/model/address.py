"""Addresses that something is sent to."""

import ipaddress
from urllib.parse import urlsplit


def keeps_to_itself(url: str) -> bool:
    """Whether nobody on the way hears what is said there: https, or http that does not leave this machine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
