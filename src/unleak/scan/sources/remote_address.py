"""Addresses of repositories that are elsewhere: which ones are taken, and what of them may be shown."""

import os
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from unleak.model.errors import Misuse

SCHEMES = ("https", "ssh", "git", "file")
_FORMS = "give https://HOST/PATH, ssh://HOST/PATH, git://HOST/PATH, file:///PATH or USER@HOST:PATH"
# As git tells them apart: a colon before any slash; one letter before it is a drive.
_SCP = re.compile(r"(?:(?P<user>[^@/:\s]+)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]{2,}):(?P<path>[^:\s].*)")
_HELPER = re.compile(r"[A-Za-z0-9][\w+.-]*::")
_SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class Login:
    """What the host of an address is shown, and no other host. Never prints."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is what git is given: over https without a login, which is apart. `shown` never has any.

    `origin` is scheme and host for https, otherwise empty. `hidden` is what git's words must be rid of.
    """

    url: str = field(repr=False)
    shown: str
    login: Login | None = None
    origin: str = ""
    hidden: tuple[str, ...] = field(default=(), repr=False)


def is_remote(text: str) -> bool:
    """Whether this is the address of a repository rather than a path: what exists here is a path."""
    try:
        if os.path.lexists(text):
            return False
    except ValueError:
        return False
    return "://" in text or bool(_HELPER.match(text) or _SCP.fullmatch(text))


def without_login(url: str) -> str:
    """For people: without user, password, query and fragment."""
    if "://" in url:
        scheme, _, rest = url.partition("://")
        netloc, path = _split(rest)
        return f"{scheme}://{netloc.rpartition('@')[2]}{re.split('[?#]', path, maxsplit=1)[0]}"
    host, colon, path = url.partition(":")
    return host.rpartition("@")[2] + colon + path


def address_of(url: str, login: Login | None = None) -> Address:
    """`login` goes before one in the address. Raises Misuse, without a login in it, for what is not taken."""
    if not url.isprintable() or url.startswith("-"):
        raise Misuse("that is no address of a repository", _FORMS)
    if "://" in url:
        return _of_url(url, login)
    helper, scp = _HELPER.match(url), _SCP.fullmatch(url)
    if helper or not scp:
        raise Misuse(f"{helper.group() if helper else 'that'} is no kind of address that unleak takes", _FORMS)
    _check_dashes(scp["user"] or "", scp["host"], scp["path"])
    return Address(url, without_login(url), hidden=(f"{scp['user']}@",) if scp["user"] else ())


def _of_url(url: str, login: Login | None) -> Address:
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    if scheme not in SCHEMES:
        raise Misuse(f"{scheme.rpartition('@')[2]}:// is no kind of address that unleak takes", _FORMS)
    netloc, path = _split(rest)
    userinfo, _, host = netloc.rpartition("@")
    _check_dashes(userinfo, host)
    _check_host(scheme, host)
    if scheme == "https":
        login = login or _login_in(userinfo)
        hidden = tuple(s for s in (login.password, login.user) if len(s) >= _SHORTEST_SECRET) if login else ()
        return Address(f"https://{host}{path}", without_login(url), login, f"https://{host}", hidden)
    if userinfo and (":" in userinfo or scheme != "ssh"):
        raise Misuse(f"{scheme}:// takes no password", "use an ssh key, or https with a credential helper")
    return Address(f"{scheme}://{rest}", without_login(url), hidden=(f"{userinfo}@",) if userinfo else ())


def _split(rest: str) -> tuple[str, str]:
    """Host with what is before it, and the path with its slash."""
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return rest[:end], rest[end:]


def _login_in(userinfo: str) -> Login | None:
    user, _, password = map(unquote, userinfo.partition(":"))
    if not (user + password).isprintable():
        raise Misuse("there are control characters in the user or password of the address", "percent-encode it anew")
    return Login(user, password) if userinfo else None


def _check_host(scheme: str, host: str) -> None:
    try:
        urlsplit(f"{scheme}://{host}").port  # noqa: B018  raises where it is no number
    except ValueError as error:
        raise Misuse("the host of the address is malformed", _FORMS) from error
    if not host and scheme != "file":
        raise Misuse("there is no host in the address", _FORMS)


def _check_dashes(*parts: str) -> None:
    """What ssh or another program would take for an option."""
    if any(part.startswith("-") for part in parts):
        raise Misuse("no part of an address may begin with a dash", _FORMS)
