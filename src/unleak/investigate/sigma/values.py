"""Sigma's values as SQL conditions on one text."""

import re
from typing import TypeGuard

from sigma.exceptions import SigmaFeatureNotSupportedByBackendError
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExpansion,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from unleak.investigate.sigma.fields import quoted

_COMPARED = {CompareOperators.LT: "<", CompareOperators.LTE: "<=", CompareOperators.GT: ">", CompareOperators.GTE: ">="}
_MANY = SpecialChars.WILDCARD_MULTI
_TOGETHER = range(3, 200)
"""How many texts to be contained are worth one expression, and do not make it too large."""


def any_of(values: list[SigmaType], text: str) -> str:
    """The text is one of the values. SigmaError or ValueError for a value that cannot be put so."""
    if any(
        isinstance(value, (SigmaString, SigmaRegularExpression)) and value.contains_placeholder() for value in values
    ):
        raise SigmaFeatureNotSupportedByBackendError("placeholders are not supported")
    plain = [_lower("".join(map(str, value.s))) for value in values if _is_plain(value)]
    within = [found for value in values if (found := _contained(value))]
    conditions = [f"lower({text}) IN ({', '.join(plain)})"] if plain else []
    if len(within) in _TOGETHER:
        conditions.append(
            f"regexp_matches(lower({text}), {quoted('|'.join(re.escape(one.lower()) for one in within))})"
        )
    else:
        within = []
    conditions += [_one(value, text) for value in values if not _is_plain(value) and not (within and _contained(value))]
    return " OR ".join(conditions)


def _is_plain(value: SigmaType) -> TypeGuard[SigmaString]:
    return isinstance(value, SigmaString) and not isinstance(value, SigmaCasedString) and not value.contains_special()


def _contained(value: SigmaType) -> str | None:
    """What is between two stars, if it is plain enough to mean the same in an expression."""
    if not isinstance(value, SigmaString) or isinstance(value, SigmaCasedString):
        return None
    match value.s:
        case [SpecialChars.WILDCARD_MULTI, str(text), SpecialChars.WILDCARD_MULTI] if (
            text.isascii() and text.isprintable()
        ):
            return text
    return None


def _lower(text: str) -> str:
    """Beyond ASCII the database puts both sides into lower case, so that they agree on what that is."""
    return quoted(text.lower()) if text.isascii() else f"lower({quoted(text)})"


def _one(value: SigmaType, text: str) -> str:
    match value:
        case SigmaString():
            return like(value, text)
        case SigmaTimestampPart():
            pass
        case SigmaNumber():
            return f"TRY_CAST({text} AS DOUBLE) = {float(value.number)!r}"
        case SigmaBool():
            return f"lower({text}) = '{'true' if value.boolean else 'false'}'"
        case SigmaRegularExpression():
            flags = "".join(sorted(SigmaRegularExpression.sigma_to_re_flag[flag] for flag in value.flags))
            pattern = f"(?{flags})" * bool(flags) + str(value.regexp)
            return f"regexp_matches({text}, {quoted(pattern)})"
        case SigmaCIDRExpression():
            return any_of([SigmaString(pattern) for pattern in value.expand()], text)
        case SigmaExpansion():
            return any_of(value.values, text)
        case SigmaCompareExpression(op=op, number=number) if op in _COMPARED and type(number) is SigmaNumber:
            return f"TRY_CAST({text} AS DOUBLE) {_COMPARED[op]} {float(number.number)!r}"
    raise SigmaFeatureNotSupportedByBackendError(f"{type(value).__name__} is not supported")


def like(value: SigmaString, text: str) -> str:
    """The text fits a string with wildcards, whatever its case unless the string is cased. Where the database has a
    function for it, that is used: it is faster than a pattern.
    """
    cased = isinstance(value, SigmaCasedString)
    on, put = (text, quoted) if cased else (f"lower({text})", _lower)
    inner = [part for part in value.s if part is not _MANY]
    if len(inner) == 1 and isinstance(inner[0], str) and len(value.s) <= 3:  # noqa: PLR2004  *text*
        ends = (value.s[0] is _MANY, value.s[-1] is _MANY)
        function = {(True, True): "contains", (False, True): "starts_with", (True, False): "ends_with"}.get(ends)
        literal = put(inner[0])
        return f"{function}({on}, {literal})" if function else f"{on} = {literal}"
    pattern = value.convert(wildcard_multi="%", wildcard_single="_", add_escaped="\\")
    return f"{on} LIKE {put(pattern)} ESCAPE '\\'"
