"""Detaches the quarantine that AWS itself attached, when an incident is over. AWS asks for that only after the key is
gone and its support case is answered: a person says so.

https://docs.aws.amazon.com/IAM/latest/UserGuide/security-iam-awsmanpol.html
"""

from contextlib import suppress

from unleak.contain.quarantine.policies import PREFIX
from unleak.iam.our_deny import is_aws_quarantine
from unleak.model.errors import NotFound
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context


class LiftAwsQuarantine:
    id = "lift_aws_quarantine"
    title = "Detach the quarantine that AWS attached"
    permissions = ("iam:ListAttachedUserPolicies", "iam:DetachUserPolicy", "iam:AttachUserPolicy")
    breaking = True
    reversible = True
    deletes = False
    undone_by = "attaching it again"
    by_hand = ByHand(
        console=f"IAM > Users > {{name}} > Permissions > {PREFIX}... > Remove",
        cli=f"aws iam detach-user-policy --user-name {{name}} --policy-arn arn:aws:iam::aws:policy/{PREFIX}V3",
    )
    references = ("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        attached = _attached(context, target)
        if not attached:
            return None
        return Change(
            summary=f"detach {', '.join(arn.rsplit('/', 1)[-1] for arn in attached)} from user {target.name}",
            breaks="AWS may attach it again while its support case is open: answer that first",
            undo="attach it again",
            before={"attached": attached},
            after={"attached": []},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        iam = context.aws.client(target.account, "iam")
        for arn in change.before["attached"]:
            with suppress(NotFound):
                iam.detach_user_policy(UserName=target.name, PolicyArn=arn)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        attached = _attached(context, target, fresh=True)
        if attached:
            return Look(Tri.NO, detail=f"{', '.join(attached)} is attached (again)")
        return Look(Tri.YES, detail="no quarantine of AWS's is attached")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        missing = [a for a in change.before["attached"] if a not in _attached(context, target)]
        if not missing:
            return Outcome(OutcomeKind.ALREADY, "it is attached already")
        for arn in missing:
            context.aws.client(target.account, "iam").attach_user_policy(UserName=target.name, PolicyArn=arn)
        return Outcome(OutcomeKind.DONE, f"attached it to user {target.name} again")


def _attached(context: Context, target: Target, *, fresh: bool = False) -> list[str]:
    """Of AWS's own; a policy of the account that is only named like it is none."""
    iam = context.aws.client(target.account, "iam", fresh=fresh)
    try:
        found = [str(p["PolicyArn"]) for p in
                 iam.pages("list_attached_user_policies", "AttachedPolicies", UserName=target.name)]  # fmt: skip
    except NotFound:
        return []
    return sorted(arn for arn in found if is_aws_quarantine(arn))


ACTION = LiftAwsQuarantine()
