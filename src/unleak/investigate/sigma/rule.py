"""A Sigma rule, ready to be asked of a table of events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("informational", "low", "medium", "high", "critical")


@dataclass(frozen=True)
class Rule:
    """`slug` is its file's name; `techniques` are ATT&CK's, such as T1098.001; `condition_sql` is true or false for
    every row of the index. It is `gate_sql`, which asks for source and name only, and `rest_sql`; one of the two may be
    empty. Examples are CloudTrail records, or the part of one that matters.
    """

    id: str
    slug: str
    title: str
    level: str
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    condition_sql: str
    gate_sql: str
    rest_sql: str
    description: str
    references: tuple[str, ...]
    false_positives: tuple[str, ...]
    examples: tuple[Mapping[str, Any], ...] = ()
    counter_examples: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Loaded:
    """The rules of a folder; a line for each file or rule that cannot be used, or not in full; and how many are for
    other logs than CloudTrail, or withdrawn by their authors.
    """

    rules: tuple[Rule, ...]
    problems: tuple[str, ...] = ()
    skipped: int = 0
