"""What the record of an incident holds: every event, every kind of evidence, and what they are made of."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from inspect import cleandoc
from typing import Any, get_args

from generator.declared import in_words, kinds, reached
from generator.page import codes, page, paragraphs, table, wrapped
from unleak.model.entry import FROM_OUTSIDE, Event
from unleak.model.evidence import Evidence

_EVENTS, _EVIDENCE = get_args(Event), get_args(Evidence)
_PARTS = sorted(reached(Event) - {*_EVENTS, *_EVIDENCE}, key=lambda kind: kind.__name__)
_OF_EVIDENCE = [p for p in _PARTS if p.__module__ == _EVIDENCE[0].__module__]
_OF_EVENTS = [p for p in _PARTS if p not in _OF_EVIDENCE]


def pages() -> dict[str, str]:
    return {"events.md": page("Events of the record", _events()), "evidence.md": page("Evidence", _evidence())}


def _events() -> Iterator[str]:
    yield from wrapped(
        "The record of an incident is a list of entries that only grows. Each is numbered (`seq`), dated (`at`) and "
        "holds one event; its kind is its `type` where the record is written. `unleak incident show --log` tells them."
    )
    yield ""
    links = {Evidence: "evidence.md", **_links("", [*_EVENTS, *_OF_EVENTS])}
    links |= _links("evidence.md", [*_EVIDENCE, *_OF_EVIDENCE])
    for kind in _EVENTS:
        yield from _told(kind, links)
        if kind in FROM_OUTSIDE:
            yield from ("Somebody else than the loop writes it: there may be something to do now.", "")
    yield from ("## What they are made of", "")
    for kind in _OF_EVENTS:
        yield from _told(kind, links, "###")


def _evidence() -> Iterator[str]:
    yield from wrapped(
        "What [checks](checks.md) bring home, in entries of the kind [Checked](events.md#checked): what the playbook "
        "and the reports read."
    )
    yield ""
    links = _links("", [*_EVIDENCE, *_OF_EVIDENCE]) | _links("events.md", [*_EVENTS, *_OF_EVENTS])
    for kind in (*_EVIDENCE, *_OF_EVIDENCE):
        yield from _told(kind, links)


def _links(page_name: str, among: Iterable[type]) -> dict[Any, str]:
    return {kind: f"{page_name}#{kind.__name__.lower()}" for kind in among}


def _told(kind: type, links: Mapping[Any, str], below: str = "##") -> Iterator[str]:
    yield from (f"{below} {kind.__name__}", "", *paragraphs(_promise(kind)))
    if issubclass(kind, StrEnum):
        yield from (*wrapped(f"One of {codes(one.value for one in kind)}."), "")
        return
    rows = ((f"`{name}`", in_words(of, links)) for name, of in kinds(kind).items())
    yield from (*table("Field", "Kind", rows=rows), "")


def _promise(kind: type) -> str:
    """Its docstring; what Python writes where there is none promises nothing."""
    said = cleandoc(kind.__doc__ or "")
    return "" if said.startswith(f"{kind.__name__}(") or said == cleandoc(StrEnum.__doc__ or "") else said
