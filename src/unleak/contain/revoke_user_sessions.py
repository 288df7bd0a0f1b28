"""Ends what GetSessionToken and GetFederationToken made: deactivating the key does not.

Sessions of a user carry the user's permissions, so the deny goes on the user:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
"""

from dataclasses import replace

from unleak.aws.trial import probe_named, try_with
from unleak.contain.session_revocation import apply_deny, propose_deny, undo_deny, verify_deny
from unleak.model.plan import Change, Look, Outcome, Target, Tri
from unleak.unit import ByHand, Context


class RevokeUserSessions:
    id = "revoke_user_sessions"
    title = "Deny sessions of the user that were issued before now"
    permissions = ("iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy")
    breaking = True
    reversible = True
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
        owner = context.incident.owner
        return self._try_witness(context, seen) if owner and owner.user_arn == target.id else seen

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del change
        return undo_deny(context, target)

    def _try_witness(self, context: Context, seen: Look) -> Look:
        """The session that we minted before: what it was allowed then must be refused now."""
        key_id = context.incident.key_id
        session, tried = context.vault.witness_of(key_id), context.incident.tried.get(key_id)
        probe = probe_named(tried.session_probe) if tried else None
        if session is None or probe is None:
            return seen
        trial = try_with(context.aws, session, probe)
        ids = (trial.request_id,) if trial.request_id else ()
        if trial.accepted is Tri.YES:
            return replace(seen, refused=Tri.NO, request_ids=ids)
        if trial.accepted is Tri.NO and not trial.dead:
            detail = f"{probe.action}, accepted before with a session of this key, is refused now ({trial.code})"
            return replace(seen, refused=Tri.YES, detail=detail, request_ids=ids)
        return replace(seen, request_ids=ids)


ACTION = RevokeUserSessions()
