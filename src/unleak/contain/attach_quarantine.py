"""Attaches AWS's own quarantine policy, as AWS does a minute after it hears of a leak; where no slot is free, by the
next best way (`contain/quarantine/`).

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
"""

from dataclasses import replace

from unleak.aws.trial import REFUSED_BY_QUARANTINE
from unleak.contain.by_simulation import PERMISSION, with_simulation
from unleak.contain.by_trial import with_trial
from unleak.contain.own_policy import LIMIT
from unleak.contain.quarantine import WAYS
from unleak.contain.quarantine.policies import PREFIX, dangers_of, denied_by, strongest
from unleak.contain.quarantine.way import Patient, Way
from unleak.model.errors import AwsError, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_BREAKS = (
    "what an application of {name} does with iam:PassRole, s3:GetObject, s3:ListBucket, bedrock:InvokeModel, lambda or "
    "ec2:RunInstances"
)
_MOST_SIMULATED = 3


class AttachQuarantine:
    id = "attach_quarantine"
    title = "Attach AWS's quarantine policy to the user"
    permissions = tuple(
        dict.fromkeys(
            (*(p for way in WAYS for p in way.permissions), "iam:GetPolicy", "iam:GetPolicyVersion", PERMISSION)
        )
    )
    breaking = True
    reversible = True
    deletes = False
    undone_by = (
        "detaching the policy; taking the user out of our group; putting the old boundary back; deleting our policy"
    )
    by_hand = ByHand(
        console=f"IAM > Users > {{name}} > Add permissions > Attach policies directly > {PREFIX}V3",
        cli=f"aws iam attach-user-policy --user-name {{name}} --policy-arn arn:aws:iam::aws:policy/{PREFIX}V3",
    )
    references = ("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        patient = Patient(context, context.aws.client(target.account, "iam"), target)
        if any(way.seen(patient, {}) for way in WAYS):
            return None
        actions = _dangers(context, target)
        patient = replace(patient, quarantine=strongest(patient.client, patient.partition, actions))
        way, change = next((w, c) for w in WAYS if (c := w.propose(patient)) is not None)
        denies = patient.quarantine.denies if patient.quarantine else denied_by(change.after["document"], actions)
        after = {**change.after, "way": way.id, "denies": list(denies[:_MOST_SIMULATED])}
        return replace(change, breaks=_BREAKS.format(name=target.name), after=after)

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        try:
            _way(change).apply(Patient(context, context.aws.client(target.account, "iam"), target), change.after)
        except AwsError as error:
            if error.code in LIMIT:
                raise NotPossible(
                    f"{target.name} has no free slot any more: {error}", "run again: another way"
                ) from error
            raise
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        patient = Patient(context, context.aws.client(target.account, "iam", fresh=True), target)
        after = change.after if change else {}
        mine = [w for w in WAYS if w.id in {"policy", after.get("way", "policy")}]
        stands = next((said for way in mine if (said := way.seen(patient, after))), "")
        if not stands:
            return Look(Tri.NO, detail="no quarantine policy is attached (any more)")
        seen = Look(Tri.YES, detail=stands)
        owner = context.incident.owner
        if owner and owner.user_arn == target.id:
            seen = _try_key(context, seen)
        return with_simulation(context, seen, target, tuple(change.after.get("denies", ())) if change else ())

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        patient = Patient(context, context.aws.client(target.account, "iam"), target)
        if not _way(change).undo(patient, change):
            return Outcome(OutcomeKind.ALREADY, "the quarantine is gone already")
        return Outcome(OutcomeKind.DONE, f"took the quarantine off user {target.name}")


def _way(change: Change) -> Way:
    return next(w for w in WAYS if w.id == change.after["way"])


def _dangers(context: Context, target: Target) -> list[str]:
    read = context.incident.permissions.get(target.id)
    known = tuple(d.action for d in read.dangers) if read else ()
    return dangers_of(known, is_admin=read is None or read.is_admin)


def _try_key(context: Context, seen: Look) -> Look:
    """A read that the key was allowed before and that every quarantine policy denies."""
    key_id = context.incident.key_id
    tried = context.incident.tried.get(key_id)
    if tried is None or tried.key_probe not in REFUSED_BY_QUARANTINE:
        return seen
    return with_trial(context, seen, context.vault.get(key_id), tried.key_probe, "this key", moot_when_dead=True)


ACTION = AttachQuarantine()
