"""Functions, tables and images: what was published, backed up or pushed before."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from unleak.model.data import Back, Before, Deed, Present, Thing
from unleak.model.errors import NotFound

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts

PERMISSIONS = (
    "lambda:ListVersionsByFunction",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:ListBackups",
    "ecr:DescribeImages",
)
_LATEST = "$LATEST"


def function(aws: "Accounts", thing: Thing) -> Before:
    """Only what was published is kept: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html ."""
    client, name, at = aws.client(thing.account, "lambda", thing.region), thing.arn.split(":")[6], thing.changes[0].at
    try:
        listed = list(client.pages("list_versions_by_function", "Versions", FunctionName=name))
    except NotFound:
        return Before(Back.NO, "it was deleted, and AWS keeps none of its versions", present=Present.GONE)
    published = [(v["Version"], _moment(v["LastModified"])) for v in listed if v["Version"] != _LATEST]
    older = [(when, number) for number, when in published if when < at]
    if not older:
        return Before(Back.NO, "no version was published before: deploy it again from its source")
    when, number = max(older)
    by_hand = f"aws lambda get-function --function-name {name} --qualifier {number}, then update-function-code with it"
    return Before(Back.YES, f"version {number}, published {when:%Y-%m-%d %H:%M} UTC", number, when, by_hand=by_hand)


def _moment(text: str) -> datetime:
    """`2026-11-23T12:33:12.000+0000`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)


def table(aws: "Accounts", thing: Thing) -> Before:
    """To a new table, as of a second before: no value of an item is told.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_howitworks.html
    """
    client, name = aws.client(thing.account, "dynamodb", thing.region), thing.arn.rsplit("/", 1)[-1]
    if any(t.deed is Deed.DELETED for t in thing.changes):
        kept = client.list_backups(TableName=name, BackupType="SYSTEM").get("BackupSummaries", ())
        if not kept:
            return Before(Back.NO, "it was deleted without point-in-time recovery: no backup of it is kept")
        arn = str(kept[0]["BackupArn"])
        return Before(Back.YES, f"backup {arn}", arn, by_hand=f"restore-table-from-backup --backup-arn {arn}")
    told = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = told.get("PointInTimeRecoveryDescription", {})
    since, moment = recovery.get("EarliestRestorableDateTime"), thing.changes[0].at - timedelta(seconds=1)
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED" or (since is not None and since > moment):
        return Before(Back.NO, "point-in-time recovery was not on: what items held before is gone")
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    by_hand = (
        f"aws dynamodb restore-table-to-point-in-time --source-table-name {name} --target-table-name {name}-before"
        f" --restore-date-time {stamp}, then compare"
    )
    return Before(Back.YES, f"the table as of {stamp}, as a new table", stamp, moment, by_hand=by_hand)


def image(aws: "Accounts", thing: Thing) -> Before:
    """The image that lost the tag is kept without one, until a lifecycle rule takes it away."""
    client = aws.client(thing.account, "ecr", thing.region)
    repository, _, tag = thing.arn.split(":repository/", 1)[-1].partition(":")
    if any(t.deed is Deed.DELETED for t in thing.changes):
        return Before(Back.NO, "the image was deleted: push it again from its source")
    listed = client.pages("describe_images", "imageDetails", repositoryName=repository)
    at = thing.changes[0].at
    older = [
        (i["imagePushedAt"], i["imageDigest"]) for i in listed if not i.get("imageTags") and i["imagePushedAt"] < at
    ]
    if not older:
        return Before(Back.NO, f"no image is kept that may have borne the tag {tag} before")
    when, digest = max(older)
    why = f"probably {digest}, pushed {when:%Y-%m-%d %H:%M} UTC: the newest without a tag"
    by_hand = f"put-image --image-tag {tag} with the manifest of {digest} (batch-get-image)"
    return Before(Back.YES, why, digest, when, by_hand=by_hand)
