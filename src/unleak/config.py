"""unleak.toml and the environment, read once into a frozen Config."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unleak.model.errors import Misuse
from unleak.notify_settings import NotifySetting, read_notify
from unleak.service_config import Listening, read_listening


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """How to reach one account: a profile of the AWS configuration, or a role to assume from the current identity.

    `region`: where it is asked first, for an account of another partition (us-gov-west-1, cn-north-1).
    """

    profile: str = ""
    role_arn: str = ""
    external_id: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationAccess:
    """Every account of an organisation, through a role of one name in each; `accounts` that are named go before it.

    `management` is the account that lists them, empty for that of the current identity.
    """

    role: str
    management: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """`home` holds the record, unless `database` (a URL of PostgreSQL) does. `stop`: change nothing anywhere (the
    global stop switch).

    `principals_per_hour`: how many principals and keys may be touched in an hour before a person must look.
    `regions`: where to look; empty means every region that the account has enabled. `trails`: where the calls are, as
    `unleak investigate --trail` takes them. `lookups_a_second`: how often an account's event history is asked, in each
    region; AWS allows two, 0 means without a pause. `notify`: whom to tell. `listening`: what `unleak serve` is told.
    """

    home: Path
    database: str = ""
    profile: str = ""
    region: str = "us-east-1"
    stop: bool = False
    principals_per_hour: int = 50
    regions: tuple[str, ...] = ()
    accounts: Mapping[str, AccountAccess] = field(default_factory=dict)
    organization: OrganizationAccess | None = None
    trails: tuple[str, ...] = ()
    lookups_a_second: float = 2
    listening: Listening = field(default_factory=Listening)
    notify: tuple[NotifySetting, ...] = ()

    @classmethod
    def nowhere(cls) -> "Config":
        """For what looks at a key by itself, and keeps nothing."""
        return cls(Path(os.devnull))

    @property
    def record_url(self) -> str:
        return self.database or f"sqlite:///{self.home / 'unleak.db'}"


_ACCOUNT_DIGITS = 12
_REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}")
_KNOWN = {
    "home",
    "database",
    "region",
    "stop",
    "principals_per_hour",
    "regions",
    "accounts",
    "organization",
    "trails",
    "lookups_a_second",
    "service",
    "hooks",
    "notify",
}


def load_config(path: Path | None = None, environ: Mapping[str, str] = os.environ, profile: str = "") -> Config:
    """Reads `path`, or UNLEAK_CONFIG, or ./unleak.toml if it is there. Raises Misuse on what it does not know."""
    raw = _read(path or _found(environ))
    unknown = set(raw) - _KNOWN
    if unknown:
        raise Misuse(
            f"unleak.toml: unknown setting {', '.join(sorted(unknown))}", f"known are: {', '.join(sorted(_KNOWN))}"
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
        limit = int(environ.get("UNLEAK_PRINCIPALS_PER_HOUR", raw.get("principals_per_hour", 50)))
    except (TypeError, ValueError) as error:
        raise Misuse(f"unleak.toml: {error}", "see docs/configuration.md") from error
    return Config(
        home=Path(environ.get("UNLEAK_HOME", raw.get("home", _default_home(environ)))).expanduser(),
        database=environ.get("UNLEAK_DATABASE", str(raw.get("database", ""))),
        profile=profile or environ.get("AWS_PROFILE", ""),
        region=check_region(
            environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or raw.get("region", "us-east-1")
        ),
        stop=_flag(environ.get("UNLEAK_STOP"), default=bool(raw.get("stop", False))),
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


def _default_home(environ: Mapping[str, str]) -> str:
    return f"{environ.get('XDG_STATE_HOME', '~/.local/state')}/unleak"


def _flag(text: str | None, *, default: bool) -> bool:
    """Anything but a clear no stops: a safety switch does not fail open."""
    if text is None:
        return default
    return text.strip().lower() not in {"", "0", "no", "false", "off"}
