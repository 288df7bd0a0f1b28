"""A user of the attacker's own, with a name that sounds like one of yours, a password and a key."""

from typing import Any

from unleak.drill.documents import ADMIN, PASSWORD, be_administrator
from unleak.drill.moves import call, holds
from unleak.drill.technique import LEAVES, Technique, Traces

_WHO: dict[str, Any] = {"UserName": "aws-support"}

TECHNIQUE = Technique(
    id="user_made",
    title="A user of their own",
    attack=("T1136.003", "T1098.001", "T1098.003"),
    prepare=be_administrator,
    moves=(
        call("iam:CreateUser", **_WHO),
        call("iam:AttachUserPolicy", PolicyArn=ADMIN, **_WHO),
        call("iam:CreateLoginProfile", Password=PASSWORD, **_WHO),
        call("iam:CreateAccessKey", then=holds("made"), **_WHO),
        call("iam:ListUsers", "made"),
    ),
    seen=Traces(
        rules=("iam-create-user", "iam-attach-admin-policy", "iam-create-login-profile", "iam-create-access-key"),
        credentials=("CreateAccessKey",),
        things=("IAM::User",),
    ),
    stopped_by=("revoke_user_sessions", "deactivate_key"),
    leaves=("user aws-support", "key "),
    only_standin=LEAVES,
)
