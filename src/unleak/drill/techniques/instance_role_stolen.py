"""A machine is started with a role, and what it finds in its metadata service is used from elsewhere: renewed every
hour, also after a deny of older sessions.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
"""

from typing import Any

from unleak.drill.documents import IMAGE
from unleak.drill.moves import Answer, call
from unleak.drill.stage import PRIVILEGED
from unleak.drill.technique import Loot, Technique, Traces

_HOLDS: dict[str, Any] = {"IamInstanceProfile": {"Name": PRIVILEGED}}


def read_metadata(loot: Loot, answer: Answer) -> None:
    if loot.stage.machine is not None:
        loot.held["machine"] = loot.stage.machine(answer["Instances"][0]["InstanceId"])


TECHNIQUE = Technique(
    id="instance_role_stolen",
    title="A machine's role, used from elsewhere",
    attack=("T1552.005", "T1548.005", "T1578.002"),
    moves=(
        call("ec2:RunInstances", then=read_metadata, ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1,
             **_HOLDS),
        call("iam:ListUsers", "machine"),
        call("s3:ListBuckets", "machine"),
    ),
    seen=Traces(rules=("ec2-run-instances", "instance-credentials-used"), things=("EC2::Instance",)),
    stopped_by=("deactivate_key", "revoke_role_sessions", "stop_instance"),
    leaves=("instance",),
    only_standin="nobody gets onto the machine to read its metadata",
)  # fmt: skip
