"""Ends what GetSessionToken and GetFederationToken made: deactivating the key does not.

Sessions of a user carry the user's permissions, so the deny goes on the user:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
"""

from unleak.contain.by_simulation import PERMISSION
from unleak.contain.by_trial import with_trial
from unleak.contain.own_policy import ON_USER
from unleak.contain.session_revocation import apply_deny, propose_deny, simulated, undo_deny, verify_deny
from unleak.model.plan import Change, Look, Outcome, Target
from unleak.unit import ByHand, Context


class RevokeUserSessions:
    id = "revoke_user_sessions"
    title = "Deny sessions of the user that were issued before now"
    permissions = (*ON_USER, PERMISSION)
    breaking = True
    reversible = True
    deletes = False
    undone_by = "deleting our policy, all rounds at once"
    by_hand = ByHand(
        console="IAM > Users > {name} > Add permissions > Create inline policy > JSON: deny * on * under the condition "
        "DateLessThan aws:TokenIssueTime = now",
        cli="aws iam put-user-policy --user-name {name} --policy-name revoke-older-sessions --policy-document "
        '\'{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"*","Resource":"*","Condition":'
        '{{"DateLessThan":{{"aws:TokenIssueTime":"\'"$(date -u +%FT%TZ)"\'"}}}}}}]}}\'',
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        return propose_deny(
            context,
            target,
            f"sessions of {target.name} that somebody rightful holds end too, its console session among them; "
            "long-term keys are not touched",
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        return apply_deny(context, target, change)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        seen = verify_deny(context, target, change)
        owner, key_id = context.incident.owner, context.incident.key_id
        tried = context.incident.tried.get(key_id)
        if tried is None or owner is None or owner.user_arn != target.id:
            return simulated(context, target, seen)
        # The session that we minted before: what it was allowed then must be refused now.
        witness = context.vault.witness_of(key_id)
        seen = with_trial(context, seen, witness, tried.session_probe, "a session of this key")
        return simulated(context, target, seen)

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del change
        return undo_deny(context, target)


ACTION = RevokeUserSessions()
