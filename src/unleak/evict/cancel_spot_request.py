"""Cancels what the attacker asked of the spot market, a single request or a fleet: nothing more is started by it. The
instances of a fleet are terminated with it; those of a single request are things of their own.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-request.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.evict.putting_right import Parts
from unleak.model.plan import Target
from unleak.unit import ByHand

_OVER = {"cancelled", "closed", "failed", "cancelled_terminating", "cancelled_running"}


class CancelSpotRequest(Deleting):
    id = "cancel_spot_request"
    title = "Cancel a request for spot instances that the attacker made"
    permissions = (
        "ec2:DescribeSpotInstanceRequests", "ec2:CancelSpotInstanceRequests", "ec2:DescribeSpotFleetRequests",
        "ec2:CancelSpotFleetRequests",
    )  # fmt: skip
    service = "ec2"
    types = ("EC2::SpotInstanceRequest", "EC2::SpotFleet")
    noun = "request for spot instances"
    by_hand = ByHand(
        console="EC2 (region {region}) > Spot Requests > {name} > Actions > Cancel request",
        cli="aws ec2 cancel-spot-instance-requests --region {region} --spot-instance-request-ids {name}  # or "
        "cancel-spot-fleet-requests",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-request.html",)

    def look(self, client: Client, target: Target) -> Any:
        if _is_fleet(target):
            fleets = client.describe_spot_fleet_requests(SpotFleetRequestIds=[target.name])["SpotFleetRequestConfigs"]
            return next(({"fleet": True} for f in fleets if f["SpotFleetRequestState"] not in _OVER), None)
        mine = [{"Name": "spot-instance-request-id", "Values": [target.name]}]
        found = client.describe_spot_instance_requests(Filters=mine)["SpotInstanceRequests"]
        return next(({"instance": r.get("InstanceId", "")} for r in found if r["State"] not in _OVER), None)

    def delete(self, client: Client, target: Target) -> None:
        if _is_fleet(target):
            client.cancel_spot_fleet_requests(SpotFleetRequestIds=[target.name], TerminateInstances=True)
        else:
            client.cancel_spot_instance_requests(SpotInstanceRequestIds=[target.name])

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        summary, breaks, _ = super().words(target, parts)
        return summary.replace("delete", "cancel", 1), breaks, "never: what is cancelled must be asked for anew"


def _is_fleet(target: Target) -> bool:
    return ":spot-fleet-request/" in target.id


ACTION = CancelSpotRequest()
