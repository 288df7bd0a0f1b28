"""`[service]` and `[hooks.*]` of unleak.toml: how `unleak serve` listens, and by what it knows its senders."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from unleak.model.address import keeps_to_itself
from unleak.model.errors import Misuse
from unleak.model.plan import Mode
from unleak.oidc_settings import OidcSettings, read_oidc

_FROM_ENVIRONMENT = "_env"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """`[service]`."""

    mode: Mode = Mode.QUARANTINE
    """Of an incident that a sender opens: how far it goes without a person."""
    two_persons: bool = False
    """What cannot be undone takes two persons' yes."""
    largest_message: int = 5_000_000
    """Bytes of one request."""
    slowest_seconds: float = 10.0
    """Until the body of a request must be there."""
    refusals_a_minute: int = 60
    """After so many an address hears nothing but `too_many`; what is signed, or shows a good token, is always heard."""
    requests_a_minute: int = 1200
    """Of one token, or one person's session."""
    url: str = ""
    """How the pages are reached from outside: `https://unleak.example.com`. Behind a proxy, set it; empty: as it is
    asked.
    """
    oidc: OidcSettings | None = None
    """Who vouches for people at the pages."""


Hooks = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Listening:
    """What the service needs to know. `hooks`: the settings of each sender, secrets among them, which never print."""

    service: ServiceSettings = ServiceSettings()
    hooks: Hooks = field(default_factory=dict, repr=False)


def read_listening(raw: Mapping[str, Any], environ: Mapping[str, str]) -> Listening:
    """Raises Misuse that names the setting."""
    return Listening(_service(raw.get("service", {}), environ), _hooks(raw.get("hooks", {}), environ))


def _service(raw: object, environ: Mapping[str, str]) -> ServiceSettings:
    if not isinstance(raw, dict):
        raise Misuse("unleak.toml: service is a table", "write [service]")
    defaults = ServiceSettings()
    known = {f.name: type(getattr(defaults, f.name)) for f in fields(ServiceSettings)}
    for name, value in raw.items():
        if name not in known:
            raise Misuse(f"unleak.toml: unknown setting service.{name}", f"known are: {', '.join(known)}")
        if name != "oidc":
            _check(name, value, known[name])
    made: dict[str, Any] = {"mode": Mode(raw["mode"])} if "mode" in raw else {}
    if "oidc" in raw:
        made["oidc"] = read_oidc(raw["oidc"], environ)
    return ServiceSettings(**raw | made)


def _check(name: str, value: object, kind: type) -> None:
    if kind is Mode:
        if value not in list(Mode):
            raise Misuse(f"unleak.toml: service.{name} is no mode", f"there are {', '.join(Mode)}")
        return
    if kind is str:
        _check_address(name, value)
        return
    number = not isinstance(value, bool) and isinstance(value, int | float) and value > 0
    fits = isinstance(value, bool) if kind is bool else number and (kind is float or isinstance(value, int))
    if not fits:
        wanted = "true or false" if kind is bool else "a number above 0"
        raise Misuse(f"unleak.toml: service.{name} is {wanted}", "see docs/configuration.md")


def _check_address(name: str, value: object) -> None:
    parts = urlsplit(value) if isinstance(value, str) and keeps_to_itself(value) else None
    if parts is None or parts.path or parts.query or parts.fragment:
        raise Misuse(f"unleak.toml: service.{name} is no https address of a host", "write https://unleak.example.com")


def _hooks(raw: object, environ: Mapping[str, str]) -> Hooks:
    if not isinstance(raw, dict) or not all(isinstance(s, dict) for s in raw.values()):
        raise Misuse("unleak.toml: hooks are tables", "write [hooks.github]")
    return {sender: _settings(sender, settings, environ) for sender, settings in raw.items()}


def _settings(sender: str, raw: Mapping[str, object], environ: Mapping[str, str]) -> Mapping[str, str]:
    """`secret_env = "NAME"` is `secret` with the value of that variable; a list is joined by spaces."""
    settings: dict[str, str] = {}
    for name, value in raw.items():
        text = " ".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        if not isinstance(text, str) or not text:
            raise Misuse(f"unleak.toml: hooks.{sender}.{name} is a text or a list of texts", "see docs/intake.md")
        if name.endswith(_FROM_ENVIRONMENT):
            settings[name.removesuffix(_FROM_ENVIRONMENT)] = _variable(f"hooks.{sender}.{name}", text, environ)
        else:
            settings[name] = text
    return settings


def _variable(setting: str, name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise Misuse(f"unleak.toml: {setting} names {name}, which is not set", f"set {name} to the secret")
    return value
