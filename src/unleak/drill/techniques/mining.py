"""What most leaked keys end in: the largest machines that can be had, by every way there is to start some."""

from typing import Any

from unleak.drill.documents import IMAGE, be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces

_LARGE: dict[str, Any] = {"ImageId": IMAGE, "InstanceType": "p4d.24xlarge"}

TECHNIQUE = Technique(
    id="mining",
    title="Mining",
    attack=("T1496.001", "T1578.002"),
    prepare=be_administrator,
    moves=(
        call("ec2:RunInstances", MinCount=1, MaxCount=1, **_LARGE),
        call("ec2:RequestSpotInstances", InstanceCount=1, LaunchSpecification=_LARGE),
        call("ec2:CreateLaunchTemplate", LaunchTemplateName="batch", LaunchTemplateData=_LARGE),
        call("autoscaling:CreateAutoScalingGroup", AutoScalingGroupName="batch", MinSize=1, MaxSize=40,
             DesiredCapacity=2, LaunchTemplate={"LaunchTemplateName": "batch"}, AvailabilityZones=["us-east-1a"]),
        call("lightsail:CreateInstances", instanceNames=["proxy"], availabilityZone="us-east-1a",
             blueprintId="ubuntu_24_04", bundleId="nano_3_0"),
    ),
    seen=Traces(
        rules=("ec2-run-instances", "ec2-run-unusual-instances", "ec2-launch-template", "hidden-compute"),
        things=("EC2::Instance", "EC2::SpotInstanceRequest", "AutoScaling::AutoScalingGroup", "Lightsail::Instance"),
    ),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key", "stop_instance"),
    leaves=("instance", "spot request", "launch template batch", "scaling group batch", "Lightsail instance proxy"),
    only_standin=LEAVES,
)  # fmt: skip
