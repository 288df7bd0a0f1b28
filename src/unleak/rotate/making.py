"""The new key: one that an interrupted try left behind, or a new one; tried, then handed to all.

A process may end between making a key and handing it to the last consumer, and its secret is gone with it. Three cases:

1. A consumer that can be read holds the new key: it is taken up from there, and goes on to the others. Nobody loses
   access. Consumers that can be read are served first, so this is so wherever there is one.
2. Nobody holds it, or only consumers that cannot be read may: it was not used yet, so it is removed and another one is
   made. Who got the first one a moment ago is without a working key for the seconds until it gets the second.
3. It is in use, and nobody can read it back: nothing is touched, and a person is asked.
"""

from collections.abc import Iterable
from datetime import timedelta

from unleak.model.credential import Credentials, Origin
from unleak.model.errors import NotPossible, UnleakError, Unreachable
from unleak.model.incident import Incident
from unleak.model.plan import Change, Step, Target, Tri
from unleak.rotate.asked import Asked
from unleak.rotate.consumers.consumer import NewKey, Place
from unleak.rotate.handing import NotTaken, hand_to_all, may_have, taken_up
from unleak.rotate.keys_of_user import UserKey, is_used, keys_of_user, make_key, remove_key, wait_until_accepted
from unleak.unit import Context

_OURS_WITHIN = timedelta(minutes=15)
"""A key that appears later than this after the intent is somebody else's."""


def is_created_by_attacker(incident: Incident, key_id: str) -> bool:
    known = incident.credentials.get(key_id)
    return known is not None and known.origin is Origin.CREATED


def refuse_attackers(incident: Incident, keys: Iterable[UserKey]) -> None:
    """Whoever may make keys may lay one of theirs where ours is looked for: NotPossible, it must not go round."""
    theirs = next((k.id for k in keys if is_created_by_attacker(incident, k.id)), None)
    if theirs is not None:
        raise NotPossible(
            f"{theirs} of this user was created with the leaked key", "have it taken out first; run again"
        )


def made_for_all(context: Context, target: Target, asked: Asked, place: Place, change: Change) -> str:
    """What was made, in words. Raises NotPossible where a consumer does not take it, or it cannot be told whose a key
    is; Unreachable where trying again may help.
    """
    left = [k for k in keys_of_user(context, target, fresh=True) if k.id not in {target.id, *change.before["keys"]}]
    said = ""
    for key in left:
        refuse_attackers(context.incident, [key])
        pair = taken_up(asked.consumers, place, key.id)
        if pair is not None:
            _hand_over(context, target, asked, place, pair, key.as_new)
            return f"{key.id}, made before, was taken up again"
        if all(c.confirm(place, key.as_new) is Tri.YES for c in asked.consumers):
            return f"{key.id} was made before"
        _remove_left(context, target, key)
        said = f" ({key.id}, left by an interrupted try, was removed)"
    pair = make_key(context, target)
    made = _listed(context, target, pair)
    _hand_over(context, target, asked, place, pair, made)
    return f"{made.id} was made{said}"


def _remove_left(context: Context, target: Target, key: UserKey) -> None:
    """Case 2. Raises NotPossible in case 3."""
    step = Step("rotate_key", target, context.round)
    state = context.incident.action(step)
    known = [a.outcome.detail for a in context.incident.same_change(step) if a.outcome is not None]
    intended = state.intended_at if state is not None else None
    late = intended is not None and key.made_at > intended + _OURS_WITHIN
    if late and not any(key.id in text for text in known):
        hint = "look who made it; remove it, or rotate to it"
        raise NotPossible(f"{key.id} was made meanwhile, and not by us", hint)
    if is_used(context, target, key.id):
        raise NotPossible(
            f"{key.id} is in use, and its secret cannot be read back from those who have it",
            "find out who uses it (its calls are in the trail); where it is nobody rightful, delete it and run again",
        )
    remove_key(context, target, key.id)


def _listed(context: Context, target: Target, pair: Credentials) -> NewKey:
    """As AWS has it: its time is what a consumer's time is compared with."""
    found = next((k for k in keys_of_user(context, target, fresh=True) if k.id == pair.key_id), None)
    return found.as_new if found else NewKey(pair.key_id, context.clock.now())


def _hand_over(context: Context, target: Target, asked: Asked, place: Place, pair: Credentials, made: NewKey) -> None:
    """Nothing is handed out before AWS accepts it. What nobody took is removed again."""
    try:
        wait_until_accepted(context, pair)
        hand_to_all(asked.consumers, place, pair, made)
    except NotTaken as failed:
        kind = Unreachable if failed.may_pass else NotPossible
        if failed.holders:
            have = f"{', '.join(failed.holders)} has {made.id}, so both keys stay as they are"
            raise kind(f"{failed}; {have}", failed.hint) from None
        raise kind(f"{failed}; {_removed(context, target, made)}", failed.hint) from None
    except UnleakError:
        if not any(may_have(c, place, made) for c in asked.consumers if c.readable):
            _removed(context, target, made)
        raise


def _removed(context: Context, target: Target, made: NewKey) -> str:
    try:
        remove_key(context, target, made.id)
    except UnleakError:
        return f"the new key {made.id} could not be removed again"
    return "the new key was removed again, the old one goes on working"
