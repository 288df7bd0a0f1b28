"""What the attacker's calls were, by rules: ATT&CK's techniques, the worst first, success and failure told apart."""

from collections.abc import Iterable

from unleak.investigate.sigma.match import matches
from unleak.investigate.sigma.rule import Loaded
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.investigation import Technique

_WORST_FIRST = ("critical", "high", "medium", "low", "informational")


def techniques(table: Table, calls: dict[str, Call], loaded: Iterable[Loaded]) -> tuple[list[Technique], list[str]]:
    """With the rules that could not be asked. `calls` are the attacker's, by event id."""
    rules = [rule for one in loaded for rule in one.rules]
    table.duck.execute(
        "CREATE OR REPLACE TEMP TABLE evidence AS SELECT * FROM (FROM taken UNION ALL FROM marks) "
        "WHERE event_id IN (SELECT unnest(?)) QUALIFY row_number() OVER (PARTITION BY event_id) = 1",
        [list(calls)],
    )
    matched = matches(table.duck, "evidence", rules)
    found = [
        Technique(r.slug, r.title, r.level, r.techniques, tuple(calls[e] for e in matched.events[r.id] if e in calls))
        for r in rules
        if r.id in matched.events
    ]
    found.sort(key=lambda t: (_rank(t.level), t.succeeded == 0, t.calls[0].at))
    return found, list(matched.problems)


def _rank(level: str) -> int:
    return _WORST_FIRST.index(level) if level in _WORST_FIRST else len(_WORST_FIRST)
