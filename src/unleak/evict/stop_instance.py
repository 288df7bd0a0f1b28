"""Stops a machine that the attacker started: while it lives, its metadata service hands out fresh role credentials."""

from collections.abc import Iterable, Mapping
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import NotFound, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_OFF = {"stopped", "terminated"}
_GOING_OFF = {"stopping", "shutting-down"}


class StopInstance:
    id = "stop_instance"
    title = "Stop the instance"
    permissions = (
        "ec2:DescribeInstances", "ec2:DescribeInstanceAttribute", "ec2:ModifyInstanceAttribute", "ec2:StopInstances",
        "ec2:StartInstances", "ec2:DescribeSpotInstanceRequests",
    )  # fmt: skip
    breaking = True
    reversible = True
    deletes = False
    undone_by = "starting it again, if it ran before"
    by_hand = ByHand(
        console="EC2 (region {region}) > Instances > {name} > Instance state > Stop instance",
        cli="aws ec2 stop-instances --region {region} --instance-ids {name}",
    )
    references = ("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        state = _state(context, target)
        if state in _OFF:
            return None
        _refuse_one_time(context, target)
        return Change(
            summary=f"stop instance {target.name} in {target.region}",
            breaks="whatever runs on it; its memory is lost, its disks stay for the investigation",
            undo="start it again",
            before={"state": state},
            after={"state": "stopped"},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        if _state(context, target) not in _OFF | _GOING_OFF:
            _stop(context.aws.client(target.account, "ec2", target.region), target.name)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        del change
        state = _state(context, target, fresh=True)
        if state in _OFF:
            return Look(Tri.YES, detail=f"{target.name} is {state}", immediate=True)
        if state in _GOING_OFF:
            return Look(Tri.COULD_NOT_LOOK, detail=f"{target.name} is {state}", immediate=True)
        return Look(Tri.NO, detail=f"{target.name} is {state}")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        state = _state(context, target)
        if state == "terminated":
            return Outcome(OutcomeKind.ASK, f"{target.name} was terminated since: it cannot come back")
        if change.before.get("state") not in {"running", "pending"} or state not in _OFF | _GOING_OFF:
            return Outcome(OutcomeKind.ALREADY, f"{target.name} is {state}")
        context.aws.client(target.account, "ec2", target.region).start_instances(InstanceIds=[target.name])
        return Outcome(OutcomeKind.DONE, f"started {target.name}")


def _stop(ec2: Client, instance: str) -> None:
    """Whoever started it may have forbidden to stop it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
    """
    asked = {"InstanceId": instance, "Attribute": "disableApiStop"}
    if ec2.describe_instance_attribute(**asked).get("DisableApiStop", {}).get("Value"):
        ec2.modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": False})
    ec2.stop_instances(InstanceIds=[instance])


def _refuse_one_time(context: Context, target: Target) -> None:
    """Rather than try what AWS refuses.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/stop-spot-instances.html
    """
    client = context.aws.client(target.account, "ec2", target.region)
    found = _instance(context, target) or {}
    number = found.get("SpotInstanceRequestId")
    mine = [{"Name": "spot-instance-request-id", "Values": [number]}]
    asked = client.describe_spot_instance_requests(Filters=mine)["SpotInstanceRequests"] if number else ()
    if is_one_time(found, asked):
        raise NotPossible(
            f"{target.name} is a spot instance that was asked for once: it can be terminated, and not stopped",
            "approve terminate_instance, or isolate it while the investigation needs it",
        )


def is_one_time(instance: Mapping[str, Any], requests: Iterable[Mapping[str, Any]]) -> bool:
    """As AWS tells of the instance, and of the requests that it came from. A request that AWS has forgotten was one."""
    if instance.get("InstanceLifecycle") != "spot":
        return False
    return all(r.get("Type", "one-time") == "one-time" for r in requests)


def _state(context: Context, target: Target, *, fresh: bool = False) -> str:
    """AWS's name of the state; an instance that AWS has forgotten was terminated."""
    found = _instance(context, target, fresh=fresh)
    return str(found["State"]["Name"]) if found else "terminated"


def _instance(context: Context, target: Target, *, fresh: bool = False) -> dict[str, Any] | None:
    client = context.aws.client(target.account, "ec2", target.region, fresh=fresh)
    try:
        found = client.describe_instances(InstanceIds=[target.name])["Reservations"]
    except NotFound:
        return None
    return next((i for r in found for i in r["Instances"]), None)


ACTION = StopInstance()
