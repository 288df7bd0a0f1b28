"""Copies of the leaked key in what machines start with: user data of instances, launch templates, configurations."""

from collections.abc import Iterator
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope
from unleak.review.needle import held, user_data

_DEAD = {"terminated", "shutting-down"}
_WHERE = "its user data"


class CopiesInMachines:
    id = "copies_in_machines"
    title = "Copies of the key in user data and launch templates"
    scope = Scope.REGIONAL
    permissions = (
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeLaunchTemplateVersions",
        "autoscaling:DescribeLaunchConfigurations",
    )
    types = ("AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration")

    def look(self, place: Place) -> Iterator[Thing]:
        for kind, look in zip(self.types, (_instances, _templates, _configurations), strict=True):
            yield from place.listed(kind, look, place)


def _instances(place: Place) -> Iterator[Thing]:
    ec2 = place.client("ec2")
    for one in ec2.items("describe_instances", "Reservations[].Instances"):
        its_id = one["InstanceId"]
        if one.get("State", {}).get("Name") in _DEAD:
            continue
        arn = place.arn("ec2", f"instance/{its_id}")
        told = place.ask(arn, ec2.describe_instance_attribute, InstanceId=its_id, Attribute="userData") or {}
        found = held(place.key_id, ((_WHERE, user_data(told.get("UserData", {}).get("Value"))),))
        if found:
            yield place.thing("AWS::EC2::Instance", arn, its_id, one.get("LaunchTime"), concerns=found)


def _templates(place: Place) -> Iterator[Thing]:
    """Every version: machines may be started from any."""
    ec2 = place.client("ec2")
    for one in ec2.items("describe_launch_templates", "LaunchTemplates"):
        its_id = one["LaunchTemplateId"]
        arn = place.arn("ec2", f"launch-template/{its_id}")
        versions: list[Any] = list(place.listed(arn, _versions, ec2, its_id))
        texts = (
            (f"{_WHERE} (version {v.get('VersionNumber')})", user_data(v.get("LaunchTemplateData", {}).get("UserData")))
            for v in versions
        )
        found = held(place.key_id, texts)
        if found:
            name, made = one["LaunchTemplateName"], one.get("CreateTime")
            yield place.thing("AWS::EC2::LaunchTemplate", arn, name, made, concerns=found)


def _versions(ec2: Any, template: str) -> Iterator[Any]:
    yield from ec2.items("describe_launch_template_versions", "LaunchTemplateVersions", LaunchTemplateId=template)


def _configurations(place: Place) -> Iterator[Thing]:
    client = place.client("autoscaling")
    for one in client.items("describe_launch_configurations", "LaunchConfigurations"):
        found = held(place.key_id, ((_WHERE, user_data(one.get("UserData"))),))
        if found:
            arn, name = one["LaunchConfigurationARN"], one["LaunchConfigurationName"]
            yield place.thing(
                "AWS::AutoScaling::LaunchConfiguration", arn, name, one.get("CreatedTime"), concerns=found
            )


CHECK = CopiesInMachines()
