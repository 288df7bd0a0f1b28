"""Cancels what the attacker asked of the spot market, a single request or a fleet, and terminates what it has started:
cancelling alone lets that run on.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-request.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.evict.deleting import Deleting
from unleak.evict.putting_right import Parts
from unleak.model.errors import NotFound
from unleak.model.plan import Target
from unleak.unit import ByHand

_GONE = {"terminated", "shutting-down"}
_OVER = {"cancelled", "closed", "failed", "cancelled_terminating"}
_RUNS_ON = "cancelled_running"


class CancelSpotRequest(Deleting):
    id = "cancel_spot_request"
    title = "Cancel a request for spot instances that the attacker made"
    permissions = (
        "ec2:DescribeSpotInstanceRequests", "ec2:CancelSpotInstanceRequests", "ec2:DescribeSpotFleetRequests",
        "ec2:CancelSpotFleetRequests", "ec2:DescribeSpotFleetInstances", "ec2:DescribeInstances",
        "ec2:TerminateInstances",
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
            states = [f["SpotFleetRequestState"] for f in fleets if f["SpotFleetRequestState"] not in _OVER]
            left = _left_by(client, target.name) if _RUNS_ON in states else []
            return {"fleet": True, "left": left} if left or set(states) - {_RUNS_ON} else None
        mine = [{"Name": "spot-instance-request-id", "Values": [target.name]}]
        found = client.describe_spot_instance_requests(Filters=mine)["SpotInstanceRequests"]
        live = ((r, str(r.get("InstanceId", ""))) for r in found)
        return next(({"instance": i} for r, i in live if r["State"] not in _OVER or _lives(client, i)), None)

    def delete(self, client: Client, target: Target) -> None:
        if _is_fleet(target) and (left := (self.look(client, target) or {}).get("left")):
            client.terminate_instances(InstanceIds=left)  # it is cancelled already, and is not cancelled twice
        elif _is_fleet(target):
            client.cancel_spot_fleet_requests(SpotFleetRequestIds=[target.name], TerminateInstances=True)
        else:
            started = self.look(client, target)["instance"]
            client.cancel_spot_instance_requests(SpotInstanceRequestIds=[target.name])
            if _lives(client, started):
                client.terminate_instances(InstanceIds=[started])

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        summary, breaks, _ = super().words(target, parts)
        return summary.replace("delete", "cancel", 1), breaks, "never: what is cancelled must be asked for anew"


def _lives(client: Client, instance: str) -> bool:
    if not instance:
        return False
    try:
        found = client.describe_instances(InstanceIds=[instance])["Reservations"]
    except NotFound:
        return False
    return any(i["State"]["Name"] not in _GONE for r in found for i in r["Instances"])


def _left_by(client: Client, fleet: str) -> list[str]:
    """What a fleet that was cancelled without its instances still runs."""
    active = client.pages("describe_spot_fleet_instances", "ActiveInstances", SpotFleetRequestId=fleet)
    return [i for i in (str(a["InstanceId"]) for a in active) if _lives(client, i)]


def _is_fleet(target: Target) -> bool:
    return ":spot-fleet-request/" in target.id


ACTION = CancelSpotRequest()
