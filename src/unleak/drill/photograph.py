"""An account as its own APIs tell it: taken before an attack and after all is put right, so that both can be compared.

What the drill itself needs (the responder) and what moves by itself (dates, ids of what was made anew) is left out.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.drill.surroundings import SURROUNDINGS, Ask, or_none

Things = dict[str, Any]


def photograph(admin: Accounts, account: str) -> Things:
    """Name of a thing to what it says. Raises AwsError where the account does not tell."""

    def client(service: str, region: str = "") -> Client:
        return admin.client(account, service, region)

    found: Things = {}
    for look in (
        _users,
        _roles,
        _groups,
        _policies,
        _network,
        _machines,
        _snapshots,
        _functions,
        _buckets,
        _watchers,
        _elsewhere,
        *SURROUNDINGS,
    ):
        found |= dict(look(client))
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """In words; none where they are the same."""
    told = []
    for name in sorted({*before, *after}):
        one, other = ([where[name]] if name in where else None for where in (before, after))
        if json.dumps(one, sort_keys=True, default=str) != json.dumps(other, sort_keys=True, default=str):
            how = "is new" if name not in before else "is missing" if name not in after else "differs"
            told.append(f"{name} {how}")
    return told


def _users(client: Ask) -> Iterator[tuple[str, Any]]:
    iam = client("iam")
    for user in list(iam.pages("list_users", "Users")):
        name = user["UserName"]
        keys = iam.pages("list_access_keys", "AccessKeyMetadata", UserName=name)
        yield (
            f"user {name}",
            {
                **_rights(iam, "user", name),
                "groups": sorted(g["GroupName"] for g in iam.pages("list_groups_for_user", "Groups", UserName=name)),
                "boundary": iam.get_user(UserName=name)["User"].get("PermissionsBoundary"),
                "password": or_none(iam.get_login_profile, UserName=name) is not None,
            },
        )
        for key in keys:
            yield f"key {key['AccessKeyId']} of {name}", key["Status"]


def _rights(iam: Client, kind: str, name: str) -> dict[str, Any]:
    whose = {f"{kind.capitalize()}Name": name}
    inline = iam.pages(f"list_{kind}_policies", "PolicyNames", **whose)
    read = getattr(iam, f"get_{kind}_policy")
    attached = iam.pages(f"list_attached_{kind}_policies", "AttachedPolicies", **whose)
    return {
        "attached": sorted(p["PolicyArn"] for p in attached),
        "inline": {p: read(**whose, PolicyName=p)["PolicyDocument"] for p in list(inline)},
    }


def _roles(client: Ask) -> Iterator[tuple[str, Any]]:
    iam = client("iam")
    for role in list(iam.pages("list_roles", "Roles")):
        name = role["RoleName"]
        yield f"role {name}", {**_rights(iam, "role", name), "trust": role["AssumeRolePolicyDocument"]}


def _groups(client: Ask) -> Iterator[tuple[str, Any]]:
    iam = client("iam")
    for group in list(iam.pages("list_groups", "Groups")):
        yield f"group {group['GroupName']}", _rights(iam, "group", group["GroupName"])


def _policies(client: Ask) -> Iterator[tuple[str, Any]]:
    iam = client("iam")
    for policy in list(iam.pages("list_policies", "Policies", Scope="Local")):
        asked = {"PolicyArn": policy["Arn"], "VersionId": policy["DefaultVersionId"]}
        yield f"policy {policy['PolicyName']}", iam.get_policy_version(**asked)["PolicyVersion"]["Document"]


def _network(client: Ask) -> Iterator[tuple[str, Any]]:
    for group in client("ec2").pages("describe_security_groups", "SecurityGroups"):
        rules = {"in": group["IpPermissions"], "out": group["IpPermissionsEgress"]}
        yield f"security group {group['GroupName']}", rules


def _machines(client: Ask) -> Iterator[tuple[str, Any]]:
    for reservation in client("ec2").pages("describe_instances", "Reservations"):
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                yield f"instance {instance['InstanceId']}", instance["State"]["Name"]


def _snapshots(client: Ask) -> Iterator[tuple[str, Any]]:
    ec2 = client("ec2")
    account = client("sts").get_caller_identity()["Account"]
    mine = [{"Name": "owner-id", "Values": [account]}]
    for snapshot in ec2.pages("describe_snapshots", "Snapshots", Filters=mine):
        asked = {"SnapshotId": snapshot["SnapshotId"], "Attribute": "createVolumePermission"}
        yield f"snapshot {snapshot['SnapshotId']}", ec2.describe_snapshot_attribute(**asked)["CreateVolumePermissions"]


def _functions(client: Ask) -> Iterator[tuple[str, Any]]:
    functions = client("lambda")
    for function in list(functions.pages("list_functions", "Functions")):
        name = function["FunctionName"]
        said = or_none(functions.get_policy, FunctionName=name)
        held = functions.get_function(FunctionName=name).get("Concurrency")
        yield f"function {name}", {"code": function["CodeSha256"], "policy": _statements(said), "concurrency": held}


def _buckets(client: Ask) -> Iterator[tuple[str, Any]]:
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        yield f"bucket {name}", _statements(or_none(s3.get_bucket_policy, Bucket=name))


def _watchers(client: Ask) -> Iterator[tuple[str, Any]]:
    trails, guard = client("cloudtrail"), client("guardduty")
    for trail in trails.describe_trails()["trailList"]:
        yield f"trail {trail['Name']}", trails.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
    for detector in guard.list_detectors()["DetectorIds"]:
        yield f"detector {detector}", guard.get_detector(DetectorId=detector)["Status"]


def _elsewhere(client: Ask) -> Iterator[tuple[str, Any]]:
    """Where nobody looks."""
    for instance in client("lightsail").pages("get_instances", "instances"):
        yield f"Lightsail instance {instance['name']}", instance["state"]["name"]
    for group in client("autoscaling").pages("describe_auto_scaling_groups", "AutoScalingGroups"):
        yield f"scaling group {group['AutoScalingGroupName']}", [group["MinSize"], group["MaxSize"]]
    for request in client("ec2").pages("describe_spot_instance_requests", "SpotInstanceRequests"):
        if request["State"] not in {"cancelled", "closed"}:
            yield f"spot request {request['SpotInstanceRequestId']}", request["State"]
    for template in client("ec2").pages("describe_launch_templates", "LaunchTemplates"):
        yield f"launch template {template['LaunchTemplateName']}", template["DefaultVersionNumber"]
    for provider in client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        yield f"identity provider {provider['Arn']}", True


def _statements(answer: Any) -> list[Any]:
    """A policy that says nothing is the same as none."""
    return list(json.loads(answer["Policy"])["Statement"]) if answer else []
