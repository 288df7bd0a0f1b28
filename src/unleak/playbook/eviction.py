"""Rows 11 and 12: what the attacker brought about is taken out, by what the trail says that they did.

What can be taken back is done from lockdown on; what deletes waits for a person in every mode, and so does what an
uncertain credential did. What was taken out once stays wanted: an attacker who puts it back has it taken out again.
"""

from collections.abc import Iterator

from unleak.model.evidence import Fact
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Step, Target, TargetKind
from unleak.playbook.eviction_table import UNIT_OF, Line
from unleak.playbook.wanted import Wanted

_FOR_GOOD = ("delete_", "terminate_", "deregister_", "block_")
EVICTS = frozenset(line.unit for line in UNIT_OF)
"""Actions that this wants; some of them contain too."""
_STOPS = frozenset({"stop_instance", "disable_function"})
_CREATED = "created"


def evictions(incident: Incident) -> Iterator[Wanted]:
    """In the order of the table. Parts of a thing that is deleted as a whole need no step of their own."""
    deeds: dict[Step, list[Fact]] = {}
    for _, step, fact in sorted(_steps(incident), key=lambda found: found[0]):
        deeds.setdefault(step, []).append(fact)
    for step in dict.fromkeys((*deeds, *_begun(incident))):
        if step.unit != "stop_instance" or step.target.id not in incident.resources:  # that is row 11 already
            yield _wanted(incident, step, deeds.get(step, []))


def step_of(fact: Fact, account: str) -> Step | None:
    """What takes it out; None where only a person can."""
    line = next((one for one in UNIT_OF if _is_of(one, fact)), None)
    if line is None:
        return None
    if line.kind is TargetKind.KEY:
        return Step(line.unit, Target(line.kind, fact.part.partition("|")[2], account))
    return Step(line.unit, Target(line.kind, fact.arn, account))


def facts_and_steps(incident: Incident) -> list[tuple[Fact, Step | None]]:
    """What stands, as the trail was read last, and what takes each out; None where only a person can."""
    standing = incident.descent.standing if incident.descent else ()
    found = []
    for fact in standing:
        whole = _whole(incident, fact)
        found.append((fact, whole or step_of(fact, _account_of(incident, fact))))
    return found


def taken_out(incident: Incident) -> frozenset[str]:
    """Events of the attacker of which nothing stands any more: taken out by us, and seen so, or as the trail tells."""
    read = incident.descent
    if read is None:
        return frozenset()
    standing = {f.event_id for f in read.standing if not _is_out(incident, f)}
    out = {f.event_id for f in read.standing} | set(read.ended)
    return frozenset(out - standing)


def _is_out(incident: Incident, fact: Fact) -> bool:
    steps = (step_of(fact, _account_of(incident, fact)), _whole(incident, fact))
    return any(step is not None and incident.holds(step) for step in steps)


def _steps(incident: Incident) -> Iterator[tuple[int, Step, Fact]]:
    for fact in incident.descent.standing if incident.descent else ():
        whole = _whole(incident, fact)
        step = step_of(fact, _account_of(incident, fact))
        if step is not None and whole in {None, step}:
            yield next(n for n, line in enumerate(UNIT_OF) if _is_of(line, fact)), step, fact


def _whole(incident: Incident, fact: Fact) -> Step | None:
    """The step that takes out the whole thing that this fact hangs on, where the attacker made that too."""
    standing = incident.descent.standing if incident.descent else ()
    made = (f for f in standing if f.arn == fact.arn and f.deed == _CREATED and not f.part)
    return next((s for f in made if (s := step_of(f, _account_of(incident, f)))), None)


def _begun(incident: Incident) -> Iterator[Step]:
    """A person's own request is another line's."""
    for state in incident.actions.values():
        by_a_person = state.step.id in incident.requested
        if state.step.unit in EVICTS and state.intended_at is not None and not by_a_person:
            yield state.step


def _wanted(incident: Incident, step: Step, deeds: list[Fact]) -> Wanted:
    """What runs and was made by them is stopped sooner than what they changed of ours."""
    asks = "it is deleted" if step.unit.startswith(_FOR_GOOD) else ""
    if not all(fact.by in incident.credentials for fact in deeds):
        asks = "it is not certain that the attacker did it"
    lives_on = step.unit in _STOPS and bool(deeds) and any(f.deed == _CREATED and not f.part for f in deeds)
    return Wanted(step, Mode.DISABLE if lives_on else Mode.LOCKDOWN, asks=asks, part=False)


def _is_of(line: Line, fact: Fact) -> bool:
    if fact.type != f"AWS::{line.type}" or (line.deeds and fact.deed not in line.deeds):
        return False
    return line.part == "*" or (fact.part.startswith(line.part) if line.part else not fact.part)


def _account_of(incident: Incident, fact: Fact) -> str:
    """An ARN of S3 names no account."""
    named = fact.arn.split(":")[4] if fact.arn.count(":") > 4 else ""  # noqa: PLR2004  arn:partition:service:region:account:…
    return named or (incident.owner.account if incident.owner else "")
