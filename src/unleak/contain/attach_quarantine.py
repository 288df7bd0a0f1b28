"""Attaches AWS's own quarantine policy, as AWS does a minute after it hears of a leak.

The policies are managed by AWS and change: which there are and what they deny is read at run time.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
"""

from unleak.aws.client import Client
from unleak.aws.trial import REFUSED_BY_QUARANTINE
from unleak.contain.by_trial import with_trial
from unleak.iam.danger import DANGERS
from unleak.iam.evaluate import Decision, Policies, Request, evaluate
from unleak.iam.policy import parse_policy
from unleak.model.errors import AwsError, NotFound, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

PREFIX = "AWSCompromisedKeyQuarantine"
_OLDEST, _NEWEST_KNOWN = 2, 4
_SCP_OR_SLOTS = "detach a policy that is not needed, or ask AWS for more than 10 policies a user"


class AttachQuarantine:
    id = "attach_quarantine"
    title = "Attach AWS's quarantine policy to the user"
    permissions = (
        "iam:ListAttachedUserPolicies",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:AttachUserPolicy",
        "iam:DetachUserPolicy",
    )
    breaking = True
    reversible = True
    by_hand = ByHand(
        console=f"IAM > Users > {{name}} > Add permissions > Attach policies directly > {PREFIX}V3",
        cli=f"aws iam attach-user-policy --user-name {{name}} --policy-arn arn:aws:iam::aws:policy/{PREFIX}V3",
    )
    references = ("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        client = context.aws.client(target.account, "iam")
        attached = _attached(client, target)
        if any(_is_quarantine(arn) for arn in attached):
            return None
        arn = _strongest(context, client, target)
        return Change(
            summary=f"attach {arn.rsplit('/', 1)[-1]} to user {target.name}",
            breaks=f"what an application of {target.name} does with iam:PassRole, s3:GetObject, s3:ListBucket, "
            "bedrock:InvokeModel, lambda or ec2:RunInstances",
            undo="detach it",
            before={"attached": attached},
            after={"policy_arn": arn},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        client = context.aws.client(target.account, "iam")
        try:
            client.attach_user_policy(UserName=target.name, PolicyArn=change.after["policy_arn"])
        except AwsError as error:
            if error.code in {"LimitExceeded", "LimitExceededException"}:
                raise NotPossible(f"user {target.name} has no free policy slot", _SCP_OR_SLOTS) from error
            raise
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        attached = _attached(context.aws.client(target.account, "iam", fresh=True), target)
        mine = next((arn for arn in attached if _is_quarantine(arn)), None)
        if mine is None:
            return Look(Tri.NO, detail="no quarantine policy is attached (any more)")
        seen = Look(Tri.YES, detail=f"{mine.rsplit('/', 1)[-1]} is attached")
        owner = context.incident.owner
        return _try_key(context, seen) if owner and owner.user_arn == target.id else seen

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        client = context.aws.client(target.account, "iam")
        arn = change.after["policy_arn"]
        if arn not in _attached(client, target):
            return Outcome(OutcomeKind.ALREADY, "it is detached already")
        client.detach_user_policy(UserName=target.name, PolicyArn=arn)
        return Outcome(OutcomeKind.DONE, f"detached {arn.rsplit('/', 1)[-1]} from user {target.name}")


def _is_quarantine(arn: str) -> bool:
    """AWS's own only: anybody may name a policy of the account like it."""
    return arn.split(":")[4] == "aws" and arn.split(":", 5)[5].startswith(f"policy/{PREFIX}")


def _attached(client: Client, target: Target) -> list[str]:
    found = client.pages("list_attached_user_policies", "AttachedPolicies", UserName=target.name)
    return sorted(p["PolicyArn"] for p in found)


def _strongest(context: Context, client: Client, target: Target) -> str:
    """The one that denies most of what this user may dangerously do; of equals, the newest."""
    read = context.incident.permissions.get(target.id)
    actions = [d.action for d in read.dangers] if read and not read.is_admin else list(DANGERS)
    partition = target.id.split(":")[1]
    best: tuple[int, int, str] | None = None
    version = _OLDEST
    while True:
        arn = f"arn:{partition}:iam::aws:policy/{PREFIX}V{version}"
        document = _document(client, arn)
        if document is not None:
            candidate = (_denied(document, actions), version, arn)
            best = max(best, candidate) if best else candidate
        elif version > _NEWEST_KNOWN:
            break
        version += 1
    if best is None:
        raise NotPossible(f"AWS offers no {PREFIX} policy in partition {partition}", "deny by hand what the key may do")
    return best[2]


def _document(client: Client, arn: str) -> dict[str, object] | None:
    try:
        version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    except NotFound:
        return None
    found = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return dict(found)


def _denied(document: dict[str, object], actions: list[str]) -> int:
    policies = Policies(identity=(parse_policy(document),))
    return sum(evaluate(Request(a), policies).decision is Decision.EXPLICIT_DENY for a in actions)


def _try_key(context: Context, seen: Look) -> Look:
    """A read that the key was allowed before and that every quarantine policy denies."""
    key_id = context.incident.key_id
    tried = context.incident.tried.get(key_id)
    if tried is None or tried.key_probe not in REFUSED_BY_QUARANTINE:
        return seen
    return with_trial(context, seen, context.vault.get(key_id), tried.key_probe, "this key", moot_when_dead=True)


ACTION = AttachQuarantine()
