"""Whether a fact is about a deny that we wrote, or about AWS's own quarantine: whether those stand is containment's
business, and an eviction must neither give them back nor take them away.
"""

import json
from collections.abc import Iterable

from unleak.model.evidence import Fact
from unleak.model.incident import Incident

_WHAT = ("revoke-sessions", "deny-all", "quarantine", "fence")


def without_our_denies(incident: Incident, facts: Iterable[Fact]) -> list[Fact]:
    """Ours by the names that this incident gave, which nobody can guess."""
    names = [incident.name_of(what) for what in _WHAT]
    return [fact for fact in facts if not _is_deny(fact, names)]


def _is_deny(fact: Fact, names: list[str]) -> bool:
    return (
        any(name in fact.part for name in names)
        or ":iam::aws:policy/AWSCompromisedKeyQuarantine" in fact.part
        or (fact.former is not None and any(name in json.dumps(fact.former, default=str) for name in names))
    )
