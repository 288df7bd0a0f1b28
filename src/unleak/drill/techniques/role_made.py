"""A role of the attacker's own, which trusts an account of theirs and may do everything."""

from unleak.drill.documents import ADMIN, STRANGER, be_administrator, trust
from unleak.drill.moves import call, holds
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.model.plan import Mode

ROLE = "OrganizationSupportRole"

TECHNIQUE = Technique(
    id="role_made",
    title="A role of their own",
    attack=("T1136.003", "T1098.003"),
    prepare=be_administrator,
    moves=(
        call("iam:CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=trust(f"arn:aws:iam::{STRANGER}:root")),
        call("iam:AttachRolePolicy", RoleName=ROLE, PolicyArn=ADMIN),
        call("sts:AssumeRole", "stranger", then=holds("role"), RoleArn=f"arn:aws:iam::{{account}}:role/{ROLE}",
             RoleSessionName="support", wanted=False,
             note="a deny on a role refuses what its sessions do, not the sessions"),
        call("iam:ListUsers", "role"),
    ),
    seen=Traces(
        rules=("iam-create-role-for-account", "iam-attach-admin-policy"), credentials=("CreateRole",),
        things=("IAM::Role",),
    ),
    stopped_by=("deactivate_key", "revoke_role_sessions", "deny_all"),
    leaves=(f"role {ROLE}",),
    mode=Mode.LOCKDOWN,
    only_standin=LEAVES,
)  # fmt: skip
