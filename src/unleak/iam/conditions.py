"""The Condition element: operators, set qualifiers, IfExists, Null, policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import base64
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from typing import TypeVar

from unleak.iam.wildcard import literal, plain, wildcard

T = TypeVar("T")
Test = Callable[[str, str], bool]
"""`test(actual, expected)`. A value that cannot be read as the operator's type does not match."""

VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_YEAR_OR_MONTH = re.compile(r"[0-9]{4}(-[0-9]{2})?")
_ARN_PARTS = 6


def _written(value: object) -> str:
    """A JSON value as text; a number without exponent, as IAM takes it."""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def has_variable(text: str) -> bool:
    return "${" in text


def expand_variables(text: str, context: Mapping[str, str | tuple[str, ...]]) -> str | None:
    """Fills `${key}` and `${key, 'default'}`; None where a key without default has no single value: no match then.

    `${*}`, `${?}`, `${$}` and whatever a request puts in stand for themselves: the result is a pattern for `wildcard`.
    """
    missing = False

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = found.group(1).partition(",")
        if name in {"*", "?", "$"}:
            return literal(name)
        value = context.get(name.strip().lower())
        if isinstance(value, str):
            return literal(value)
        if default:
            return literal(default.strip().strip("'"))
        missing = True
        return ""

    filled = VARIABLE.sub(fill, text)
    return None if missing else filled


def _like(actual: str, expected: str) -> bool:
    return bool(wildcard(expected)(actual))


def _arn(actual: str, expected: str) -> bool:
    """Each of the six colon-delimited parts is matched by itself."""
    have, want = actual.split(":", _ARN_PARTS - 1), expected.split(":", _ARN_PARTS - 1)
    return len(have) == len(want) == _ARN_PARTS and all(map(_like, have, want))


def _same_bytes(actual: str, expected: str) -> bool:
    try:
        return base64.b64decode(actual, validate=True) == base64.b64decode(expected, validate=True)
    except ValueError:
        return False


def _same_truth(actual: str, expected: str) -> bool:
    actual = actual.lower()
    return actual in {"true", "false"} and actual == expected.lower()


@lru_cache(maxsize=16_384)
def _in_network(actual: str, expected: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(expected, strict=False)
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal:
    """Exact: a float would make neighbours of large numbers equal."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text} is not a number")
    return Decimal(text)


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    """ISO 8601 as W3C writes it, a year or month alone too, or seconds since 1970."""
    if _YEAR_OR_MONTH.fullmatch(text):
        text = f"{text}-01-01"[: len("YYYY-MM-DD")]
    elif _NUMBER.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _compared(read: Callable[[str], T], compare: Callable[[T, T], bool]) -> Test:
    def test(actual: str, expected: str) -> bool:
        try:
            return compare(read(actual), read(expected))
        except (ValueError, OverflowError, OSError):
            return False

    return test


_TESTS: dict[str, Test] = {
    "stringequals": operator.eq,
    "stringequalsignorecase": lambda a, e: a.lower() == e.lower(),
    "stringlike": _like,
    "bool": _same_truth,
    "binaryequals": _same_bytes,
    "ipaddress": _in_network,
    "arnequals": _arn,
    "arnlike": _arn,
    "numericequals": _compared(_number, operator.eq),
    "numericlessthan": _compared(_number, operator.lt),
    "numericlessthanequals": _compared(_number, operator.le),
    "numericgreaterthan": _compared(_number, operator.gt),
    "numericgreaterthanequals": _compared(_number, operator.ge),
    "dateequals": _compared(_moment, operator.eq),
    "datelessthan": _compared(_moment, operator.lt),
    "datelessthanequals": _compared(_moment, operator.le),
    "dategreaterthan": _compared(_moment, operator.gt),
    "dategreaterthanequals": _compared(_moment, operator.ge),
}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}
_PATTERN_TESTS = frozenset({_like, _arn})
_WITHVARIABLES = ("string", "arn", "bool")
_QUALIFIERS = ("forallvalues:", "foranyvalue:")


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key with its values: values are OR-ed, for a negated operator NOR-ed. Where a request has
    several values and the operator no qualifier, any of them may match, and none of them for a negated operator.
    """

    test: Test | None
    qualifier: str
    key: str
    expected: tuple[str, ...]
    negated: bool = False
    if_exists: bool = False
    variables: bool = False

    @classmethod
    def parse(cls, name: str, key: str, values: Iterable[object], *, variables: bool = True) -> "Condition":
        """Raises ValueError for an operator that IAM does not have. `variables`: whether `${key}` is one."""
        lowered = name.lower()
        qualifier = next((q for q in _QUALIFIERS if lowered.startswith(q)), "")
        base = lowered.removeprefix(qualifier)
        expected = tuple(map(_written, values))
        if base == "null":
            return cls(None, qualifier, key.lower(), expected)
        if_exists = base.endswith("ifexists")
        base = base.removesuffix("ifexists")
        negated = base in _NEGATED
        base = _NEGATED.get(base, base)
        test = _TESTS.get(base)
        if test is None:
            raise ValueError(f"unknown condition operator {name}")
        fill = variables and base.startswith(_WITHVARIABLES) and any(map(has_variable, expected))
        return cls(test, qualifier, key.lower(), expected, negated, if_exists, fill)

    def holds(self, context: Mapping[str, str | tuple[str, ...]]) -> bool:
        actual = context.get(self.key)
        values = (actual,) if isinstance(actual, str) else (actual or ())
        if self.test is None:
            return any((not any(values)) == (e.lower() == "true") for e in self.expected)
        if not values and self.if_exists:
            return True
        if self.qualifier and not any(values):
            return self.qualifier == "forallvalues:"
        if not values:
            return self.negated
        expected = self._filled(context) if self.variables else self.expected
        matched = [any(map(self.test, repeat(value), expected)) != self.negated for value in values]
        every = self.negated if not self.qualifier else self.qualifier == "forallvalues:"
        return all(matched) if every else any(matched)

    def _filled(self, context: Mapping[str, str | tuple[str, ...]]) -> list[str]:
        filled = (expand_variables(raw, context) for raw in self.expected)
        return [f if self.test in _PATTERN_TESTS else plain(f) for f in filled if f is not None]
