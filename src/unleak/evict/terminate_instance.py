"""Terminates a machine that the attacker started, protected from it or not. Its memory and most of its disks are lost:
what the investigation needs of them is saved before.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.evict.putting_right import Parts
from unleak.model.errors import NotFound
from unleak.model.plan import Change, Look, Target, Tri
from unleak.unit import ByHand, Context


class TerminateInstance(Deleting):
    id = "terminate_instance"
    title = "Terminate an instance that the attacker started"
    permissions = (
        "ec2:DescribeInstances", "ec2:DescribeInstanceAttribute", "ec2:ModifyInstanceAttribute",
        "ec2:TerminateInstances", "ec2:CancelSpotInstanceRequests",
    )  # fmt: skip
    service = "ec2"
    types = ("EC2::Instance",)
    noun = "instance"
    by_hand = ByHand(
        console="EC2 (region {region}) > Instances > {name} > Instance state > Terminate instance",
        cli="aws ec2 terminate-instances --region {region} --instance-ids {name}",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html",)

    def look(self, client: Client, target: Target) -> Any:
        found = _instance(client, target)
        if found is None or found["State"]["Name"] == "terminated":
            return None
        return {
            "type": found["InstanceType"],
            "image": found["ImageId"],
            "started": str(found["LaunchTime"]),
            "profile": found.get("IamInstanceProfile", {}).get("Arn", ""),
            "groups": sorted(g["GroupId"] for g in found.get("SecurityGroups", ())),
        }

    def delete(self, client: Client, target: Target) -> None:
        asked = {"InstanceId": target.name, "Attribute": "disableApiTermination"}
        if client.describe_instance_attribute(**asked).get("DisableApiTermination", {}).get("Value"):
            client.modify_instance_attribute(InstanceId=target.name, DisableApiTermination={"Value": False})
        if request := (_instance(client, target) or {}).get("SpotInstanceRequestId"):
            # One that persists would start another in its place.
            client.cancel_spot_instance_requests(SpotInstanceRequestIds=[request])
        client.terminate_instances(InstanceIds=[target.name])

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """One that goes down is neither there nor gone."""
        client = context.aws.client(target.account, "ec2", target.region, fresh=True)
        try:
            found = _instance(client, target)
        except NotFound:
            found = None
        if found is not None and found["State"]["Name"] == "shutting-down":
            return Look(Tri.COULD_NOT_LOOK, detail=f"{target.name} is shutting down", immediate=True)
        return super().verify(context, target, change)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        summary, _, never = super().words(target, parts)
        return (
            summary.replace("delete", "terminate", 1),
            "whatever runs on it; its memory is lost, and its disks with it unless they are kept: save them before",
            never,
        )


def _instance(client: Client, target: Target) -> dict[str, Any] | None:
    found = client.describe_instances(InstanceIds=[target.name])["Reservations"]
    return next((i for r in found for i in r["Instances"]), None)


ACTION = TerminateInstance()
