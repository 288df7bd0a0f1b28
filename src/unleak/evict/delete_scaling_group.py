"""Deletes a scaling group that the attacker made, with its instances, protected from it or not.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/resource-deletion-protection.html
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
"""

from collections.abc import Iterable
from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.model.plan import Change, Look, Target, Tri
from unleak.unit import ByHand, Context


class DeleteScalingGroup(Deleting):
    id = "delete_scaling_group"
    title = "Delete a scaling group that the attacker made, with its instances"
    permissions = (
        "autoscaling:DescribeAutoScalingGroups", "autoscaling:UpdateAutoScalingGroup",
        "autoscaling:DeleteAutoScalingGroup", "ec2:DescribeInstances",
    )  # fmt: skip
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
        found = _group(client, target)
        if found is None:
            return None
        instances = sorted(str(i["InstanceId"]) for i in found.get("Instances", ()))
        return {"from": _source(found), "instances": instances}

    def delete(self, client: Client, target: Target) -> None:
        found = _group(client, target) or {}
        if found.get("DeletionProtection", "none") != "none":
            client.update_auto_scaling_group(AutoScalingGroupName=target.name, DeletionProtection="none")
        client.delete_auto_scaling_group(AutoScalingGroupName=target.name, ForceDelete=True)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """AWS deletes it without waiting for its instances: whether they are gone is looked at too."""
        found = _group(context.aws.client(target.account, "autoscaling", target.region, fresh=True), target)
        if found is not None and str(found.get("Status", "")).startswith("Delete"):
            return Look(Tri.COULD_NOT_LOOK, detail=f"{target.name} is being deleted")
        seen = super().verify(context, target, change)
        instances = ((change.before.get("") if change else None) or {}).get("instances", ())
        left = _running(context.aws.client(target.account, "ec2", target.region, fresh=True), instances)
        if seen.in_place is Tri.YES and left:
            return Look(Tri.COULD_NOT_LOOK, detail=f"{target.name} is gone, and of it still runs {', '.join(left)}")
        return seen


def _group(client: Client, target: Target) -> dict[str, Any] | None:
    found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[target.name])["AutoScalingGroups"]
    return found[0] if found else None


def _running(client: Client, instances: Iterable[str]) -> list[str]:
    """Asked by a filter: of one that AWS has forgotten no error comes."""
    asked = [{"Name": "instance-id", "Values": list(instances)}]
    found = client.pages("describe_instances", "Reservations", Filters=asked) if asked[0]["Values"] else ()
    return sorted(i["InstanceId"] for r in found for i in r["Instances"] if i["State"]["Name"] != "terminated")


def _source(group: dict[str, Any]) -> str:
    template = group.get("LaunchTemplate", {}).get("LaunchTemplateId", "")
    return str(group.get("LaunchConfigurationName") or template)


ACTION = DeleteScalingGroup()
