"""What a person, or the investigation, says of a thing that is to be put back."""

from collections.abc import Mapping

from unleak.model.errors import NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Step, Target
from unleak.unit import Context


def options_of(context: Context, unit: str, target: Target) -> Mapping[str, str]:
    """Of the request for this step; nothing where nobody asked."""
    asked = context.incident.requested.get(Step(unit, target).id)
    return asked.options if asked else {}


def fact_of(context: Context, target: Target) -> Fact | None:
    """What the attacker did to exactly this thing and nobody has ended since, as far as the trail tells: the first."""
    descent = context.incident.descent
    found = [f for f in descent.standing if f.arn == target.id and f.deed == "changed"] if descent else []
    return min(found, key=lambda f: f.at, default=None)


def is_attributed(context: Context, unit: str, target: Target) -> bool:
    """Whether a person asked for it, or the attacker touched exactly this thing."""
    descent = context.incident.descent
    touched = any(f.arn == target.id for f in descent.standing) if descent else False
    return touched or Step(unit, target).id in context.incident.requested


def not_attributed(target: Target) -> NotPossible:
    """Nothing is put back on a guess."""
    return NotPossible(
        f"the incident does not say who changed {target.id}, and which version was before",
        "`unleak data KEY_ID` tells; then ask with --option version=...",
    )
