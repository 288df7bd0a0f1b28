"""A user who may attach policies makes an administrator of themselves, in three ways at once."""

from unleak.drill.documents import ADMIN, allow
from unleak.drill.moves import call
from unleak.drill.stage import VICTIM, Stage
from unleak.drill.technique import LEAVES, Technique, Traces

GROUP = "administrators"


def prepare(stage: Stage) -> None:
    iam = stage.admin.client(stage.account, "iam")
    iam.create_group(GroupName=GROUP)
    iam.attach_group_policy(GroupName=GROUP, PolicyArn=ADMIN)
    may = allow("iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup")
    iam.put_user_policy(UserName=VICTIM, PolicyName="self-service", PolicyDocument=may)


TECHNIQUE = Technique(
    id="rights_attached",
    title="Rights given to oneself",
    attack=("T1098.003",),
    prepare=prepare,
    moves=(
        call("iam:AttachUserPolicy", UserName=VICTIM, PolicyArn=ADMIN),
        call("iam:PutUserPolicy", UserName=VICTIM, PolicyName="extra", PolicyDocument=allow("*")),
        call("iam:AddUserToGroup", UserName=VICTIM, GroupName=GROUP),
        call("iam:ListRoles"),
    ),
    seen=Traces(
        rules=("iam-attach-admin-policy", "iam-put-inline-policy", "iam-add-user-to-group"), things=("IAM::User",)
    ),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=(f"user {VICTIM}",),
    only_standin=LEAVES,
)
