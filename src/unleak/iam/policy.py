"""A policy document, parsed once into statements that match quickly.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from unleak.iam.conditions import VARIABLE, Condition, expand_variables, has_variable
from unleak.iam.wildcard import wildcard

Effect = Literal["Allow", "Deny"]
Context = Mapping[str, str | tuple[str, ...]]
"""Condition keys, in lower case, to their value or values."""

_BEFORE_VARIABLES, _CURRENT = "2008-10-17", "2012-10-17"
_ARN_PARTS = 6
_EITHER_OR = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))


class PolicyError(ValueError):
    """The document is no policy that IAM would accept."""


def as_tuple(value: object) -> tuple[Any, ...]:
    """IAM writes one value where it could write a list of one."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class Names:
    """A list of action patterns; actions are compared without regard to case."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.match: Callable[[str], object] = wildcard(*sorted({p.lower() for p in patterns}))
        """Truthy where a pattern matches the action, which is given in lower case."""


class Resources:
    """A list of ARN patterns, with policy variables in them filled from the request."""

    def __init__(self, patterns: Iterable[str], *, variables: bool = True) -> None:
        texts = sorted({_completed(p) for p in patterns})
        self._variable = [p for p in texts if variables and has_variable(p)]
        self._fixed = [p for p in texts if p not in self._variable]
        self._matches = wildcard(*self._fixed)

    def match(self, resource: str, context: Context) -> object:
        """Truthy where a pattern matches."""
        return self._matches(resource) or (self._variable and wildcard(*self._filled(context))(resource))

    def patterns(self, context: Context) -> list[str]:
        """As they read for this request; those with a variable that has no value are left out: they match nothing."""
        return [*self._fixed, *self._filled(context)]

    def _filled(self, context: Context) -> list[str]:
        return [filled for p in self._variable if (filled := expand_variables(p, context)) is not None]


def _completed(pattern: str) -> str:
    """An ARN of fewer than six parts, with a star for each that is missing, as AWS completes it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    missing = _ARN_PARTS - 1 - VARIABLE.sub("", pattern).count(":")
    return pattern + ":*" * missing if pattern.startswith("arn:") else pattern


@dataclass(frozen=True, slots=True)
class Statement:
    effect: Effect
    actions: Names | None
    not_actions: Names | None
    resources: Resources | None
    not_resources: Resources | None
    conditions: tuple[Condition, ...]
    sid: str = ""
    principal: object = None
    not_principal: object = None

    def names(self, action: str) -> bool:
        """Whether this statement speaks about the action, on some resource. `action` in lower case."""
        if self.actions is not None and not self.actions.match(action):
            return False
        return self.not_actions is None or not self.not_actions.match(action)

    def applies(self, action: str, resource: str, context: Context) -> bool:
        """Whether this statement speaks about the request, whatever its effect. `action` in lower case."""
        return self.names(action) and self.covers(resource, context)

    def covers(self, resource: str, context: Context) -> bool:
        """Whether the request's resource and circumstances are those of this statement, whatever the action."""
        if self.resources is not None and not self.resources.match(resource, context):
            return False
        if self.not_resources is not None and self.not_resources.match(resource, context):
            return False
        for condition in self.conditions:  # noqa: SIM110  all() over a generator takes twice the time
            if not condition.holds(context):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Policy:
    """`name` says where it came from, so that a decision can be explained."""

    statements: tuple[Statement, ...]
    name: str = field(default="", compare=False)
    _naming: dict[str, tuple[Statement, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def naming(self, action: str) -> tuple[Statement, ...]:
        """The statements that speak about the action, found once for each action. `action` in lower case."""
        found = self._naming.get(action)
        if found is None:
            found = self._naming[action] = tuple(s for s in self.statements if s.names(action))
        return found


def parse_policy(document: str | Mapping[str, Any], name: str = "") -> Policy:
    """Raises PolicyError for what IAM would refuse: no JSON, no statements, an unknown effect or operator.

    A policy of the older version, or of none, has no variables: `${aws:username}` is the text as it stands.
    """
    try:
        raw = json.loads(document) if isinstance(document, str) else document
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"policy {name} is not JSON: {error}") from error
    if not isinstance(raw, Mapping) or not isinstance(raw.get("Statement"), Mapping | list | tuple):
        raise PolicyError(f"policy {name} has no Statement")
    version = raw.get("Version", _BEFORE_VARIABLES)
    if version not in (_BEFORE_VARIABLES, _CURRENT):
        raise PolicyError(f"policy {name} has a Version that is neither {_CURRENT} nor {_BEFORE_VARIABLES}")
    variables = version == _CURRENT
    return Policy(tuple(_statement(s, variables=variables) for s in as_tuple(raw["Statement"])), name)


def _statement(raw: Any, *, variables: bool) -> Statement:
    if not isinstance(raw, Mapping) or raw.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError("a statement needs an Effect of Allow or Deny")
    if "Action" not in raw and "NotAction" not in raw:
        raise PolicyError("a statement needs either Action or NotAction")
    for one, other in _EITHER_OR:
        if one in raw and other in raw:
            raise PolicyError(f"a statement has either {one} or {other}")
    return Statement(
        effect=raw["Effect"],
        actions=_names(raw, "Action"),
        not_actions=_names(raw, "NotAction"),
        resources=_resources(raw, "Resource", variables=variables),
        not_resources=_resources(raw, "NotResource", variables=variables),
        conditions=tuple(_conditions(raw.get("Condition"), variables=variables)),
        sid=str(raw.get("Sid", "")),
        principal=raw.get("Principal"),
        not_principal=raw.get("NotPrincipal"),
    )


def _names(raw: Mapping[str, Any], key: str) -> Names | None:
    return Names(_texts(raw, key)) if key in raw else None


def _resources(raw: Mapping[str, Any], key: str, *, variables: bool) -> Resources | None:
    return Resources(_texts(raw, key), variables=variables) if key in raw else None


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    texts = as_tuple(raw[key])
    if not texts or not all(isinstance(t, str) for t in texts):
        raise PolicyError(f"{key} is a text, or a list of one or more")
    return texts


def _conditions(raw: Any, *, variables: bool) -> Iterator[Condition]:
    for operator, tests in _mapping(raw).items():
        for key, value in _mapping(tests).items():
            values = as_tuple(value)
            if value is None or not all(isinstance(v, str | bool | int | float) for v in values):
                raise PolicyError(f"{operator} on {key} compares with texts, numbers or booleans")
            try:
                yield Condition.parse(operator, key, values, variables=variables)
            except ValueError as error:
                raise PolicyError(str(error)) from error


def _mapping(raw: Any) -> Mapping[str, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise PolicyError("a Condition maps operators to keys, and keys to values")
    return raw
