"""A new key for the same user, handed in the same step to those who use the old one. The old one is left as it is.

The order: what was there is in the intent; a key that an interrupted try left behind is taken up again out of a
consumer that holds it, or removed where nobody does; a new key is made, and tried until AWS accepts it; each consumer
gets it, those first that can be read back; each is asked what it holds. The secret is in memory between making and
handing over, and nowhere else.

A consumer that does not take it ends the step: the old key goes on working, and the new one is removed again where
nobody holds it. Deactivating the old key is another step, once it is silent.
"""

from unleak.iam.our_deny import is_aws_quarantine
from unleak.model.errors import NotPossible
from unleak.model.incident import Incident
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Step, Target, TargetKind, Tri
from unleak.rotate.asked import CONSUMERS, FREES, WHERE, Asked, asked_by, asked_of
from unleak.rotate.consumers import KINDS
from unleak.rotate.consumers.consumer import Place
from unleak.rotate.handing import check_all, holders_of
from unleak.rotate.keys_of_user import UserKey, keys_of_user, user_of
from unleak.rotate.making import is_created_by_attacker, made_for_all, refuse_attackers
from unleak.rotate.room import check_room, make_room
from unleak.unit import ByHand, Context

_OF_CONSUMERS = tuple(dict.fromkeys(p for kind in KINDS for p in kind.permissions))


class RotateKey:
    id = "rotate_key"
    title = "Give those who use the key a new one"
    permissions = (
        "iam:ListAccessKeys",
        "iam:CreateAccessKey",
        "iam:DeleteAccessKey",
        "iam:GetAccessKeyLastUsed",
        *_OF_CONSUMERS,
    )
    breaking = True
    reversible = False
    deletes = False
    undone_by = "nothing: nobody can be given the old secret back; until it is deactivated, the old key works"
    by_hand = ByHand(
        console="IAM > Users > {user} > Security credentials > Access keys > Create access key; then give it to "
        "whoever uses {key_id}",
        cli="aws iam create-access-key --user-name {user}",
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where there is no room for a key, a consumer could not be given one, or a deny of ours
        would meet the new key as well.
        """
        step = Step(self.id, target, context.round)
        asked, user, place = asked_of(context.incident, step), user_of(context, target), place_of(context, target)
        asked.check_where()
        _refuse_in_vain(context.incident, target)
        held = check_all(asked.consumers, place, target.id)
        others = [k for k in keys_of_user(context, target) if k.id != target.id]
        refuse_attackers(context.incident, others)
        if any(k.is_active and len(holders_of(asked.consumers, place, k.as_new)) == len(held) for k in others):
            return None
        theirs = [k for k in others if not _is_ours(context.incident, step, asked, place, k)]
        frees = check_room(context, target, theirs, asked.frees)
        first = f"delete the idle key {frees}, " if frees else ""
        return Change(
            summary=f"{first}make a new access key for user {user} and hand it to {', '.join(asked.texts)}",
            breaks=_breaks(context.incident, target, held),
            undo="never: nobody can be given the old secret back; the old key goes on working until it is deactivated",
            before={"keys": sorted({target.id, *(k.id for k in theirs)})},
            after={CONSUMERS: asked.texts, FREES: frees, WHERE: asked.where},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        asked = asked_by(change.after)
        asked.check_where()
        if asked.frees:
            make_room(context, target, asked.frees)
        made = made_for_all(context, target, asked, place_of(context, target), change)
        return Outcome(OutcomeKind.DONE, f"{made}; {', '.join(asked.texts)} took it")

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """What nobody can read back counts as handed over where the record has that it was."""
        step = Step(self.id, target, context.round)
        asked, place = asked_by(change.after) if change else asked_of(context.incident, step), place_of(context, target)
        before = set(change.before["keys"]) if change else {target.id}
        keys = [k for k in keys_of_user(context, target, fresh=True) if k.id not in before]
        new = next((k for k in keys if holders_of(asked.consumers, place, k.as_new)), next(iter(keys), None))
        if new is None:
            return Look(Tri.NO, detail="there is no new key")
        if not new.is_active:
            return Look(Tri.NO, detail=f"the new key {new.id} is Inactive")
        return _look(asked, place, new, was_taken=_was_taken(context.incident, step))

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del context, change
        said = f"nobody can be given the secret of {target.id} back: its consumers keep the new key"
        return Outcome(OutcomeKind.ASK, said)


def place_of(context: Context, target: Target) -> Place:
    return Place(context.aws, target.account, context.clock)


def _refuse_in_vain(incident: Incident, target: Target) -> None:
    if is_created_by_attacker(incident, target.id):
        raise NotPossible(f"{target.id} was created by the attacker", "it is taken out, and nobody gets a new one")
    denied = incident.action(Step("deny_all", _user(incident, target)))
    if denied is not None and denied.is_applied:
        hint = f"lift {denied.step.id} when it is over, or give the application a role (`unleak rotate --advise`)"
        raise NotPossible("everything is denied to this user, and would be to its new key", hint)


def _user(incident: Incident, target: Target) -> Target:
    owner = incident.owners.get(target.id)
    return Target(TargetKind.USER, (owner.user_arn if owner else "") or "", target.account)


def _is_ours(incident: Incident, step: Step, asked: Asked, place: Place, key: UserKey) -> bool:
    """A try that did not come to its end left it: a consumer holds it, or our own record names it."""
    said = [a.outcome.detail for a in incident.same_change(step) if a.outcome is not None]
    return any(key.id in text for text in said) or any(
        c.readable for c in holders_of(asked.consumers, place, key.as_new)
    )


def _breaks(incident: Incident, target: Target, held: dict[str, Tri]) -> str:
    """A new key is the same user's: what is denied to the user is denied to it."""
    parts = ["nothing at once: the old key goes on working; who keeps the pair in memory has to read it again"]
    strange = [text for text, tri in held.items() if tri is Tri.NO]
    if strange:
        parts.append(f"{', '.join(strange)} did not hold {target.id}: what is there now is overwritten")
    user = _user(incident, target)
    quarantined = incident.action(Step("attach_quarantine", user))
    saved = incident.saved.get(user.id)
    by_aws = saved is not None and any(is_aws_quarantine(arn) for arn in saved.attached)
    if by_aws or (quarantined is not None and quarantined.is_applied):
        parts.append("the user is quarantined: what that denies stays denied with the new key")
    return "; ".join(parts)


def _was_taken(incident: Incident, step: Step) -> bool:
    state = incident.action(step)
    return (
        state is not None and not state.is_open and state.outcome is not None and state.outcome.kind is OutcomeKind.DONE
    )


def _look(asked: Asked, place: Place, new: UserKey, *, was_taken: bool) -> Look:
    told = {c.text: c.confirm(place, new.as_new) for c in asked.consumers}
    without = [text for text, tri in told.items() if tri is Tri.NO]
    if without:
        return Look(Tri.NO, detail=f"{', '.join(without)} does not hold the new key {new.id}")
    unread = [text for text, tri in told.items() if tri is Tri.COULD_NOT_LOOK]
    if unread and not was_taken:
        return Look(Tri.COULD_NOT_LOOK, detail=f"nobody can see whether {', '.join(unread)} has {new.id}")
    accepted = f" ({', '.join(unread)}: as it said when it was given it)" if unread else ""
    return Look(Tri.YES, detail=f"{new.id} is Active, and {', '.join(told)} has it{accepted}")


ACTION = RotateKey()
