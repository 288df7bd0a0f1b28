"""Lets a scaling group that the attacker made start nothing and keep nothing: its sizes become 0.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-manually.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_NONE = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}


class StopScaling(PuttingRight):
    id = "stop_scaling"
    title = "Set the sizes of a scaling group that the attacker made to 0"
    permissions = ("autoscaling:DescribeAutoScalingGroups", "autoscaling:UpdateAutoScalingGroup")
    by_hand = ByHand(
        console="EC2 (region {region}) > Auto Scaling Groups > {name} > Group details > Edit",
        cli="aws autoscaling update-auto-scaling-group --region {region} --auto-scaling-group-name {name} "
        "--min-size 0 --max-size 0 --desired-capacity 0",
    )
    references = ("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-manually.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == "AWS::AutoScaling::AutoScalingGroup" and deed.deed == "created" and not deed.part:
            yield "sizes", _NONE

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        client = context.aws.client(target.account, "autoscaling", target.region, fresh=fresh)
        found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[target.name])["AutoScalingGroups"]
        return {k: found[0][k] for k in _NONE} if found else _NONE  # what is gone starts nothing

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        client = context.aws.client(target.account, "autoscaling", target.region)
        client.update_auto_scaling_group(AutoScalingGroupName=target.name, **value)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"set the sizes of scaling group {target.name} to 0",
            "its instances are terminated, with their memory and most disks: save what the investigation needs before",
            "set the sizes that were found; other instances are started",
        )


ACTION = StopScaling()
