"""Every setting of unleak.toml, from the dataclasses that it is read into."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from generator.declared import default_of, in_words, kinds, meanings
from generator.page import codes, page, table, wrapped
from unleak.config import VARIABLES, AccountAccess, Config, OrganizationAccess, default_home
from unleak.intake.senders import SENDERS
from unleak.notify.channels import CHANNELS
from unleak.notify_settings import OF_ALL, NotifySetting
from unleak.oidc_settings import TEXTS, OidcSettings
from unleak.service_config import ServiceSettings


@dataclass(frozen=True, slots=True)
class Section:
    """A table of unleak.toml. `variables` go before the file; `kinds` and `defaults` are those of fields that are
    written otherwise than they are kept.
    """

    heading: str
    about: str
    of: type
    keys: tuple[str, ...]
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


def _keys(kind: type, *, but: Iterable[str] = ()) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in but)


_TABLE = {"accounts": "tables `[accounts.NUMBER]`", "organization": "table", "notify": "tables `[[notify]]`"}
SECTIONS = (
    Section(
        "The file itself", "", Config, _keys(Config, but=("profile", "listening")), VARIABLES, _TABLE,
        {"home": f"`{default_home({})}`"},
    ),
    Section('`[accounts."111122223333"]`', "How to reach that account.", AccountAccess, _keys(AccountAccess)),
    Section("`[organization]`", "How to reach every account of it.", OrganizationAccess, _keys(OrganizationAccess)),
    Section(
        "`[service]`", "What `unleak serve` allows.", ServiceSettings, _keys(ServiceSettings), {}, {"oidc": "table"},
        {"url": "as it is asked"},
    ),
    Section(
        "`[service.oidc]`", "Who vouches for people at the pages: [signing in](../serve.md#signing-in).", OidcSettings,
        _keys(OidcSettings), {"client_secret": ("what `client_secret_env` names",)}, {"scopes": "text"},
        {name: f"`{text}`" for name, text in TEXTS.items() if text},
    ),
    Section(
        "`[[notify]]`", "A channel by which people are told: [notify](../notify.md).", NotifySetting, OF_ALL, {},
        {"kind": codes(CHANNELS)}, {"name": "", "kind": ""},
    ),
)  # fmt: skip


def pages() -> dict[str, str]:
    return {"settings.md": page("Settings", _lines())}


def _lines() -> Iterator[str]:
    yield from wrapped(
        "All that `unleak.toml` may say; [configuration](../configuration.md) is the guide. The command line goes "
        "before the environment, and the environment before the file. What has no default must be said."
    )
    for section in SECTIONS:
        yield from ("", f"## {section.heading}", "")
        if section.about:
            yield from (section.about, "")
        yield from table("Setting", "Meaning", "Kind", "Default", rows=_rows(section))
    yield from ("", "Each kind of channel has settings of its own: [channels](channels.md).", "")
    yield from (
        "## `[hooks.SENDER]`",
        "",
        "What `unleak serve` knows a sender by. A name that ends with `_env` names a",
    )
    yield from ("variable that holds the value.", "")
    rows = ((f"[`hooks.{s.id}`](senders.md#{s.id})", codes(s.needs), codes(s.takes)) for s in SENDERS)
    yield from table("Sender", "Needs", "May have", rows=rows)


def _rows(section: Section) -> Iterator[tuple[str, ...]]:
    declared = {f.name: f for f in fields(section.of)}
    annotations: Mapping[str, Any] = kinds(section.of)
    told = meanings(section.of)
    for key in section.keys:
        kind = section.kinds.get(key) or in_words(annotations[key])
        default = section.defaults.get(key, default_of(declared[key]))
        variables = ", ".join(v if " " in v else f"`{v}`" for v in section.variables.get(key, ()))
        elsewhere = f" In the environment: {variables}." if variables else ""
        yield f"`{key}`", told[key] + elsewhere, kind, default
