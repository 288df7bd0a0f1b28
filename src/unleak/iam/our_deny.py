"""Whether a fact is about a deny that we wrote, or about AWS's own quarantine: whether those stand is containment's
business, and an eviction must neither give them back nor take them away.
"""

import json
from collections.abc import Iterable

from unleak.model.evidence import Fact
from unleak.model.incident import Incident


def without_our_denies(incident: Incident, facts: Iterable[Fact]) -> list[Fact]:
    """Ours by the names that this incident gave, which nobody can guess."""
    names = incident.deny_names
    return [fact for fact in facts if not _is_deny(fact, names)]


def _is_deny(fact: Fact, names: frozenset[str]) -> bool:
    said = f"{fact.part} {json.dumps(fact.former, default=str) if fact.former else ''}"
    named = fact.part.partition("|")[2].removesuffix("|gone")
    return is_aws_quarantine(named) or any(name in said for name in names)


def is_aws_quarantine(arn: str) -> bool:
    """AWS's own, not a policy of the account that is named like it."""
    parts = arn.split(":", 5)
    return len(parts) > 5 and parts[4] == "aws" and parts[5].startswith("policy/AWSCompromisedKeyQuarantine")  # noqa: PLR2004
