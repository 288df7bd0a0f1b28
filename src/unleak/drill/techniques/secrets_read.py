"""Every secret and every parameter that the key may read: what is in them is known to strangers from then on."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import Technique, Traces

NAME, PARAMETER = "shop-database", "/shop/token"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    stage.admin.client(stage.account, "secretsmanager").create_secret(Name=NAME, SecretString="not-a-secret")
    stage.admin.client(stage.account, "ssm").put_parameter(Name=PARAMETER, Value="no-token", Type="SecureString")


TECHNIQUE = Technique(
    id="secrets_read",
    title="Secrets read",
    attack=("T1555.006", "T1552"),
    prepare=prepare,
    moves=(
        call("secretsmanager:ListSecrets"),
        call("secretsmanager:GetSecretValue", SecretId=NAME),
        call("secretsmanager:BatchGetSecretValue", SecretIdList=[NAME]),
        call("ssm:DescribeParameters"),
        call("ssm:GetParameter", Name=PARAMETER, WithDecryption=True),
    ),
    seen=Traces(rules=("secrets-listed", "secrets-read", "ssm-parameters-read")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    only_standin="it makes a secret and a parameter, which a drill would have to delete again",
)
