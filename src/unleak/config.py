"""unleak.toml and the environment, read once into a frozen Config."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from unleak.model.errors import Misuse
from unleak.notify_settings import NotifySetting, read_notify
from unleak.service_config import Listening, read_listening


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """How to reach one account: a profile of the AWS configuration, or a role to assume from the current identity."""

    profile: str = ""
    """A profile of the AWS configuration that leads to this account."""
    role_arn: str = ""
    """The role to assume there, from the current identity."""
    external_id: str = ""
    """What the role's trust policy wants to be told."""
    region: str = ""
    """Where the account is asked first: for one of another partition (us-gov-west-1, cn-north-1)."""


@dataclass(frozen=True, slots=True)
class OrganizationAccess:
    """Every account of an organisation, through a role of one name in each; `accounts` that are named go before it."""

    role: str
    """The name of the role, the same in every member."""
    management: str = ""
    """The account that lists the members; empty: that of the current identity."""
    external_id: str = ""
    """What the roles' trust policies want to be told."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `unleak` is told beside its command line. What stands here is what it means."""

    home: Path
    """The folder of the record, unless `database` holds it. By default `$XDG_STATE_HOME/unleak`, else
    `~/.local/state/unleak`.
    """
    database: str = ""
    """URL of PostgreSQL that holds the record and the queue; empty: SQLite in `home`."""
    profile: str = ""
    region: str = "us-east-1"
    """The region of clients that name none, and of the first calls."""
    stop: bool = False
    """The stop switch: nothing is changed anywhere. In the environment everything counts as on but an empty text, `0`,
    `no`, `false` and `off`.
    """
    principals_per_hour: int = 50
    """How many principals and keys may be touched within an hour, before a person must look."""
    regions: tuple[str, ...] = ()
    """Where to look; empty: every region that the account has enabled."""
    accounts: Mapping[str, AccountAccess] = field(default_factory=dict)
    """How to reach an account, by its number."""
    organization: OrganizationAccess | None = None
    """How to reach every member of an organisation."""
    trails: tuple[str, ...] = ()
    """Where the calls are, as `unleak investigate --trail` takes them: files, `s3://`, `athena://`, `event-history`;
    empty: the event history.
    """
    lookups_a_second: float = 2
    """How often an account's event history is asked, in each region; AWS allows two. 0: without a pause."""
    listening: Listening = field(default_factory=Listening)
    notify: tuple[NotifySetting, ...] = ()
    """A table for each channel by which people are told."""

    @classmethod
    def nowhere(cls) -> "Config":
        """For what looks at a key by itself, and keeps nothing."""
        return cls(Path(os.devnull))

    @property
    def record_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'unleak.db'}"


VARIABLES: Mapping[str, tuple[str, ...]] = {
    "home": ("UNLEAK_HOME",),
    "database": ("UNLEAK_DATABASE",),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "stop": ("UNLEAK_STOP",),
    "principals_per_hour": ("UNLEAK_PRINCIPALS_PER_HOUR",),
}
"""What the environment says goes before the file; of several variables, the first that is not empty."""
_ACCOUNT_DIGITS = 12
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}")
KNOWN = {f.name for f in fields(Config)} - {"profile", "listening"} | {"service", "hooks"}


def load_config(path: Path | None = None, environ: Mapping[str, str] = os.environ, profile: str = "") -> Config:
    """Reads `path`, or UNLEAK_CONFIG, or ./unleak.toml if it is there. Raises Misuse on what it does not know."""
    raw = _read(path or _found(environ))
    unknown = set(raw) - KNOWN
    if unknown:
        raise Misuse(
            f"unleak.toml: unknown setting {', '.join(sorted(unknown))}", f"known are: {', '.join(sorted(KNOWN))}"
        )
    regions = raw.get("regions", [])
    if not isinstance(regions, list) or not all(isinstance(r, str) for r in regions):
        raise Misuse("unleak.toml: regions must be a list", 'write regions = ["us-east-1"]')
    trails = raw.get("trails", [])
    if not isinstance(trails, list) or not all(isinstance(t, str) for t in trails):
        raise Misuse("unleak.toml: trails must be a list", 'write trails = ["s3://my-trail"]')
    _check(raw)
    try:
        accounts = {number: AccountAccess(**how) for number, how in raw.get("accounts", {}).items()}
        organization = OrganizationAccess(**raw["organization"]) if "organization" in raw else None
        limit = int(_said("principals_per_hour", raw, environ, 50))
    except (TypeError, ValueError) as error:
        raise Misuse(f"unleak.toml: {error}", "see docs/configuration.md") from error
    return Config(
        home=Path(_said("home", raw, environ, default_home(environ))).expanduser(),
        database=str(_said("database", raw, environ, "")),
        profile=profile or environ.get("AWS_PROFILE", ""),
        region=check_region(_said("region", raw, environ, "us-east-1")),
        stop=_is_on(_said("stop", raw, environ, default=False)),
        principals_per_hour=limit,
        regions=tuple(regions),
        accounts=accounts,
        organization=organization,
        trails=tuple(trails),
        lookups_a_second=_positive(raw.get("lookups_a_second", 2)),
        listening=read_listening(raw, environ),
        notify=read_notify(raw.get("notify", []), environ),
    )


def _check(raw: Mapping[str, Any]) -> None:
    """Raises Misuse that names the setting."""
    if not isinstance(raw.get("stop", False), bool):
        raise Misuse("unleak.toml: stop is true or false", "write stop = false")
    if not isinstance(raw.get("principals_per_hour", 1), int):
        raise Misuse("unleak.toml: principals_per_hour is a number", "write principals_per_hour = 50")
    for number in raw.get("accounts", {}):
        if not (number.isdecimal() and len(number) == _ACCOUNT_DIGITS):
            raise Misuse(
                f"unleak.toml: account {number} is no account number", "it has twelve digits, in quotation marks"
            )


def _positive(value: object) -> float:
    """Raises Misuse for what is no number that one can wait by."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise Misuse("unleak.toml: lookups_a_second is a number", "write lookups_a_second = 2")
    return float(value)


def check_region(region: str) -> str:
    """Raises Misuse for what is no region's name."""
    if not _REGION.fullmatch(region):
        raise Misuse(f"{region!r} is no region of AWS", "write it like eu-central-1")
    return region


def _found(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("UNLEAK_CONFIG"):
        return Path(named)
    here = Path("unleak.toml")
    return here if here.is_file() else None


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misuse(f"cannot read {path}: {error.strerror}", "check UNLEAK_CONFIG or --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"{path} is not valid TOML: {error}", "mend that line") from error


def default_home(environ: Mapping[str, str]) -> str:
    return f"{environ.get('XDG_STATE_HOME', '~/.local/state')}/unleak"


def _said(name: str, raw: Mapping[str, Any], environ: Mapping[str, str], default: Any) -> Any:
    """An empty variable counts too, unless another one may be asked."""
    variables = VARIABLES[name]
    told = [environ[v] for v in variables if environ.get(v) or (v in environ and len(variables) == 1)]
    return told[0] if told else raw.get(name, default)


def _is_on(said: str | bool) -> bool:  # noqa: FBT001  the file says it so, the environment in words
    """Anything but a clear no stops: a safety switch does not fail open."""
    return said if isinstance(said, bool) else said.strip().lower() not in {"", "0", "no", "false", "off"}
