"""Which events each rule names, in one pass over the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from unleak.investigate.sigma.rule import Rule

_AT_ONCE = 300
"""Rules in one statement: few enough for the database's planner."""


@dataclass(frozen=True)
class Matched:
    """Ids of events by the id of the rule that names them, in the order of the events; and a line for each rule that
    could not be asked.
    """

    events: dict[str, list[str]]
    problems: tuple[str, ...] = ()


def matches(connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> Matched:
    """`table` has the columns of the index. A rule that the database refuses is left out, and told."""
    events: dict[str, list[str]] = {}
    problems: list[str] = []
    for at in range(0, len(rules), _AT_ONCE):
        _match(connection, table, rules[at : at + _AT_ONCE], events, problems)
    return Matched(events, tuple(problems))


def _match(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rules: Sequence[Rule],
    events: dict[str, list[str]],
    problems: list[str],
) -> None:
    """All at once; if that fails, by halves, until it is known which rule it is."""
    try:
        found = _ask(connection, table, rules)
    except duckdb.InterruptException:
        raise
    except duckdb.Error as wrong:
        if len(rules) == 1:
            problems.append(f"{rules[0].slug}: not asked: {' '.join(str(wrong).split())[:200]}")
            return
        half = len(rules) // 2
        _match(connection, table, rules[:half], events, problems)
        _match(connection, table, rules[half:], events, problems)
        return
    for rule, event in found:
        events.setdefault(rule.id, []).append(event)


def _ask(connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> list[tuple[Rule, str]]:
    """The gates are asked of each pair of source and name, of which there are few; the rest of a rule only of the rows
    that its gate lets through.
    """
    gates = _list(rule.gate_sql or "true" for rule in rules)
    each = f"SELECT source, name, {gates} FROM (SELECT DISTINCT source, name FROM {table})"  # noqa: S608  the table is our own, conditions come from `fields`
    pairs = connection.execute(each).fetchall()
    through = {(source, name): [rule for rule, so in zip(rules, row, strict=True) if so] for source, name, row in pairs}
    named = {pair: [rule for rule in let if not rule.rest_sql] for pair, let in through.items()}
    wanted = {rule.id for let in through.values() for rule in let if rule.rest_sql}
    asked = [rule for rule in rules if rule.id in wanted]
    found = []
    for event, source, name, row in connection.execute(_rows(table, asked)).fetchall():
        found += [(rule, event) for rule in named[source, name]]
        found += [(asked[at], event) for at in row]
    return found


def _rows(table: str, rules: Sequence[Rule]) -> str:
    gates = _list(rule.gate_sql or "true" for rule in rules)
    rests = ", ".join(
        f"CASE WHEN NOT open[{at + 1}] THEN NULL WHEN {rule.rest_sql} THEN {at} END" for at, rule in enumerate(rules)
    )
    pairs = f"SELECT source AS s, name AS n, {gates} AS open FROM (SELECT DISTINCT source, name FROM {table})"  # noqa: S608  as above
    same = "source IS NOT DISTINCT FROM s AND name IS NOT DISTINCT FROM n"
    true = f"list_filter([{rests}]::INTEGER[], lambda hit: hit IS NOT NULL)"
    rows = f"SELECT event_id, source, name, {true} FROM {table} JOIN g ON {same}"  # noqa: S608  as above
    return f'WITH g AS MATERIALIZED ({pairs}) {rows} ORDER BY "at", event_id'


def _list(conditions: Iterable[str]) -> str:
    """A list, and no sum of bits: the planner takes the square of an expression's depth."""
    return f"[{', '.join(conditions)}]::BOOLEAN[]"
