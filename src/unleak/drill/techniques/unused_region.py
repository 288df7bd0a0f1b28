"""Machines in a region where nobody of yours has anything, and so nobody looks."""

from typing import Any

from unleak.drill.documents import IMAGE, be_administrator
from unleak.drill.moves import call
from unleak.drill.surroundings import UNUSED_REGION
from unleak.drill.technique import LEAVES, Technique, Traces

_WHAT: dict[str, Any] = {"ImageId": IMAGE, "InstanceType": "c7i.24xlarge", "MinCount": 2, "MaxCount": 2}

TECHNIQUE = Technique(
    id="unused_region",
    title="Machines where nobody looks",
    attack=("T1535", "T1578.002", "T1496.001"),
    prepare=be_administrator,
    moves=(
        call("ec2:RunInstances", region=UNUSED_REGION, **_WHAT),
        call("ec2:DescribeInstances", region=UNUSED_REGION),
    ),
    seen=Traces(rules=("ec2-run-instances", "ec2-run-unusual-instances"), things=("EC2::Instance",)),
    stopped_by=("deactivate_key", "stop_instance"),
    leaves=(f"instance in {UNUSED_REGION}",),
    only_standin=LEAVES,
)
