"""A user has two keys at most: whether there is room for a new one, and which idle key a person may have deleted.

The key that is rotated is never deleted to make room, nor one that is Active, nor one that was used within 90 days.
"""

from datetime import timedelta

from unleak.model.errors import NotPossible
from unleak.model.plan import Target
from unleak.rotate.keys_of_user import MOST, UserKey, keys_of_user, last_used, remove_key, user_of
from unleak.unit import Context

_IDLE = timedelta(days=90)


def check_room(context: Context, target: Target, others: list[UserKey], frees: str) -> str:
    """`others` are the user's keys that are neither rotated nor made by us. Returns the key that has to go, empty where
    there is room. Raises NotPossible where there is none, or the key that was named must stay.
    """
    is_there = any(k.id == target.id for k in keys_of_user(context, target, fresh=True))
    if len(others) + is_there < MOST:
        return ""
    other = next((k for k in others if k.id == frees), others[0])
    user = user_of(context, target)
    if not frees:
        raise NotPossible(f"{user} has two keys, {other.id} is the other one: AWS allows no third", _way_out(other))
    if frees != other.id:
        raise NotPossible(f"{frees} is not the other key of {user}, that is {other.id}", "")
    if reason := why_not(context, target, other):
        raise NotPossible(f"{frees} stays: {reason}", _way_out(other))
    if context.incident.is_held:
        raise NotPossible(f"{frees} stays: a legal hold forbids to delete anything", "`unleak incident hold --off`")
    return frees


def make_room(context: Context, target: Target, frees: str) -> None:
    """Looks again: what was idle when it was approved may not be any more. Raises NotPossible then."""
    other = next((k for k in keys_of_user(context, target, fresh=True) if k.id == frees), None)
    if other is None:
        return
    if reason := why_not(context, target, other):
        raise NotPossible(f"{frees} stays: {reason}", _way_out(other))
    remove_key(context, target, frees)


def why_not(context: Context, target: Target, other: UserKey) -> str:
    """Why this key must not be deleted; empty where it may."""
    if other.id == target.id:
        return "it is the key that is rotated"
    if other.is_active:
        return "it is Active"
    at, service = last_used(context, target, other.id)
    if at is not None and context.clock.now() - at < _IDLE:
        return f"it was used on {at:%Y-%m-%d} ({service})"
    return ""


def _way_out(other: UserKey) -> str:
    if not other.is_active:
        return f"where nobody needs it: --free-slot {other.id}"
    return f"find out who uses {other.id}; rotate to it, or deactivate it, wait, then --free-slot {other.id}"
