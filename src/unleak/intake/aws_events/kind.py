"""One kind of AWS's events, by its content: what it says of keys, whichever way it came."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from unleak.intake.scanner_reports.fields import place_of, text_at
from unleak.intake.scanner_reports.parts import parts_of
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Sighting
from unleak.intake.words import account, region
from unleak.model.alert import Ground

_NO_KEY = "it names a key that is none of AWS's form"


@dataclass(frozen=True, slots=True)
class Content:
    """`reason` is what AWS says, in words; `ground` what that is worth for the keys that it names."""

    ground: Ground
    reason: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`source` is of EventBridge: only AWS may put events of a source that begins with `aws.` on a bus.

    `read` raises nothing: what it cannot read, it passes over.
    """

    id: str
    title: str
    source: str
    detail_types: frozenset[str]
    references: tuple[str, ...]
    read: Callable[[Any], Content]

    def recognises(self, event: Any) -> bool:
        return text_at(event, "source") == self.source and text_at(event, "detail-type") in self.detail_types


def where(event: Any) -> str:
    """The account and region that an event is of, in words."""
    parts = [
        f"account {account(text_at(event, 'account'))}" if account(text_at(event, "account")) else "",
        region(text_at(event, "region")),
    ]
    return ", ".join(p for p in parts if p)


def passed(what: str, why: str) -> tuple[Item, ...]:
    return (PassedOver(what, why),)


def keys_named(what: str, ids: Iterable[str], url: str = "", *, public: bool | None = None) -> tuple[Item, ...]:
    """Each once. AWS masks ids in some events, and makes samples of others."""
    return tuple(
        Sighting(place_of(url, 1), one, public=public) if parts_of(one).ids else PassedOver(what, _NO_KEY)
        for one in dict.fromkeys(ids)
    )
