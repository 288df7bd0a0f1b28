"""A key for SSH is sent to a machine that was there before: who holds its other half is on it."""

from unleak.drill.moves import call, notes
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques.command_on_a_machine import prepare
from unleak.model.plan import Mode

_PUBLIC = "ssh-ed25519 " + "A" * 68

TECHNIQUE = Technique(
    id="machine_entered",
    title="A machine entered by SSH",
    attack=("T1098.004",),
    prepare=prepare,
    moves=(
        call("ec2:DescribeInstances", then=notes("instance", "Reservations", 0, "Instances", 0, "InstanceId")),
        call("ec2-instance-connect:SendSSHPublicKey", InstanceId="{instance}", InstanceOSUser="ec2-user",
             SSHPublicKey=_PUBLIC),
    ),
    seen=Traces(rules=("ec2-instance-connect",), things=("EC2::Instance",)),
    stopped_by=("deactivate_key", "deny_all"),
    mode=Mode.LOCKDOWN,
    only_standin=LEAVES,
)  # fmt: skip
