"""Sigma's conditions as SQL conditions over the columns of the index.

Strings match without regard to case, as Sigma wants it; regular expressions run in RE2, in linear time. A field that an
event lacks matches nothing; a field that the index lacks is one that every event lacks.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError, SigmaValueError
from sigma.rule import SigmaRule
from sigma.types import SigmaExists, SigmaFieldReference, SigmaNull, SigmaQueryExpression, SigmaString, SigmaType

from unleak.investigate.sigma.fields import TEXT, column, inside
from unleak.investigate.sigma.values import any_of

Node = ConditionItem | ConditionFieldEqualsValueExpression | ConditionValueExpression | None
_LATER = ("json_extract", "regexp_", " LIKE ")
_OF_ONE_FIELD = (SigmaNull, SigmaExists, SigmaFieldReference, SigmaQueryExpression)
"""Values that say something of a field as a whole, not of one of its texts."""
_NAMES = ("eventname", "eventsource")
MOST_VALUES = 5_000


class Condition(NamedTuple):
    """Both hold, and an empty one does. The gate asks for source and name only: it need not be asked of every row."""

    gate: str
    rest: str

    @property
    def whole(self) -> str:
        if self.gate and self.rest:
            return f"CASE WHEN {self.gate} THEN {self.rest} ELSE false END"
        return self.gate or self.rest


def _only_names(node: Node) -> bool:
    match node:
        case ConditionItem():
            return all(_only_names(arg) for arg in node.args)
        case ConditionFieldEqualsValueExpression():
            return (node.field or "").lower() in _NAMES and not isinstance(node.value, SigmaFieldReference)
    return False


class DuckDB(TextQueryBackend):
    """One instance a rule: it counts the rule's values, and keeps the fields that the index does not have."""

    name = "unleak's index"

    def __init__(self) -> None:
        super().__init__()
        self.unknown: list[str] = []
        self._values = 0

    def condition(self, rule: SigmaRule) -> Condition:
        """SigmaError or ValueError if the rule cannot be put so."""
        parsed = [each.parsed for each in rule.detection.parsed_condition]
        if not parsed:
            raise SigmaValueError("no condition")
        if len(parsed) == 1 and isinstance(parsed[0], ConditionAND):
            parts: list[Node] = list(parsed[0].args)
            others = [part for part in parts if not _only_names(part)]
            return Condition(self._all([part for part in parts if _only_names(part)]), self._all(others))
        if len(parsed) == 1 and _only_names(parsed[0]):
            return Condition(self._all(parsed), "")
        each = [self.convert_condition(one, ConversionState()) for one in parsed]
        return Condition("", f"coalesce({' OR '.join(f'({one})' for one in each)}, false)")

    def _all(self, parts: Sequence[Node]) -> str:
        if not parts:
            return ""
        return f"coalesce({self.convert_condition_and(ConditionAND(list(parts)), ConversionState())}, false)"

    def convert_condition(self, cond: Node, state: ConversionState) -> str:
        if cond is None:
            raise SigmaValueError("an empty condition")
        return str(super().convert_condition(cond, state))

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> str:
        """Values of one field are asked for together."""
        together: dict[str, list[SigmaType]] = {}
        conditions = []
        for arg in cond.args:
            if isinstance(arg, ConditionFieldEqualsValueExpression) and not isinstance(arg.value, _OF_ONE_FIELD):
                together.setdefault(arg.field or "", []).append(arg.value)
            else:
                conditions.append(f"({self.convert_condition(arg, state)})")
        return " OR ".join([*(self._is_any(field, values) for field, values in together.items()), *conditions])

    def convert_condition_and(self, cond: ConditionAND, state: ConversionState) -> str:
        """What takes long is asked only where the rest is true: a CASE works on those rows alone."""
        conditions = [f"({self.convert_condition(arg, state)})" for arg in cond.args]
        later = [one for one in conditions if any(word in one for word in _LATER)]
        first = " AND ".join(one for one in conditions if one not in later)
        last = " AND ".join(later)
        return f"CASE WHEN {first} THEN {last} ELSE false END" if first and last else first or last

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """What cannot be told, for want of the field, is not so."""
        if not cond.args:
            raise SigmaValueError("an empty condition")
        return f"NOT coalesce({self.convert_condition(cond.args[0], state)}, false)"

    def convert_condition_field_eq_val(self, cond: ConditionFieldEqualsValueExpression, state: ConversionState) -> str:
        del state
        value = cond.value
        match value:
            case SigmaNull():
                return f"NOT ({self._exists(cond.field)})"
            case SigmaExists():
                return self._exists(cond.field) if value else f"NOT ({self._exists(cond.field)})"
            case SigmaFieldReference():
                return self._same(cond.field, value)
        return self._is_any(cond.field, [value])

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> str:
        """A keyword: somewhere in the event."""
        del state
        value = cond.value
        if isinstance(value, SigmaString):
            value = SigmaString("*") + value + SigmaString("*")
        return self._counted([value], TEXT)

    def _is_any(self, field: str | None, values: list[SigmaType]) -> str:
        if (one := column(field or "")) is not None:
            return f"({self._counted(values, one)})"
        if (found := inside(field or "")) is not None:
            return f"len(list_filter({found[1]}, lambda v: {self._counted(values, 'v')})) > 0"
        return f"({self._counted(values, self._unknown(field))})"

    def _exists(self, field: str | None) -> str:
        if (found := inside(field or "")) is not None:
            return f"len(list_filter({found[1]}, lambda v: v IS NOT NULL)) > 0"
        return f"{self._text(field)} IS NOT NULL"

    def _same(self, field: str | None, other: SigmaFieldReference) -> str:
        one, two = f"lower({self._text(field)})", f"lower({self._text(other.field)})"
        match other.starts_with, other.ends_with:
            case True, True:
                return f"contains({one}, {two})"
            case True, False:
                return f"starts_with({one}, {two})"
            case False, True:
                return f"ends_with({one}, {two})"
        return f"{one} = {two}"

    def _text(self, field: str | None) -> str:
        if (found := inside(field or "")) is not None:
            return found[0]
        return column(field or "") or self._unknown(field)

    def _unknown(self, field: str | None) -> str:
        self.unknown.append(field or "")
        return "NULL::VARCHAR"

    def _counted(self, values: list[SigmaType], text: str) -> str:
        self._values += len(values)
        if self._values > MOST_VALUES:
            raise SigmaFeatureNotSupportedByBackendError(f"more than {MOST_VALUES} values")
        return any_of(values, text)
