"""Those who could stop it are locked out: a colleague's key and password are deleted. Nobody can bring them back."""

from typing import Any

from unleak.drill.documents import PASSWORD
from unleak.drill.moves import call, notes
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques import key_for_a_colleague as other

_WHO: dict[str, Any] = {"UserName": other.COLLEAGUE}


def prepare(stage: Stage) -> None:
    other.prepare(stage)
    iam = stage.admin.client(stage.account, "iam")
    iam.create_access_key(**_WHO)
    iam.create_login_profile(Password=PASSWORD, **_WHO)


TECHNIQUE = Technique(
    id="colleague_locked_out",
    title="A colleague locked out",
    attack=("T1531",),
    prepare=prepare,
    moves=(
        call("iam:ListAccessKeys", then=notes("their_key", "AccessKeyMetadata", 0, "AccessKeyId"), **_WHO),
        call("iam:DeleteAccessKey", AccessKeyId="{their_key}", **_WHO),
        call("iam:DeleteLoginProfile", **_WHO),
    ),
    seen=Traces(rules=("iam-lock-others-out",), things=("IAM::AccessKey", "IAM::LoginProfile")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    lost=("key ", f"user {other.COLLEAGUE}"),
    by_hand=("IAM::AccessKey", "IAM::LoginProfile"),
    only_standin=LEAVES,
)
