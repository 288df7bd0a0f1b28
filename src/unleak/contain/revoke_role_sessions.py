"""Ends the sessions of a role that the leaked key reached: they live on under the role's permissions, not the user's.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from unleak.contain.by_simulation import PERMISSION
from unleak.contain.by_trial import with_trial
from unleak.contain.own_policy import ON_ROLE
from unleak.contain.session_revocation import apply_deny, propose_deny, simulated, undo_deny, verify_deny
from unleak.model.errors import NotPossible
from unleak.model.plan import Change, Look, Outcome, Target
from unleak.unit import ByHand, Context


class RevokeRoleSessions:
    id = "revoke_role_sessions"
    title = "Deny sessions of the role that were issued before now"
    permissions = (*ON_ROLE, PERMISSION)
    breaking = True
    reversible = True
    deletes = False
    undone_by = "deleting our policy, all rounds at once"
    by_hand = ByHand(
        console="IAM > Roles > {name} > Revoke sessions > Revoke active sessions",
        cli="aws iam put-role-policy --role-name {name} --policy-name AWSRevokeOlderSessions --policy-document "
        '\'{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"*","Resource":"*","Condition":'
        '{{"DateLessThan":{{"aws:TokenIssueTime":"\'"$(date -u +%FT%TZ)"\'"}}}}}}]}}\'',
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible for roles that nobody but AWS may edit."""
        refuse_what_only_aws_edits(target)
        return propose_deny(
            context,
            target,
            f"everyone who uses the role {target.name} now must assume it again; an instance keeps its denied "
            "credentials until it fetches new ones, which takes hours",
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        return apply_deny(context, target, change)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        seen = verify_deny(context, target, change)
        owner, key_id = context.incident.owner, context.incident.key_id
        tried = context.incident.tried.get(key_id)
        if tried is not None and owner is not None and owner.role_arn == target.id:
            seen = with_trial(context, seen, context.vault.get(key_id), tried.session_probe, "the leaked session")
        return simulated(context, target, seen)

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del change
        return undo_deny(context, target)


def refuse_what_only_aws_edits(target: Target) -> None:
    """Raises NotPossible for such a role."""
    if ":role/aws-service-role/" in target.id:
        raise NotPossible(
            f"{target.name} is a service-linked role: its sessions cannot be revoked",
            "contain the resource that uses it instead",
        )
    if "/AWSReservedSSO_" in target.id:
        raise NotPossible(
            f"{target.name} belongs to IAM Identity Center and cannot be edited",
            "put the deny into its permission set, or into a service control policy",
        )


ACTION = RevokeRoleSessions()
