"""What the attacker brought about, and what has become of each thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from unleak.model.incident import ActionState, Incident


@dataclass(frozen=True, slots=True)
class Thing:
    """`state`: `stands`, or what was done about it and whether that holds. `step_id`: the step about it, if any."""

    name: str
    arn: str
    type: str
    deed: str
    detail: str
    by: str
    at: datetime | None
    state: str
    verdict: str = ""
    step_id: str = ""


def things_of(incident: Incident) -> tuple[Thing, ...]:
    """The worst first, as the trail was read; then what other checks found."""
    about = _about(incident)
    return tuple(_things(incident, about))


def _things(incident: Incident, about: dict[str, ActionState]) -> Iterator[Thing]:
    named: set[str] = set()
    for fact in incident.descent.standing if incident.descent else ():
        named.add(fact.arn)
        kind = fact.type.removeprefix("AWS::").replace("::", " ")
        state, verdict, step = _state(about.get(fact.arn))
        yield Thing(_name(fact.arn), fact.arn, kind, fact.deed, fact.detail, fact.by, fact.at, state, verdict, step)
    for found in incident.resources.values():
        if found.target.id not in named:
            state, verdict, step = _state(about.get(found.target.id))
            name, kind = found.target.name, found.target.kind.value
            yield Thing(name, found.target.id, kind, "created", found.how, "", None, state, verdict, step)


def _about(incident: Incident) -> dict[str, ActionState]:
    """The last thing that was done, or asked, about each target."""
    return {a.step.target.id: a for a in incident.actions.values() if a.outcome or a.proposal}


def _state(action: ActionState | None) -> tuple[str, str, str]:
    if action is None:
        return "stands", "", ""
    if action.outcome is None:
        return "stands; a change waits", "", action.step.id
    verdict = action.verdict.kind.value if action.verdict else "unknown"
    done = f"{action.step.unit.replace('_', ' ')}: {action.outcome.kind.value}"
    return done, "lifted" if action.is_lifted else verdict, action.step.id


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1] or arn
