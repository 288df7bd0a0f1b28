"""Rows 11 and 12: what the attacker brought about is taken out, by what the trail says that they did.

What can be taken back is done from lockdown on; what deletes waits for a person in every mode, and so does what an
uncertain credential did. What was taken out once stays wanted: an attacker who puts it back has it taken out again.
"""

from collections.abc import Iterator

from unleak.iam.our_deny import without_our_denies
from unleak.iam.repeatable import may_have_stood, nobody_knows, stood_before
from unleak.model.evidence import Fact
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Step, Target, TargetKind
from unleak.playbook.eviction_table import UNIT_OF, Line, units_of
from unleak.playbook.wanted import Wanted

_FOR_GOOD = ("delete_", "terminate_", "deregister_", "block_", "cancel_", "revoke_grant")
EVICTS = frozenset(line.unit for line in UNIT_OF)
"""Actions that this wants; some of them contain too."""
_STOPS = frozenset({"stop_instance", "disable_function"})
_CREATED = "created"
_RENAMED = {"name", "renamed"}
"""Whoever is deleted by the old name may be somebody else by now."""


def evictions(incident: Incident) -> Iterator[Wanted]:
    """In the order of the table. Parts of a thing that is deleted as a whole need no step of their own."""
    deeds: dict[Step, list[Fact]] = {}
    order = {line.unit: n for n, line in reversed(list(enumerate(UNIT_OF)))}
    for fact, steps in facts_and_steps(incident):
        for step in _in_turn(incident, steps):
            deeds.setdefault(step, []).append(fact)
    for step in dict.fromkeys((*sorted(deeds, key=lambda s: order[s.unit]), *_begun(incident))):
        if step.unit != "stop_instance" or step.target.id not in incident.resources:  # that is row 11 already
            yield _wanted(incident, step, deeds.get(step, []))


def facts_and_steps(incident: Incident) -> list[tuple[Fact, tuple[Step, ...]]]:
    """What stands, as the trail was read last, and what takes each out, in order; nothing where only a person can."""
    known = incident.descent.standing if incident.descent else ()
    standing = [fact for fact in without_our_denies(incident, known) if not stood_before(fact)]
    own = [
        (fact, () if nobody_knows(fact) or is_a_services(fact) else _steps_of(fact, _account_of(incident, fact)))
        for fact in standing
    ]
    made = {fact.arn: steps for fact, steps in own if fact.deed == _CREATED and not fact.part and steps}
    return [(fact, steps if fact.part in _RENAMED else made.get(fact.arn, steps)) for fact, steps in own]


def is_a_services(fact: Fact) -> bool:
    """A role that AWS keeps for a service: nobody but the service may change it, and only by it is it let go.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
    """
    return ":role/aws-service-role/" in fact.arn


def _in_turn(incident: Incident, steps: tuple[Step, ...]) -> Iterator[Step]:
    """One after the other: what runs is stopped before it is deleted, a version goes when it is no default any more."""
    for step in steps:
        if step.unit == "terminate_instance" and _are_disks_awaited(incident, step.target):
            return
        yield step
        state = incident.action(step)
        tried = state is not None and state.outcome is not None and not state.is_open
        if not tried and (state is None or not state.shown or state.proposal is not None):
            return


def _are_disks_awaited(incident: Incident, target: Target) -> bool:
    """A person asked that they are kept, and they are not yet."""
    kept = Step("snapshot_disks", target)
    return kept.id in incident.requested and not incident.holds(kept) and not incident.is_lifted(kept)


def _steps_of(fact: Fact, account: str) -> tuple[Step, ...]:
    """Stopping what runs comes before deleting it."""
    lines = units_of(fact.type, fact.deed, fact.part)
    return tuple(dict.fromkeys(Step(line.unit, _target(line, fact, account)) for line in lines))


def _target(line: Line, fact: Fact, account: str) -> Target:
    """A key has no ARN: its fact hangs on its user."""
    of_key = line.kind is TargetKind.KEY
    return Target(line.kind, fact.part.partition("|")[2] if of_key else fact.arn, account)


def roles_made(incident: Incident) -> list[Target]:
    """Those that the attacker surely made, and that stand: whom they trust may come by them at any time."""
    made = (
        step.target
        for fact, steps in facts_and_steps(incident)
        for step in steps
        if step.unit == "delete_role" and fact.deed == _CREATED and not fact.part and fact.by in incident.credentials
    )
    return list(dict.fromkeys(made))


def taken_out(incident: Incident) -> frozenset[str]:
    """Events of the attacker that let nobody in any more: what came of them was stopped or taken out by us, and is seen
    so, or is gone as the trail tells.
    """
    if incident.descent is None:
        return frozenset()
    known = facts_and_steps(incident)
    standing = {fact.event_id for fact, steps in known if not any(incident.holds(step) for step in steps)}
    return frozenset(({fact.event_id for fact, _ in known} | set(incident.descent.ended)) - standing)


def _begun(incident: Incident) -> Iterator[Step]:
    """A person's own request is another line's."""
    for state in incident.actions.values():
        by_a_person = state.step.id in incident.requested
        if state.step.unit in EVICTS and state.intended_at is not None and not by_a_person:
            yield state.step


def _wanted(incident: Incident, step: Step, deeds: list[Fact]) -> Wanted:
    """What runs and was made by them is stopped sooner than what they changed of ours."""
    asks = "it is deleted" if step.unit.startswith(_FOR_GOOD) else ""
    if asks and _were_renamed(incident) and step.target.kind is TargetKind.USER:
        asks = "it is deleted, and the attacker renamed users: look whether this one is theirs"
    if not all(fact.by in incident.credentials for fact in deeds):
        asks = "it is not certain that the attacker did it"
    elif not asks and any(may_have_stood(fact) for fact in deeds):
        asks = "whether it was so before the attacker is not in the trail"
    lives_on = step.unit in _STOPS and bool(deeds) and any(f.deed == _CREATED and not f.part for f in deeds)
    mode = Mode.DISABLE if lives_on else Mode.LOCKDOWN
    return Wanted(step, mode, asks=asks, part=False, anew=max((f.at for f in deeds), default=None))


def _were_renamed(incident: Incident) -> bool:
    return any(f.part in _RENAMED for f in (incident.descent.standing if incident.descent else ()))


def _account_of(incident: Incident, fact: Fact) -> str:
    """An ARN of S3 names no account."""
    named = fact.arn.split(":")[4] if fact.arn.count(":") > 4 else ""  # noqa: PLR2004  arn:partition:service:region:account:…
    return named or fact.account or (incident.owner.account if incident.owner else "")
