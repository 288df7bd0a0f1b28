"""Functions, tables and images: what was published, backed up or pushed before."""

from datetime import timedelta
from typing import TYPE_CHECKING

from unleak.aws.function_versions import published
from unleak.aws.table_backups import source_of
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


def function(aws: "Accounts", thing: Thing) -> Before:
    client, name, at = aws.client(thing.account, "lambda", thing.region), thing.arn.split(":")[6], thing.changes[0].at
    try:
        versions = published(client, name)
    except NotFound:
        return Before(Back.NO, "it was deleted, and AWS keeps none of its versions", present=Present.GONE)
    older = next((v for v in versions if v.at < at), None)
    if older is None:
        return Before(Back.NO, "no version was published before: deploy it again from its source")
    why = f"version {older.number}, published {older.at:%Y-%m-%d %H:%M} UTC"
    return Before(Back.YES, why, str(older.number), older.at, "put_back_function")


def table(aws: "Accounts", thing: Thing) -> Before:
    """To a new table, as of a second before: no value of an item is told."""
    client, name = aws.client(thing.account, "dynamodb", thing.region), thing.arn.rsplit("/", 1)[-1]
    source = source_of(client, name, thing.changes[0].at - timedelta(seconds=1))
    if source is None and any(t.deed is Deed.DELETED for t in thing.changes):
        return Before(Back.NO, "it was deleted without point-in-time recovery: no backup of it is kept")
    if source is None:
        return Before(Back.NO, "point-in-time recovery was not on: what items held before is gone")
    what = f"backup {source.backup}" if source.backup else f"the table as of {source.version}"
    return Before(Back.YES, f"{what}, as a new table", source.version, source.at, "put_back_table")


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
    return Before(Back.YES, why, digest, when, "put_back_image")
