"""Fields of CloudTrail's parameters, whatever their shape: a look never raises.

Names are compared without regard to case: CloudTrail writes lowerCamel, EC2's newer operations UpperCamel inside of
`NAMERequest`, Relational Database Service `dBInstanceIdentifier`.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unleak.investigate.calls import REMOVED
from unleak.model.call import Call

_MOST, _LONGEST, _LONGEST_NAME = 500, 300, 2048
_HIDDEN = frozenset({REMOVED, "HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>"})
_OPTION = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"\{([^{}]*)\}")


def pick(given: object, path: str) -> Any:
    """What lies at a path of names; None where there is nothing."""
    for name in path.split(".") if path else ():
        given = _child(given, name)
    return given


def _child(given: object, name: str) -> object:
    if not isinstance(given, Mapping):
        return None
    if name in given:
        return given[name]
    low = name.lower()
    return next((v for k, v in given.items() if isinstance(k, str) and k.lower() == low), None)


def many(given: object) -> list[Any]:
    """A list, EC2's `{"items": [...]}`, or a thing alone, as a list."""
    while isinstance(given, Mapping):
        inner = next((given[name] for name in ("items", "item", "member") if name in given), None)
        if inner is None:
            return [given] if given else []
        given = inner
    if isinstance(given, list | tuple):
        return list(given[:_MOST])
    return [] if given is None or given == "" else [given]


def word(given: object) -> str:
    """A field as a text: empty where it is none, or was hidden."""
    if isinstance(given, str):
        return "" if given in _HIDDEN else given[: _LONGEST_NAME if given.startswith("arn:") else _LONGEST]
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, int | float):
        return str(given)
    if isinstance(given, Mapping):
        inner = next((given[name] for name in ("content", "value") if name in given), None)
        return word(inner) if isinstance(inner, str | int | float) else ""
    if isinstance(given, list | tuple):
        return ", ".join(filter(None, (word(v) for v in given[:5] if not isinstance(v, list | tuple))))
    return ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One call, and the item in it that is looked at."""

    call: Call
    item: Any = None

    def at(self, path: str) -> Any:
        """A field of the request; with `>` before the path of the answer, with `.` of the item."""
        if path.startswith(">"):
            return pick(_unwrapped(self.call.response, f"{self.call.operation}Response"), path[1:])
        if path.startswith("."):
            return pick(self.item, path[1:])
        return pick(_unwrapped(self.call.request, f"{self.call.operation}Request"), path)

    def value(self, place: str) -> str:
        """What a place in a template stands for: the first of `a|b` that is there. `@` begins a field of the call, `~`
        wants an ARN's name only, `@self` is the caller, without an IAM path.
        """
        if place.startswith("~"):
            return _name(self.value(place[1:]))
        if place == "@self":
            return _without_path(self.call.principal_arn)
        if place.startswith("@"):
            return str(getattr(self.call, place[1:]))
        return next(filter(None, (word(self.at(path)) for path in place.split("|"))), "")

    def filled(self, template: str) -> str:
        """The template with its places filled; empty where one of them has no value.

        Where the last field of an ARN is a whole ARN already, it is the answer; of others only the name is taken.
        """
        places = _PLACE.findall(template)
        values = [self.value(place) for place in places]
        if not all(v or place.startswith("@") for place, v in zip(places, values, strict=True)):
            return ""
        if template.startswith("arn:") and values:
            if template.endswith("}") and values[-1].startswith("arn:"):
                return values[-1]
            values = [_name(v) for v in values]
        rest = iter(values)
        return _PLACE.sub(lambda _: next(rest), template)

    def said(self, template: str) -> str:
        """The template as words: a place without a value is left out, with all that stands in brackets with it."""
        whole = _OPTION.sub(lambda part: self._option(part[1]), template)
        return " ".join(_PLACE.sub(lambda place: self.value(place[1]), whole).split())

    def _option(self, part: str) -> str:
        return part if all(map(self.value, _PLACE.findall(part))) else ""


def _unwrapped(given: object, wrapper: str) -> object:
    inner = _child(given, wrapper)
    return given if inner is None else inner


def _name(value: str) -> str:
    return re.split(r"[:/]", value)[-1] if value.startswith(("arn:", "/hostedzone/")) else value


def _without_path(arn: str) -> str:
    kind, _, rest = arn.partition("/")
    return f"{kind}/{rest.rsplit('/', 1)[-1]}" if ":user" in kind else arn


def here(service: str, rest: str) -> str:
    """The template of an ARN in the call's region and account."""
    return f"arn:{{@partition}}:{service}:{{@region}}:{{@account}}:{rest}"


def everywhere(service: str, rest: str) -> str:
    """The template of an ARN in the call's account, in no region."""
    return f"arn:{{@partition}}:{service}::{{@account}}:{rest}"
