"""Entries as JSON and back. Secrets have no way through: the types that carry them refuse to be written."""

import json
from datetime import datetime
from typing import Any, Never, cast

from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union

from unleak.model.credential import SecretKey, SessionToken
from unleak.model.entry import Event
from unleak.model.evidence import Evidence


def _refuse(_: object) -> Never:
    raise TypeError("a secret must not be written to the record")


def _converter() -> Any:
    converter = make_converter(forbid_extra_keys=False)
    for secret in (SecretKey, SessionToken):
        converter.register_unstructure_hook(secret, _refuse)
    converter.register_unstructure_hook(datetime, lambda d: d.isoformat())
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    configure_tagged_union(Evidence, converter, tag_name="type")
    configure_tagged_union(Event, converter, tag_name="type")
    return converter


_CONVERTER = _converter()


def event_to_json(event: Event) -> str:
    return json.dumps(_CONVERTER.unstructure(event, unstructure_as=Event), separators=(",", ":"))


def event_from_json(text: str) -> Event:
    return cast("Event", _CONVERTER.structure(json.loads(text), Event))


def to_plain(thing: Any) -> Any:
    """Any model object as plain JSON values: what reports and `--format json` print."""
    return _CONVERTER.unstructure(thing)
