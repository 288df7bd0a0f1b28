"""Denies everything to a principal until the last session that could exist has expired; then lifted by itself.

36 hours for a user, 12 for a role: the longest that a session of it can live.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
"""

from unleak.contain.by_simulation import ASKED, PERMISSION, with_simulation
from unleak.contain.by_trial import with_trial
from unleak.contain.own_policy import ON_ROLE, ON_USER, own_policy
from unleak.contain.revoke_role_sessions import refuse_what_only_aws_edits
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, TargetKind, Tri
from unleak.unit import ByHand, Context

DENY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "UnleakDenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}],
}


class DenyAll:
    id = "deny_all"
    title = "Deny everything to the user or role, for a time"
    permissions = tuple(dict.fromkeys((*ON_USER, *ON_ROLE, PERMISSION)))
    breaking = True
    reversible = True
    deletes = False
    undone_by = "deleting our policy; by itself, when no session can live any more and the trail was read"
    by_hand = ByHand(
        console="IAM > Users (or Roles) > {name} > Add permissions > Create inline policy > JSON: deny * on *",
        cli="aws iam put-user-policy --user-name {name} --policy-name deny-all --policy-document "
        '\'{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"*","Resource":"*"}}]}}\''
        "   # of a role: put-role-policy --role-name {name}",
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        refuse_what_only_aws_edits(target)
        policy = own_policy(context, target, "deny-all")
        present = policy.read()
        if present == DENY_ALL:
            return None
        return Change(
            summary=f"deny everything to {target.kind} {target.name}",
            breaks=f"whatever uses {target.name}, rightful or not",
            undo=f"delete the policy {policy.name}; done by itself when no session of it can live any more",
            before={"document": present},
            after={"document": DENY_ALL},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        own_policy(context, target, "deny-all").write(DENY_ALL)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        policy = own_policy(context, target, "deny-all", fresh=True)
        present = policy.read()
        if present is None and policy.owner_is_gone():
            return Look(Tri.YES, detail=f"the role {target.name} does not exist any more", immediate=True)
        if present != DENY_ALL:
            return Look(Tri.NO, detail="the deny is not there (any more)")
        seen = Look(Tri.YES, detail=f"everything is denied to {target.name}")
        return with_simulation(context, _try(context, target, seen), target, ASKED)

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del change
        policy = own_policy(context, target, "deny-all")
        present = policy.read()
        if present is None:
            return Outcome(OutcomeKind.ALREADY, "the deny is gone already")
        if present != DENY_ALL:
            return Outcome(
                OutcomeKind.ASK, f"the policy {policy.name} is not what we wrote: look at it, then delete it"
            )
        policy.delete()
        return Outcome(OutcomeKind.DONE, f"deleted the policy {policy.name} of {target.kind} {target.name}")


def _try(context: Context, target: Target, seen: Look) -> Look:
    """With the leaked key, which its deactivation ends."""
    owner, key_id = context.incident.owner, context.incident.key_id
    tried = context.incident.tried.get(key_id)
    if tried is None or owner is None or target.kind is not TargetKind.USER or owner.user_arn != target.id:
        return seen
    return with_trial(context, seen, context.vault.get(key_id), tried.key_probe, "this key", moot_when_dead=True)


ACTION = DenyAll()
