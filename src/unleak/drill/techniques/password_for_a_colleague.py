"""A user who only ever had keys gets a password, and with it the console."""

from unleak.drill.documents import PASSWORD
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques.key_for_a_colleague import COLLEAGUE, prepare

TECHNIQUE = Technique(
    id="password_for_a_colleague",
    title="A password for a colleague",
    attack=("T1098", "T1538"),
    prepare=prepare,
    moves=(
        call("iam:CreateLoginProfile", UserName=COLLEAGUE, Password=PASSWORD),
        call("iam:GetLoginProfile", UserName=COLLEAGUE),
    ),
    seen=Traces(rules=("iam-create-login-profile",), things=("IAM::LoginProfile",)),
    stopped_by=("revoke_user_sessions", "deactivate_key"),
    leaves=(f"user {COLLEAGUE}",),
    only_standin=LEAVES,
)
