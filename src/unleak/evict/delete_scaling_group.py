"""Deletes a scaling group that the attacker made, with its instances.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Target
from unleak.unit import ByHand


class DeleteScalingGroup(Deleting):
    id = "delete_scaling_group"
    title = "Delete a scaling group that the attacker made, with its instances"
    permissions = ("autoscaling:DescribeAutoScalingGroups", "autoscaling:DeleteAutoScalingGroup")
    service = "autoscaling"
    types = ("AutoScaling::AutoScalingGroup",)
    noun = "scaling group"
    by_hand = ByHand(
        console="EC2 (region {region}) > Auto Scaling Groups > {name} > Delete",
        cli="aws autoscaling delete-auto-scaling-group --region {region} --auto-scaling-group-name {name} "
        "--force-delete",
    )
    references = ("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[target.name])["AutoScalingGroups"]
        return next(({"from": _source(g)} for g in found), None)

    def delete(self, client: Client, target: Target) -> None:
        client.delete_auto_scaling_group(AutoScalingGroupName=target.name, ForceDelete=True)


def _source(group: dict[str, Any]) -> str:
    template = group.get("LaunchTemplate", {}).get("LaunchTemplateId", "")
    return str(group.get("LaunchConfigurationName") or template)


ACTION = DeleteScalingGroup()
