"""An OCSF event against its schema: what it may have, what it must have, of which type, out of which values."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("ocsf_1_7_0.json").read_text(encoding="utf-8"))
_LONGEST = {"string_t": 65535, "username_t": 1024}


def faults(event: dict[str, Any]) -> list[str]:
    """A line for each fault; the attributes of a profile are wanted only if the event names it."""
    profiles = set(event.get("metadata", {}).get("profiles", ()))
    return list(_of_shape(event, _SCHEMA["class"], "", profiles))


def _of_shape(value: Any, shape: dict[str, Any], path: str, profiles: set[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: no object"
        return
    attributes = shape["attributes"]
    for name, rule in attributes.items():
        applies = "profile" not in rule or rule["profile"] in profiles
        if rule.get("required") and applies and name not in value:
            yield f"{path}.{name} is missing"
    wanted = shape.get("at_least_one", [])
    if wanted and not any(name in value for name in wanted):
        yield f"{path} has none of {wanted}"
    for name, inner in value.items():
        rule = attributes.get(name)
        if rule is None or ("profile" in rule and rule["profile"] not in profiles):
            yield f"{path}.{name} is unknown"
        else:
            yield from _of_rule(inner, rule, f"{path}.{name}", profiles)


def _of_rule(value: Any, rule: dict[str, Any], path: str, profiles: set[str]) -> Iterator[str]:
    kind = rule["type"]
    if kind.endswith("[]"):
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for i, item in enumerate(value):
            yield from _of_rule(item, {**rule, "type": kind[:-2]}, f"{path}[{i}]", profiles)
    elif kind in _SCHEMA["objects"]:
        yield from _of_shape(value, _SCHEMA["objects"][kind], path, profiles)
    elif not _fits(value, kind):
        yield f"{path}: {value!r} is no {kind}"
    elif "enum" in rule and value not in rule["enum"]:
        yield f"{path}: {value!r} is not among {rule['enum']}"


def _fits(value: Any, kind: str) -> bool:
    if kind in {"integer_t", "long_t", "timestamp_t"}:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean_t":
        return isinstance(value, bool)
    if kind == "json_t":
        return True
    if kind == "ip_t":
        try:
            ipaddress.ip_address(value)
        except ValueError:
            return False
    return kind.endswith("_t") and isinstance(value, str) and len(value) <= _LONGEST.get(kind, 65535)
