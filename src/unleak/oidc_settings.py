"""`[service.oidc]` of unleak.toml: who vouches for the people at the pages, and what they may do there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from unleak.model.address import keeps_to_itself
from unleak.model.errors import Misuse
from unleak.model.role import Role

TEXTS = {"issuer": "", "client_id": "", "scopes": "openid email profile", "name_claim": "email"}
TEXTS |= {"roles_claim": "groups", "default_role": "", "client_secret": "", "client_secret_env": ""}
KNOWN = [*TEXTS, "roles", "accounts", "admins"]
_SHORTEST_SECRET = 16
_ACCOUNT = re.compile(r"[0-9]{12}")
_HELP = "see docs/serve.md"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`[service.oidc]`."""

    issuer: str
    """Just as the provider's description says it: `ISSUER/.well-known/openid-configuration`."""
    client_id: str
    """What the provider calls this client."""
    client_secret: str = field(repr=False)
    """What it is known by there, at least 16 characters; `client_secret_env` names a variable that holds it."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    """What is asked for, in one text with spaces between; `openid` must be there."""
    name_claim: str = "email"
    """The claim that is a person's name in the record."""
    roles_claim: str = "groups"
    """The claim, a text or a list of texts, that tells a person's groups."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """A table: a value of that claim, and the role that it gives."""
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """A table: a value of that claim, and all accounts that are seen by it; without an entry, every one."""
    admins: tuple[str, ...] = ()
    """Names of those who are admins whatever their groups are."""
    default_role: Role | None = None
    """Of whoever has none by these; without it they are refused."""


def read_oidc(raw: object, environ: Mapping[str, str]) -> OidcSettings:
    """Raises Misuse that names the setting."""
    if not isinstance(raw, dict):
        raise Misuse("unleak.toml: service.oidc is a table", "write [service.oidc]")
    if unknown := sorted(set(raw) - set(KNOWN)):
        raise Misuse(f"unleak.toml: unknown setting service.oidc.{unknown[0]}", f"known are: {', '.join(KNOWN)}")
    texts = {name: _text(name, raw.get(name, default)) for name, default in TEXTS.items()}
    default_role = _role("default_role", texts["default_role"]) if texts["default_role"] else None
    settings = OidcSettings(
        _issuer(texts["issuer"]),
        _said("client_id", texts["client_id"]),
        _secret(texts, environ),
        tuple(texts["scopes"].split()),
        _said("name_claim", texts["name_claim"]),
        _said("roles_claim", texts["roles_claim"]),
        {group: _role(f"roles.{group}", role) for group, role in _table("roles", raw).items()},
        {group: _accounts(f"accounts.{group}", listed) for group, listed in _table("accounts", raw).items()},
        _list("admins", raw.get("admins", [])),
        default_role,
    )
    _check(settings)
    return settings


def _check(settings: OidcSettings) -> None:
    if "openid" not in settings.scopes:
        raise Misuse("unleak.toml: service.oidc.scopes lacks openid", 'write scopes = "openid email profile"')
    if not (settings.roles or settings.admins or settings.default_role):
        raise Misuse("unleak.toml: service.oidc lets nobody in", "set roles, admins or default_role")
    if lost := sorted(set(settings.accounts) - set(settings.roles)):
        raise Misuse(f"unleak.toml: service.oidc.accounts.{lost[0]} has no role", f"give it one in roles; {_HELP}")


def _issuer(url: str) -> str:
    if not keeps_to_itself(url) or "?" in url or "#" in url:
        raise Misuse("unleak.toml: service.oidc.issuer is an https address", f"copy it from your provider; {_HELP}")
    return url


def _secret(texts: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """What travels in the browser meanwhile is sealed with it: it must not be one that can be guessed."""
    secret, variable = texts["client_secret"], texts["client_secret_env"]
    if variable:
        secret = environ.get(variable, "")
        if not secret:
            said = f"unleak.toml: service.oidc.client_secret_env names {variable}, which is not set"
            raise Misuse(said, f"set {variable} to the secret")
    if len(secret) < _SHORTEST_SECRET:
        raise Misuse(
            f"unleak.toml: service.oidc.client_secret has fewer than {_SHORTEST_SECRET} characters",
            "take the one that your provider has made",
        )
    return secret


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Misuse(f"unleak.toml: service.oidc.{name} is a text", "put it in quotation marks")
    return value


def _said(name: str, value: str) -> str:
    if not value:
        raise Misuse(f"unleak.toml: service.oidc.{name} is missing", _HELP)
    return value


def _table(name: str, raw: Mapping[str, Any]) -> Mapping[str, object]:
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise Misuse(f"unleak.toml: service.oidc.{name} is a table", f"write [service.oidc.{name}]")
    return value


def _list(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise Misuse(f"unleak.toml: service.oidc.{name} is a list of texts", _HELP)
    return tuple(value)


def _role(name: str, value: object) -> Role:
    if value not in list(Role):
        raise Misuse(f"unleak.toml: service.oidc.{name} is no role", f"there are {', '.join(Role)}")
    return Role(str(value))


def _accounts(name: str, value: object) -> tuple[str, ...]:
    """None would be every one."""
    listed = _list(name, value)
    if not listed or not all(_ACCOUNT.fullmatch(account) for account in listed):
        raise Misuse(f"unleak.toml: service.oidc.{name} is a list of accounts", "an account's number has twelve digits")
    return listed
