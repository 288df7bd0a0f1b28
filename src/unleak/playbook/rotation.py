"""A key that has a successor: when the old one has fallen silent, so that deactivating it breaks nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from unleak.model.evidence import KeyOwner
from unleak.model.incident import ActionState, Incident
from unleak.model.plan import Step, Target, TargetKind
from unleak.playbook import facts
from unleak.playbook.wanted import Wanted

GRACE = timedelta(hours=1)
"""For how long nobody may have used the old key, counted from the hand-over. IAM tells the last use of a key with some
delay, the trail tells management events alone: both must be silent.
"""
_DELIVERED = facts.TRAIL_DELAYS[0]


def comes_first(incident: Incident, owner: KeyOwner) -> bool:
    """Row 5: an application needs the key, as the trail or a person tells, and is not known to be off it yet."""
    if is_silent(incident, owner):
        return False
    awaited = bool(of_key(incident, facts.key_of(owner))) or _is_asked_for(incident, facts.key_of(owner))
    abused = facts.is_abused(incident, owner.key_id)
    return facts.rotates_first(incident, owner) or (awaited and not incident.is_public and not abused)


def why(incident: Incident, owner: KeyOwner) -> str:
    """Why a person must approve the deactivation before that."""
    if (due := silent_at(incident, owner)) is not None:
        return f"who used it has a new key; it is silent at {due:%Y-%m-%d %H:%M} UTC, if nobody uses it until then"
    used = facts.application_uses(incident, owner)
    until = f"an application used it until {used:%Y-%m-%d %H:%M}" if used else "a person says that it is used"
    return f"{until}: give it a new key (`unleak rotate {owner.key_id}`)"


def looks(incident: Incident) -> Iterator[Wanted]:
    """Last use and trail are read again when the old key may have fallen silent; each use that is seen puts it off."""
    for owner in facts.owners(incident):
        due = silent_at(incident, owner)
        if due is None or is_silent(incident, owner) or incident.holds(Step("deactivate_key", facts.key_of(owner))):
            continue
        yield Wanted(_owner_step(owner), again_at=(due,), part=False)
        yield Wanted(_trail_step(incident, owner), again_at=(due + _DELIVERED,), part=False)


def of_key(incident: Incident, key: Target) -> ActionState | None:
    """The last rotation of this key that was made."""
    made = [a for a in incident.actions.values() if a.step.unit == "rotate_key" and a.step.target == key]
    return max((a for a in made if a.is_applied), key=lambda a: a.step.round, default=None)


def is_superseded(incident: Incident, step: Step) -> bool:
    """Asked for again, with other consumers, before it was made."""
    if step.unit != "rotate_key" or ((state := incident.action(step)) is not None and state.intended_at):
        return False
    same = [r.step for r in incident.requested.values() if (r.step.unit, r.step.target) == (step.unit, step.target)]
    return any(s.round > step.round for s in same)


def silent_at(incident: Incident, owner: KeyOwner) -> datetime | None:
    """When the old key counts as silent if nobody uses it any more; None while not every consumer has the new one."""
    rotation = of_key(incident, facts.key_of(owner))
    if rotation is None or not rotation.holds or rotation.concluded_at is None:
        return None
    read = incident.calls.get(owner.key_id)
    known = (rotation.concluded_at, owner.last_used_at, read.last_at if read is not None else None)
    return max(at for at in known if at is not None) + GRACE


def is_silent(incident: Incident, owner: KeyOwner) -> bool:
    """Both have looked late enough, everywhere, and seen nothing."""
    due = silent_at(incident, owner)
    if due is None:
        return False
    read = incident.calls.get(owner.key_id)
    asked = incident.checks.get(_owner_step(owner).id)
    trail = incident.checks.get(_trail_step(incident, owner).id)
    seen = asked is not None and not asked.unknown and asked.last_at >= due
    heard = trail is not None and not trail.unknown and trail.last_at >= due + _DELIVERED
    return seen and heard and read is not None and not read.unread


def _is_asked_for(incident: Incident, key: Target) -> bool:
    return any(r.step.unit == "rotate_key" and r.step.target == key for r in incident.requested.values())


def _owner_step(owner: KeyOwner) -> Step:
    return Step("find_owner", Target(TargetKind.KEY, owner.key_id, ""))


def _trail_step(incident: Incident, owner: KeyOwner) -> Step:
    known = incident.credentials.get(owner.key_id)
    account = (known.account if known else "") or owner.account
    return Step("calls_of_key", Target(TargetKind.KEY, owner.key_id, account))
