"""KMS: keys, who may use them, and keys that will be gone.

A key is given by its id or its ARN; none of these calls takes an alias for it.
https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row

_KEY = (here("kms", "key/{>keyId}"), here("kms", "key/{keyId}"))
_GIVEN = here("kms", "key/{keyId}")
_ALIAS = here("kms", "{aliasName}")

ROWS: tuple[Row, ...] = (
    Row(
        "kms:CreateKey kms:ReplicateKey", "KMS::Key", CREATED,
        ("{>keyMetadata.arn}", "{>replicaKeyMetadata.arn}", here("kms", "key/{>keyMetadata.keyId}")), "{description}",
    ),
    Row(
        "kms:CreateKey", "KMS::Key", CHANGED, "{>keyMetadata.arn}", "policy", key="policy", document="policy",
        quiet=True,
    ),
    Row("kms:PutKeyPolicy", "KMS::Key", CHANGED, _GIVEN, "policy", key="policy", document="policy"),
    Row(
        "kms:CreateGrant", "KMS::Grant", CHANGED, _KEY, "grant of {operations} to {granteePrincipal}",
        base=here("kms", "grant/{>grantId}"), key="grant|{>grantId}", to="granteePrincipal", replaces=False, quiet=True,
    ),
    # A grant's key may be named differently when it is ended: the fact is known by the grant's id.
    Row(
        "kms:RevokeGrant kms:RetireGrant", "KMS::Grant", CHANGED, _GIVEN, "grant {grantId} ended",
        base=here("kms", "grant/{grantId}"), key="grant|{grantId}", away=True,
    ),
    Row(
        "kms:ScheduleKeyDeletion", "KMS::Key", CHANGED, _KEY, "will be deleted [on {>deletionDate}]", key="deletion",
        replaces=False,
    ),
    Row("kms:CancelKeyDeletion", "KMS::Key", CHANGED, _KEY, "will not be deleted", key="deletion", away=True),
    Row("kms:DisableKey", "KMS::Key", CHANGED, _GIVEN, "disabled", mark="disabled"),
    Row("kms:EnableKey", "KMS::Key", CHANGED, _GIVEN, "enabled", mark="enabled"),
    Row("kms:DisableKeyRotation", "KMS::Key", CHANGED, _GIVEN, "rotation switched off", key="rotation", away=True),
    Row("kms:EnableKeyRotation", "KMS::Key", CHANGED, _GIVEN, "rotation switched on", key="rotation", replaces=False),
    Row("kms:ImportKeyMaterial", "KMS::Key", CHANGED, _GIVEN, "key material imported", key="material", replaces=False),
    Row(
        "kms:DeleteImportedKeyMaterial", "KMS::Key", CHANGED, _GIVEN, "key material deleted", key="material",
        away=True,
    ),
    Row("kms:CreateAlias", "KMS::Alias", CREATED, _ALIAS, "[of {targetKeyId}]"),
    Row("kms:UpdateAlias", "KMS::Alias", CHANGED, _ALIAS, "now [of {targetKeyId}]", key="target"),
    Row("kms:DeleteAlias", "KMS::Alias", DELETED, _ALIAS),
    Row("kms:UpdateKeyDescription", "KMS::Key", CHANGED, _GIVEN, "description changed", key="description"),
)  # fmt: skip
