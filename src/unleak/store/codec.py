"""Entries as JSON and back. Secrets have no way through: the types that carry them refuse to be written."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Never, TypeVar, cast, get_type_hints

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union

from unleak.model.credential import SecretKey, SessionToken
from unleak.model.entry import Event
from unleak.model.evidence import Evidence
from unleak.model.value import Value, fields_of

T = TypeVar("T")


def _refuse(_: object) -> Never:
    raise TypeError("a secret must not be written to the record")


def _is_value(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Value)


def _writing(kind: Any, converter: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: converter.unstructure(getattr(value, name)) for name in fields_of(kind)}


def _reading(kind: Any, converter: Any) -> Callable[[Any, Any], Any]:
    """Fields that an older version did not write have their defaults."""
    types = get_type_hints(kind)
    return lambda raw, _: kind(**{n: converter.structure(raw[n], types[n]) for n in fields_of(kind) if n in raw})


def _converter() -> Any:
    converter = make_converter(forbid_extra_keys=False)
    converter.register_unstructure_hook_factory(_is_value, lambda kind: _writing(kind, converter))
    converter.register_structure_hook_factory(_is_value, lambda kind: _reading(kind, converter))
    for secret in (SecretKey, SessionToken):
        converter.register_unstructure_hook(secret, _refuse)
    converter.register_unstructure_hook(datetime, lambda d: d.isoformat())
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    configure_tagged_union(Evidence, converter, tag_name="type")
    configure_tagged_union(Event, converter, tag_name="type")
    return converter


_CONVERTER = _converter()


def event_to_plain(event: Event) -> dict[str, Any]:
    """As JSON values."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(event, unstructure_as=Event))


def event_from_plain(plain: Any) -> Event:
    return cast("Event", _CONVERTER.structure(plain, Event))


def event_to_json(event: Event) -> str:
    return to_text(event_to_plain(event))


def event_from_json(text: str) -> Event:
    return event_from_plain(json.loads(text))


def to_text(plain: Any) -> str:
    return json.dumps(plain, separators=(",", ":"))


def to_plain(thing: Any) -> Any:
    """Any model object as plain JSON values: what reports and `--format json` print."""
    return _CONVERTER.unstructure(thing)


def from_plain(raw: Any, kind: type[T]) -> T:
    """What `to_plain` made of a thing of this kind. Raises ValueError, KeyError or TypeError where it is none."""
    try:
        return cast("T", _CONVERTER.structure(raw, kind))
    except BaseValidationError as error:
        raise ValueError(str(error)) from error
