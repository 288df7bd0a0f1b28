"""Somebody else's user is given a second key, which is theirs by name and the attacker's in fact."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call, holds
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces

COLLEAGUE = "alice"
READS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    iam = stage.admin.client(stage.account, "iam")
    iam.create_user(UserName=COLLEAGUE)
    iam.attach_user_policy(UserName=COLLEAGUE, PolicyArn=READS)


TECHNIQUE = Technique(
    id="key_for_a_colleague",
    title="A key for a colleague",
    attack=("T1098.001",),
    prepare=prepare,
    moves=(
        call("iam:CreateAccessKey", then=holds("colleague"), UserName=COLLEAGUE),
        call("s3:ListBuckets", "colleague"),
        call("iam:ListUsers", "colleague"),
    ),
    seen=Traces(rules=("iam-create-access-key",), credentials=("CreateAccessKey",), things=("IAM::AccessKey",)),
    stopped_by=("revoke_user_sessions", "deactivate_key"),
    leaves=("key ",),
    only_standin=LEAVES,
)
