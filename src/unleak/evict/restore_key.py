"""Makes an encryption key usable again that the attacker disabled or set to be deleted, and lets it rotate again.

https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_PENDING = {"PendingDeletion", "PendingReplicaDeletion"}


class RestoreKey(PuttingRight):
    id = "restore_key"
    title = "Make an encryption key usable again that the attacker disabled or set to be deleted"
    permissions = (
        "kms:DescribeKey", "kms:CancelKeyDeletion", "kms:EnableKey", "kms:DisableKey", "kms:GetKeyRotationStatus",
        "kms:EnableKeyRotation", "kms:DisableKeyRotation",
    )  # fmt: skip
    undone_by = "disabling it, or stopping its rotation, as it was found"
    by_hand = ByHand(
        console="KMS (region {region}) > Customer managed keys > {name} > Key actions > Cancel key deletion, Enable",
        cli="aws kms cancel-key-deletion --region {region} --key-id {name}  # and enable-key, enable-key-rotation",
    )
    references = ("https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type != "AWS::KMS::Key":
            return
        if deed.part == "deletion" or deed.action == "kms:DisableKey":
            yield "state", "Enabled"
        elif deed.part == "rotation|gone":
            yield "rotation", True

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        kms = context.aws.client(target.account, "kms", target.region, fresh=fresh)
        if part == "state":
            return str(kms.describe_key(KeyId=target.name)["KeyMetadata"]["KeyState"])
        return bool(kms.get_key_rotation_status(KeyId=target.name)["KeyRotationEnabled"])

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        kms = context.aws.client(target.account, "kms", target.region)
        if part == "state":
            _turn(kms, target.name, on=value == "Enabled")
        elif value:
            kms.enable_key_rotation(KeyId=target.name)
        else:
            kms.disable_key_rotation(KeyId=target.name)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        told = [{"state": "enable it", "rotation": "let it rotate"}[p] for p in parts]
        return (
            f"put key {target.name} back: {', '.join(told)}",
            "nothing",
            "disable it, or stop its rotation, as it was found; it is not set to be deleted again",
        )


def _turn(kms: Client, key: str, *, on: bool) -> None:
    """A key whose deletion is cancelled is disabled.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
    """
    if not on:
        kms.disable_key(KeyId=key)
        return
    if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] in _PENDING:
        kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)


ACTION = RestoreKey()
