"""When a change may be taken back, and when all of them may."""

from datetime import datetime

from unleak.model.credential import CredentialKind
from unleak.model.incident import ActionState, Incident
from unleak.playbook import by_hand, facts

_FOR_GOOD = {"delete_key", "root_key", "block_console", "rotate_key"}


def may_undo(incident: Incident, state: ActionState) -> str:
    """Why a change must not be undone; empty where it may. No restore re-enables a leaked credential."""
    step = state.step
    if step.unit == "deactivate_key" and step.target.id in incident.credentials:
        return "no restore re-enables a leaked credential; `unleak incident break-glass` does, fenced and for a time"
    if step.unit in _FOR_GOOD:
        return "it cannot be taken back"
    if step.unit != "break_glass" and _has_broken_glass(incident):
        return "the glass is broken: take that back first"
    return ""


def may_restore(incident: Incident, state: ActionState) -> str:
    """The same for a restore, which gives nothing back to a principal that the attacker made."""
    if facts.is_made(incident, state.step.target.id):
        return "the attacker made it"
    return may_undo(incident, state)


def _has_broken_glass(incident: Incident) -> bool:
    return any(facts.glass_is_broken(incident, facts.key_of(o)) for o in facts.owners(incident))


def why_not_restore(incident: Incident, now: datetime) -> str:
    """Why the denies must not be lifted yet; empty where they may."""
    if _has_broken_glass(incident):
        return "the glass is broken: take that back first"
    if used := facts.accepted_after(incident):
        return f"{used[0]} was used with success after containment"
    for owner in facts.owners(incident):
        if owner.kind is CredentialKind.USER_KEY and not facts.is_gone(incident, owner):
            return f"{owner.key_id} is still there: have it deleted first (`unleak incident request ... delete_key`)"
    at = facts.may_restore_at(incident)
    if at is None:
        return "a leaked credential is not seen dead, or sessions of it can still come"
    if now < at:
        return f"sessions that were made with it may live until {at:%Y-%m-%d %H:%M} UTC"
    if reason := facts.why_trail_is_silent(incident, at):
        return f"{reason}; run `unleak respond` once more"
    return next(iter(by_hand.escaped(incident, now)), "")
