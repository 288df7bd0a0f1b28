"""Lets a scaling group that the attacker made start nothing and keep nothing: its sizes become 0, and what would keep
its instances all the same goes before: protection, a suspended process, a hook that lets them wait.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.evidence import Fact
from unleak.model.plan import Change, Look, Target, Tri
from unleak.unit import ByHand, Context

_NONE = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
_RIGHT: dict[str, Any] = {"suspended": [], "protection": False, "hooks": [], "sizes": _NONE}
_AT_A_TIME = 50
_HOOK = (
    "LifecycleHookName", "LifecycleTransition", "NotificationTargetARN", "RoleARN", "NotificationMetadata",
    "HeartbeatTimeout", "DefaultResult",
)  # fmt: skip


class StopScaling(PuttingRight):
    id = "stop_scaling"
    title = "Set the sizes of a scaling group that the attacker made to 0"
    permissions = (
        "autoscaling:DescribeAutoScalingGroups", "autoscaling:UpdateAutoScalingGroup", "autoscaling:ResumeProcesses",
        "autoscaling:SuspendProcesses", "autoscaling:SetInstanceProtection", "autoscaling:DescribeLifecycleHooks",
        "autoscaling:DeleteLifecycleHook", "autoscaling:PutLifecycleHook",
    )  # fmt: skip
    undone_by = "setting the sizes that were found; other instances are started"
    by_hand = ByHand(
        console="EC2 (region {region}) > Auto Scaling Groups > {name} > Group details > Edit",
        cli="aws autoscaling update-auto-scaling-group --region {region} --auto-scaling-group-name {name} "
        "--min-size 0 --max-size 0 --desired-capacity 0 --no-new-instances-protected-from-scale-in  # after "
        "set-instance-protection, resume-processes, delete-lifecycle-hook",
    )
    references = (
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-manually.html",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == "AWS::AutoScaling::AutoScalingGroup" and deed.deed == "created" and not deed.part:
            yield from _RIGHT.items()

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        client = context.aws.client(target.account, "autoscaling", target.region, fresh=fresh)
        found = _group(client, target)
        if found is None:
            return _RIGHT[part]  # what is gone starts nothing
        if part == "sizes":
            return {k: found[k] for k in _NONE}
        if part == "suspended":
            return [p["ProcessName"] for p in found["SuspendedProcesses"] if p["ProcessName"] == "Terminate"]
        if part == "hooks":
            return _hooks(client, target)
        return bool(found.get("NewInstancesProtectedFromScaleIn")) or bool(_instances(found, protected=True))

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        client = context.aws.client(target.account, "autoscaling", target.region)
        named = {"AutoScalingGroupName": target.name}
        if part == "sizes":
            client.update_auto_scaling_group(**named, **value)
        elif part == "suspended":
            (client.suspend_processes if value else client.resume_processes)(**named, ScalingProcesses=["Terminate"])
        elif part == "hooks":
            _set_hooks(client, target, value)
        else:
            client.update_auto_scaling_group(**named, NewInstancesProtectedFromScaleIn=value)
            _protect(client, target, protected=value)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """Its sizes are what it wants; whether anything of it runs, its instances tell."""
        seen = super().verify(context, target, change)
        found = _group(context.aws.client(target.account, "autoscaling", target.region, fresh=True), target)
        left = len(_instances(found)) + int(found.get("WarmPoolSize") or 0) if found else 0
        if seen.in_place is not Tri.YES or not left:
            return seen
        states = ", ".join(sorted({str(i["LifecycleState"]) for i in (found or {}).get("Instances", ())}))
        detail = f"{target.name} wants none, and {left} of its instances are still there ({states or 'kept ready'})"
        return Look(Tri.COULD_NOT_LOOK, detail=f"{detail}: what stands by or is kept ready goes with the group")

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        kept = [said for part, said in _SAID.items() if part in parts]
        return (
            f"set the sizes of scaling group {target.name} to 0" + "".join(f", {said}" for said in kept),
            "its instances are terminated, with their memory and most disks: save what the investigation needs before",
            "set what was found; other instances are started",
        )


_SAID = {
    "protection": "end the protection of its instances",
    "suspended": "let it terminate them",
    "hooks": "delete the hooks that keep them waiting",
}


def _group(client: Client, target: Target) -> dict[str, Any] | None:
    found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[target.name])["AutoScalingGroups"]
    return found[0] if found else None


def _instances(group: dict[str, Any], *, protected: bool | None = None) -> list[str]:
    return [
        str(i["InstanceId"])
        for i in group.get("Instances", ())
        if protected is None or bool(i.get("ProtectedFromScaleIn")) is protected
    ]


def _protect(client: Client, target: Target, *, protected: bool) -> None:
    ids = _instances(_group(client, target) or {}, protected=not protected)
    for first in range(0, len(ids), _AT_A_TIME):
        client.set_instance_protection(
            AutoScalingGroupName=target.name,
            InstanceIds=ids[first : first + _AT_A_TIME],
            ProtectedFromScaleIn=protected,
        )


def _hooks(client: Client, target: Target) -> list[dict[str, Any]]:
    """One of a start keeps nothing alive."""
    found = client.describe_lifecycle_hooks(AutoScalingGroupName=target.name)["LifecycleHooks"]
    waits = [h for h in found if h["LifecycleTransition"].endswith("INSTANCE_TERMINATING")]
    return [{k: hook[k] for k in _HOOK if hook.get(k) is not None} for hook in waits]


def _set_hooks(client: Client, target: Target, value: list[dict[str, Any]]) -> None:
    """Who waits for a hook goes on when it is deleted.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteLifecycleHook.html
    """
    for hook in _hooks(client, target):
        client.delete_lifecycle_hook(AutoScalingGroupName=target.name, LifecycleHookName=hook["LifecycleHookName"])
    for hook in value:
        client.put_lifecycle_hook(AutoScalingGroupName=target.name, **hook)


ACTION = StopScaling()
