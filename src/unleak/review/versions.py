"""What was there before each thing that was changed: asked of AWS where it can be, told plainly where it cannot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from unleak.model.data import Back, Before, Deed, Thing
from unleak.model.errors import CouldNotLook
from unleak.review.before import functions, objects, values

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts

PERMISSIONS = (*objects.PERMISSIONS, *values.PERMISSIONS, *functions.PERMISSIONS)
Look = Callable[["Accounts", Thing], Before]
_LOOKS: Mapping[str, Look] = {
    "AWS::SSM::Parameter": values.parameter,
    "AWS::SecretsManager::Secret": values.secret,
    "AWS::Lambda::Function": functions.function,
    "AWS::DynamoDB::Table": functions.table,
    "AWS::ECR::Image": functions.image,
}
_VAULT = "a recovery point of AWS Backup, if there is any, is not looked for"
_BIN = "the Recycle Bin, if a rule keeps such things, is not looked into"
_TOLD: Mapping[str, Before] = {
    "AWS::SQS::Queue": Before(Back.NO, "a queue keeps no message that was taken from it, and none can be recalled"),
    "AWS::EC2::Snapshot": Before(Back.COULD_NOT_LOOK, _BIN),
    "AWS::EC2::Volume": Before(Back.COULD_NOT_LOOK, f"its snapshots are not looked for; {_BIN}"),
    "AWS::RDS::DBInstance": Before(Back.COULD_NOT_LOOK, f"automated backups may be kept; {_VAULT}"),
    "AWS::RDS::DBCluster": Before(Back.COULD_NOT_LOOK, f"automated backups may be kept; {_VAULT}"),
    "AWS::RDS::DBSnapshot": Before(Back.NO, "a deleted snapshot is gone"),
    "AWS::RDS::DBClusterSnapshot": Before(Back.NO, "a deleted snapshot is gone"),
    "AWS::Redshift::Cluster": Before(Back.COULD_NOT_LOOK, f"its snapshots are not looked for; {_VAULT}"),
    "AWS::EFS::FileSystem": Before(Back.COULD_NOT_LOOK, _VAULT),
    "AWS::Logs::LogGroup": Before(Back.NO, "CloudWatch keeps nothing of deleted logs"),
    "AWS::Backup::RecoveryPoint": Before(Back.NO, "a deleted recovery point is gone"),
    "AWS::CodeCommit::Repository": Before(Back.YES, "git keeps what was: compare with a clone", by_hand="git push"),
}
_NOT_KNOWN = Before(Back.COULD_NOT_LOOK, "it is not known how to look for what was there")
_OBJECT = "AWS::S3::Object"


def with_versions(aws: "Accounts", things: Sequence[Thing]) -> Iterator[Thing]:
    """In their order but for objects, which come first. What was only read has nothing to put back."""
    changed = [t for t in things if t.is_changed]
    yield from objects.look(aws, [t for t in changed if t.type == _OBJECT])
    yield from (replace(t, before=_of(aws, t)) for t in changed if t.type != _OBJECT)
    yield from (t for t in things if not t.is_changed)


def _of(aws: "Accounts", thing: Thing) -> Before:
    if kept := _last_copy(thing):
        return kept
    look = _LOOKS.get(thing.type)
    if look is None:
        return _TOLD.get(thing.type, _NOT_KNOWN)
    try:
        return look(aws, thing)
    except CouldNotLook as error:
        return Before(Back.COULD_NOT_LOOK, f"{error}" + (f"; {error.hint}" if error.hint else ""))


def _last_copy(thing: Thing) -> Before | None:
    """What the deleting call itself says: a last snapshot was taken, or a key waits."""
    deleted = next((t for t in thing.changes if t.deed is Deed.DELETED and t.version), None)
    if deleted is None:
        return None
    if thing.type == "AWS::KMS::Key":
        why = f"it waits to be deleted until {deleted.version}: cancelled, it opens again what it encrypted"
        return Before(Back.YES, why, by_hand=f"aws kms cancel-key-deletion --key-id {thing.arn}, then enable-key")
    if thing.type in {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Redshift::Cluster"}:
        why = f"its last snapshot {deleted.version} was taken as it was deleted"
        return Before(Back.YES, why, deleted.version, by_hand=f"restore it from snapshot {deleted.version}")
    return None
