"""The account that is attacked: a user whose key will leak, a role to reach, a privileged role for machines, data.

Built with plain API calls, so that it can stand in the stand-in or in a sandbox account of AWS.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import AwsError, NotFound

VICTIM, RESPONDER, READER, PRIVILEGED = "aws-victim", "unleak-responder", "data-reader", "ops-admin"
OBJECTS = {
    "customers.csv": "id,name\n1,Ada\n2,Grace\n",
    "invoices/2026-10.csv": "id,amount\n1,42\n",
    "app/config.json": '{"feature": true}\n',
}


@dataclass(frozen=True, slots=True)
class Stage:
    """`admin` is whoever built it; `victim` is the key that will leak; `responder` may do what unleak declares.

    `machine` tells what an instance finds in its metadata service; None where nobody gets onto one.
    """

    account: str
    admin: Accounts
    victim: Credentials
    responder: Credentials
    bucket: str
    machine: Callable[[str], Credentials] | None = None

    @property
    def reader_arn(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{READER}"


def build(admin: Accounts, *responder_policies: dict[str, Any]) -> Stage:
    """Raises AwsError where the account does not let us, or already has something of these names."""
    account = admin.caller.account
    iam, s3 = admin.client(account, "iam"), admin.client(account, "s3")
    bucket = bucket_of(account)
    s3.create_bucket(Bucket=bucket)
    for name, text in OBJECTS.items():
        s3.put_object(Bucket=bucket, Key=name, Body=text.encode())
    _roles(iam, account, bucket)
    victim = _user(iam, VICTIM, _victim_policy(account, bucket))
    responder = _user(iam, RESPONDER, *responder_policies)
    return Stage(account, admin, victim, responder, bucket)


def ordinary_activity(stage: Stage) -> None:
    """What the application and an administrator do on a normal day."""
    s3 = stage.admin.leaked(stage.victim, "s3")
    s3.list_buckets()
    s3.put_object(Bucket=stage.bucket, Key="orders/1.json", Body=b"{}")
    stage.admin.client(stage.account, "iam").list_roles()
    stage.admin.client(stage.account, "ec2").describe_instances()


def bucket_of(account: str) -> str:
    return f"acme-orders-{account}"


def tear_down(admin: Accounts) -> list[str]:
    """Removes what `build` makes, as far as it is there; returns what could not be removed."""
    account = admin.caller.account
    iam, s3, ec2 = (admin.client(account, s) for s in ("iam", "s3", "ec2"))
    left: list[str] = []
    _try(left, "instances", lambda: _terminate(ec2))
    for user in (VICTIM, RESPONDER):
        _try(left, f"user {user}", lambda user=user: _remove_user(iam, user))
    for role in (READER, PRIVILEGED):
        _try(left, f"role {role}", lambda role=role: _remove_role(iam, role))
    _try(left, f"bucket {bucket_of(account)}", lambda: _remove_bucket(s3, bucket_of(account)))
    return left


def _terminate(ec2: Any) -> None:
    mine = [{"Name": "iam-instance-profile.arn", "Values": [f"*/{PRIVILEGED}"]}]
    found = [i["InstanceId"] for r in ec2.describe_instances(Filters=mine)["Reservations"] for i in r["Instances"]]
    if found:
        ec2.terminate_instances(InstanceIds=found)


def _remove_bucket(s3: Any, bucket: str) -> None:
    for item in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        s3.delete_object(Bucket=bucket, Key=item["Key"])
    s3.delete_bucket(Bucket=bucket)


def _roles(iam: Any, account: str, bucket: str) -> None:
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    iam.create_role(RoleName=READER, AssumeRolePolicyDocument=_trust(root))
    reading = [_allow(["s3:GetObject", "s3:ListBucket"], f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")]
    iam.put_role_policy(RoleName=READER, PolicyName="read-orders", PolicyDocument=_document(reading))
    iam.create_role(RoleName=PRIVILEGED, AssumeRolePolicyDocument=_trust({"Service": "ec2.amazonaws.com"}))
    iam.attach_role_policy(RoleName=PRIVILEGED, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_instance_profile(InstanceProfileName=PRIVILEGED)
    iam.add_role_to_instance_profile(InstanceProfileName=PRIVILEGED, RoleName=PRIVILEGED)


def _victim_policy(account: str, bucket: str) -> dict[str, Any]:
    """What a deployment user grows into over the years."""
    return json.loads(  # type: ignore[no-any-return]
        _document(
            [
                _allow(["s3:ListAllMyBuckets", "iam:ListUsers", "ec2:Describe*"], "*"),
                _allow(
                    ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
                    f"arn:aws:s3:::{bucket}",
                    f"arn:aws:s3:::{bucket}/*",
                ),
                _allow(["ec2:RunInstances", "ec2:StartInstances", "ec2:StopInstances"], "*"),
                _allow(["iam:PassRole"], f"arn:aws:iam::{account}:role/{PRIVILEGED}"),
                _allow(["sts:AssumeRole"], f"arn:aws:iam::{account}:role/{READER}"),
            ]
        )
    )


def _user(iam: Any, name: str, *policies: dict[str, Any]) -> Credentials:
    iam.create_user(UserName=name)
    for n, policy in enumerate(policies):
        called = f"{name}-{n + 1}" if n else name
        arn = iam.create_policy(PolicyName=called, PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]))


def _remove_user(iam: Any, name: str) -> None:
    for policy in iam.pages("list_user_policies", "PolicyNames", UserName=name):
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    for policy in iam.pages("list_attached_user_policies", "AttachedPolicies", UserName=name):
        iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
        if f"::{policy['PolicyArn'].split(':')[4]}:policy/{name}" in policy["PolicyArn"]:
            iam.delete_policy(PolicyArn=policy["PolicyArn"])
    for key in iam.pages("list_access_keys", "AccessKeyMetadata", UserName=name):
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)


def _remove_role(iam: Any, name: str) -> None:
    for policy in iam.pages("list_role_policies", "PolicyNames", RoleName=name):
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy in iam.pages("list_attached_role_policies", "AttachedPolicies", RoleName=name):
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    if name == PRIVILEGED:
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
        iam.delete_instance_profile(InstanceProfileName=name)
    iam.delete_role(RoleName=name)


def _try(left: list[str], what: str, remove: Any) -> None:
    try:
        remove()
    except NotFound:
        return
    except AwsError as error:
        left.append(f"{what}: {error}")


def _allow(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _trust(principal: dict[str, str]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
