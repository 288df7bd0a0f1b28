"""Instances in any state: a stopped one keeps its disks and its role, a terminated one is still told for an hour."""

from collections.abc import Iterator, Mapping
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Concern, Place, Scope, low, some

_DEFAULT_NAME = "Name"


class Ec2Instances:
    id = "ec2_instances"
    title = "Instances in any state"
    scope = Scope.REGIONAL
    permissions = ("ec2:DescribeInstances",)
    types = ("AWS::EC2::Instance",)

    def look(self, place: Place) -> Iterator[Thing]:
        for one in place.client("ec2").items("describe_instances", "Reservations[].Instances"):
            its_id = one["InstanceId"]
            yield place.thing(
                "AWS::EC2::Instance", place.arn("ec2", f"instance/{its_id}"), its_id, one.get("LaunchTime"),
                detail=_told(one), concerns=tuple(_concerns(one)),
            )  # fmt: skip


def _told(one: Mapping[str, Any]) -> str:
    name = next((t["Value"] for t in one.get("Tags", ()) if t.get("Key") == _DEFAULT_NAME), "")
    profile = one.get("IamInstanceProfile", {}).get("Arn", "").rsplit("/", 1)[-1]
    state = one.get("State", {}).get("Name")
    return some(
        name=name, state=state, type=one.get("InstanceType"), profile=profile, address=one.get("PublicIpAddress")
    )


def _concerns(one: Mapping[str, Any]) -> Iterator[Concern]:
    if one.get("MetadataOptions", {}).get("HttpTokens") == "optional":
        yield low("gives its role's credentials without a session token (IMDSv1)")
    if one.get("InstanceLifecycle") == "spot":
        yield low("a spot instance")


CHECK = Ec2Instances()
