"""Snapshots and images of this account, and with whom they are shared: a whole disk leaves by one changed attribute.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, high, medium, some

_ALL = "all"


class Disks:
    id = "disks"
    title = "Snapshots and images, and with whom they are shared"
    scope = Scope.REGIONAL
    permissions = (
        "ec2:DescribeSnapshots",
        "ec2:DescribeSnapshotAttribute",
        "ec2:DescribeImages",
        "ec2:DescribeImageAttribute",
        "ec2:DescribeVolumes",
    )
    types = ("AWS::EC2::Snapshot", "AWS::EC2::Image", "AWS::EC2::Volume")

    def look(self, place: Place) -> Iterator[Thing]:
        ec2 = place.client("ec2")
        yield from _snapshots(place, ec2)
        yield from _images(place, ec2)
        for one in place.listed("AWS::EC2::Volume", ec2.items, "describe_volumes", "Volumes"):
            arn, detail = place.arn("ec2", f"volume/{one['VolumeId']}"), some(state=one.get("State"))
            yield place.thing("AWS::EC2::Volume", arn, one["VolumeId"], one.get("CreateTime"), detail=detail)


def _snapshots(place: Place, ec2: Any) -> Iterator[Thing]:
    kind = "AWS::EC2::Snapshot"
    for one in place.listed(kind, ec2.items, "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        if one.get("OwnerId", place.account) != place.account:
            continue
        its_id = one["SnapshotId"]
        arn = place.arn("ec2", f"snapshot/{its_id}")
        concerns = tuple(_shared(place, arn, ec2, its_id))
        detail = some(of=one.get("VolumeId"), size=one.get("VolumeSize") and f"{one['VolumeSize']} GiB")
        yield place.thing(kind, arn, its_id, one.get("StartTime"), detail=detail, concerns=concerns)


def _images(place: Place, ec2: Any) -> Iterator[Thing]:
    for one in place.listed("AWS::EC2::Image", ec2.items, "describe_images", "Images", Owners=["self"]):
        its_id = one["ImageId"]
        arn = place.arn("ec2", f"image/{its_id}")
        told = place.ask(arn, ec2.describe_image_attribute, ImageId=its_id, Attribute="launchPermission") or {}
        concerns = tuple(_named(told.get("LaunchPermissions", ()), place.account))
        yield place.thing(
            "AWS::EC2::Image",
            arn,
            its_id,
            one.get("CreationDate"),
            detail=some(name=one.get("Name")),
            concerns=concerns,
        )


def _shared(place: Place, arn: str, ec2: Any, its_id: str) -> Iterator[Concern]:
    told = place.ask(arn, ec2.describe_snapshot_attribute, SnapshotId=its_id, Attribute="createVolumePermission")
    yield from _named((told or {}).get("CreateVolumePermissions", ()), place.account)


def _named(permissions: Any, account: str) -> Iterator[Concern]:
    for one in permissions:
        if one.get("Group") == _ALL:
            yield high("shared with everybody")
        whom = one.get("UserId") or one.get("OrganizationArn") or one.get("OrganizationalUnitArn")
        if whom and whom != account:
            yield medium(f"shared with {whom}")


CHECK = Disks()
