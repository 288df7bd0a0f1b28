"""The keys that data is encrypted with are switched off, and set to be deleted: whoever has none has no data."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call, notes
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    kms = stage.admin.client(stage.account, "kms")
    for purpose in ("the shop", "the archive"):
        kms.create_key(Description=purpose)


TECHNIQUE = Technique(
    id="encryption_key_destroyed",
    title="Encryption keys switched off",
    attack=("T1486", "T1485"),
    prepare=prepare,
    moves=(
        call("kms:ListKeys", then=notes("first", "Keys", 0, "KeyId")),
        call("kms:ListKeys", then=notes("second", "Keys", 1, "KeyId")),
        call("kms:DisableKey", KeyId="{first}"),
        call("kms:ScheduleKeyDeletion", KeyId="{second}", PendingWindowInDays=7),
    ),
    seen=Traces(rules=("kms-key-destroyed",), things=("KMS::Key",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("encryption key",),
    only_standin=LEAVES,
)
