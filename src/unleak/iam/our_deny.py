"""Whether a fact is about a deny that we wrote, or about AWS's own quarantine: whether those stand is containment's
business, and an eviction must neither give them back nor take them away.
"""

import json

from unleak.model.evidence import Fact
from unleak.model.incident import Incident

_WHAT = ("revoke-sessions", "deny-all", "quarantine", "fence")


def is_our_deny(incident: Incident, fact: Fact) -> bool:
    """Ours by the names that this incident gave, which nobody can guess."""
    named = f"{fact.part} {json.dumps(fact.former, default=str)}"
    return any(incident.name_of(what) in named for what in _WHAT) or _is_of_aws(fact.part)


def _is_of_aws(part: str) -> bool:
    return ":iam::aws:policy/AWSCompromisedKeyQuarantine" in part
