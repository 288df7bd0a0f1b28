"""Whom to tell, and of what: the `[[notify]]` tables of unleak.toml, read into frozen settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from unleak.model.errors import Misuse
from unleak.model.occasion import Kind

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
OF_ALL = ("name", "kind", "occasions", "escalate")
OF_KIND: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "apprise": (frozenset({"url"}), frozenset()),
    "webhook": (frozenset({"url", "secret"}), frozenset()),
    "security_hub": (frozenset(), frozenset({"region"})),
    "committer": (frozenset({"url", "domains"}), frozenset()),
}
"""What each kind needs, and what it may have beside."""
SECRET = {"url", "secret"}
"""These may stand in the environment instead: `url_env` names the variable."""
_ESCALATE = (timedelta(minutes=15), timedelta(hours=1))
_LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NotifySetting:
    """One `[[notify]]`. What is in `values` may hold a secret, and is never printed.

    `missing`: variables that should hold a value and are not set. A containment is not kept from running by that; the
    channel says so when it is used.
    """

    name: str
    """What the channel is called, everywhere: a-z, 0-9, `-` and `_`."""
    kind: str
    """Which way: one of the kinds below."""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    domains: tuple[str, ...] = ()
    occasions: frozenset[Kind] = frozenset(Kind)
    """What it is told of; all, where it says none, and for `committer` that a key has leaked."""
    escalate: tuple[timedelta, ...] = _ESCALATE
    """After how many minutes what waits for a person is told again, ascending."""
    missing: tuple[str, ...] = ()


def read_notify(raw: object, environ: Mapping[str, str]) -> tuple[NotifySetting, ...]:
    """Raises Misuse that names the setting."""
    if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        raise Misuse("unleak.toml: notify is a list of tables", "write [[notify]] before each channel")
    settings = tuple(_one(table, environ) for table in raw)
    names = [s.name for s in settings]
    if twice := next((n for n in names if names.count(n) > 1), ""):
        raise Misuse(f"unleak.toml: two channels of notify are named {twice}", "give each a name of its own")
    return settings


def _one(table: Mapping[str, Any], environ: Mapping[str, str]) -> NotifySetting:
    name, kind = table.get("name"), table.get("kind")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Misuse("unleak.toml: a channel of notify has no proper name", 'write name = "on-call": a-z, 0-9, - and _')
    if not isinstance(kind, str) or kind not in OF_KIND:
        raise Misuse(f"unleak.toml: notify {name}: there is no such kind", f"known are: {', '.join(sorted(OF_KIND))}")
    needs, may = OF_KIND[kind]
    known = {*OF_ALL} | needs | may | {f"{v}_env" for v in needs & SECRET}
    if unknown := sorted(set(table) - known):
        raise Misuse(
            f"unleak.toml: notify {name}: unknown setting {unknown[0]}", f"known are: {', '.join(sorted(known))}"
        )
    values, missing = _values(name, table, (needs | may) - {"domains"}, needs, environ)
    domains = _domains(name, table.get("domains")) if "domains" in needs else ()
    first_only = frozenset({Kind.OPENED}) if kind == "committer" else frozenset(Kind)
    occasions = _occasions(name, table["occasions"]) if "occasions" in table else first_only
    escalate = _escalate(name, table["escalate"]) if "escalate" in table else _ESCALATE
    return NotifySetting(name, kind, values, domains, occasions, escalate, missing)


def _values(
    name: str, table: Mapping[str, Any], taken: frozenset[str], needs: frozenset[str], environ: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    values, missing = {}, []
    for setting in sorted(taken):
        variable = table.get(f"{setting}_env")
        value = environ.get(str(variable), "") if variable is not None else table.get(setting, "")
        if not isinstance(value, str):
            raise Misuse(f"unleak.toml: notify {name}: {setting} is a text", "put it in quotation marks")
        if not value and variable is not None:
            missing.append(str(variable))
        elif not value and setting in needs:
            raise Misuse(f"unleak.toml: notify {name} has no {setting}", f'write {setting}_env = "NAME_OF_A_VARIABLE"')
        values[setting] = value
    return values, tuple(missing)


def _domains(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(d, str) and d and "@" not in d for d in value):
        raise Misuse(f"unleak.toml: notify {name}: domains is a list", 'write domains = ["example.com"]')
    return tuple(d.lower() for d in value)


def _occasions(name: str, value: object) -> frozenset[Kind]:
    try:
        chosen = frozenset(Kind(o) for o in value) if isinstance(value, list) else frozenset()
    except ValueError:
        chosen = frozenset()
    if not chosen:
        raise Misuse(f"unleak.toml: notify {name}: occasions is a list", f"of: {', '.join(Kind)}")
    return chosen


def _escalate(name: str, value: object) -> tuple[timedelta, ...]:
    right = isinstance(value, list) and all(isinstance(m, int) and not isinstance(m, bool) and m > 0 for m in value)
    after = sorted({timedelta(minutes=min(m, 10**6)) for m in value}) if right and isinstance(value, list) else None
    if after is None or any(a > _LONGEST for a in after):
        raise Misuse(f"unleak.toml: notify {name}: escalate is a list of minutes", "write escalate = [15, 60]")
    return tuple(after)
