"""The rest of a photograph: what holds and guards data, sends mail, runs by itself, or stands in a region unused."""

from collections.abc import Callable, Iterator
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import AwsError, NotFound

UNUSED_REGION = "eu-north-1"
"""Where nobody of the stage has anything; no account has to enable it first."""
Ask = Callable[..., Client]
"""Of a service, and of a region where that is another one."""


def _ways_in(client: Ask) -> Iterator[tuple[str, Any]]:
    """Beside keys and passwords."""
    iam = client("iam")
    for user in list(iam.pages("list_users", "Users")):
        name = user["UserName"]
        for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
            yield f"MFA device {device['SerialNumber']} of {name}", True
        for one in iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"]:
            yield f"credential for {one['ServiceName']} of {name}", one["Status"]


def _images(client: Ask) -> Iterator[tuple[str, Any]]:
    ec2 = client("ec2")
    for image in ec2.describe_images(Owners=["self"])["Images"]:
        asked = {"ImageId": image["ImageId"], "Attribute": "launchPermission"}
        yield f"image {image['ImageId']}", ec2.describe_image_attribute(**asked)["LaunchPermissions"]


def _machines(client: Ask) -> Iterator[tuple[str, Any]]:
    for one in client("ec2").pages("describe_iam_instance_profile_associations", "IamInstanceProfileAssociations"):
        if one["State"] in {"associated", "associating"}:
            yield f"profile of {one['InstanceId']}", one["IamInstanceProfile"]["Arn"]
    for pair in client("ec2").describe_key_pairs()["KeyPairs"]:
        yield f"key pair {pair['KeyName']}", True


def _databases(client: Ask) -> Iterator[tuple[str, Any]]:
    rds = client("rds")
    for database in rds.pages("describe_db_instances", "DBInstances"):
        if database["DBInstanceStatus"] != "deleting":
            yield f"database {database['DBInstanceIdentifier']}", database.get("PubliclyAccessible")
    for snapshot in rds.pages("describe_db_snapshots", "DBSnapshots", SnapshotType="manual"):
        name = snapshot["DBSnapshotIdentifier"]
        said = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"]
        yield f"database snapshot {name}", [a["AttributeValues"] for a in said["DBSnapshotAttributes"]]


def _buckets(client: Ask) -> Iterator[tuple[str, Any]]:
    s3 = client("s3")
    for bucket in (b["Name"] for b in s3.list_buckets()["Buckets"]):
        rules = or_none(s3.get_bucket_lifecycle_configuration, Bucket=bucket)
        copies = or_none(s3.get_bucket_replication, Bucket=bucket)
        shut = or_none(s3.get_public_access_block, Bucket=bucket)
        yield (
            f"settings of bucket {bucket}",
            {
                "versioning": s3.get_bucket_versioning(Bucket=bucket).get("Status"),
                "lifecycle": rules and rules["Rules"],
                "replication": copies and copies["ReplicationConfiguration"]["Rules"],
                "block": shut and shut["PublicAccessBlockConfiguration"],
            },
        )


def _secrets(client: Ask) -> Iterator[tuple[str, Any]]:
    secrets, kms = client("secretsmanager"), client("kms")
    for secret in secrets.pages("list_secrets", "SecretList"):
        said = secrets.get_resource_policy(SecretId=secret["ARN"]).get("ResourcePolicy")
        yield f"secret {secret['Name']}", said
    for key in (k["KeyId"] for k in kms.pages("list_keys", "Keys")):
        said = kms.describe_key(KeyId=key)["KeyMetadata"]
        if said["KeyManager"] == "CUSTOMER":
            grants = sorted(g["GranteePrincipal"] for g in kms.pages("list_grants", "Grants", KeyId=key))
            yield f"encryption key {key}", [said["KeyState"], grants]


def _guards(client: Ask) -> Iterator[tuple[str, Any]]:
    for recorder in client("config").describe_configuration_recorder_status()["ConfigurationRecordersStatus"]:
        yield f"recorder {recorder['name']}", recorder["recording"]
    trails = client("cloudtrail")
    for trail in trails.describe_trails()["trailList"]:
        said = trails.get_event_selectors(TrailName=trail["TrailARN"])
        yield f"settings of trail {trail['Name']}", [trail.get("IsMultiRegionTrail"), said.get("EventSelectors")]


def _workers(client: Ask) -> Iterator[tuple[str, Any]]:
    ecs, events = client("ecs"), client("events")
    for cluster in ecs.pages("list_clusters", "clusterArns"):
        for service in ecs.pages("list_services", "serviceArns", cluster=cluster):
            said = ecs.describe_services(cluster=cluster, services=[service])["services"]
            if any(one["status"] == "ACTIVE" for one in said):
                yield f"service {service.rsplit('/', 1)[-1]}", True
        for task in ecs.pages("list_tasks", "taskArns", cluster=cluster):
            yield f"task {task.rsplit('/', 1)[-1]}", True
    for rule in events.pages("list_rules", "Rules"):
        targets = sorted(t["Arn"] for t in events.list_targets_by_rule(Rule=rule["Name"])["Targets"])
        if targets or rule["State"] != "DISABLED":  # a rule that does nothing is none
            yield f"rule {rule['Name']}", [rule["State"], targets]


def _far_away(client: Ask) -> Iterator[tuple[str, Any]]:
    for reservation in client("ec2", UNUSED_REGION).pages("describe_instances", "Reservations"):
        for instance in reservation["Instances"]:
            if instance["State"]["Name"] != "terminated":
                yield f"instance in {UNUSED_REGION} {instance['InstanceId']}", instance["State"]["Name"]


def _mail(client: Ask) -> Iterator[tuple[str, Any]]:
    for identity in client("ses").list_identities()["Identities"]:
        yield f"mail identity {identity}", True


SURROUNDINGS = (_ways_in, _images, _machines, _databases, _buckets, _secrets, _guards, _workers, _mail, _far_away)


def or_none(ask: Callable[..., Any], **asked: str) -> Any:
    """None where there is no such thing."""
    try:
        return ask(**asked)
    except NotFound:
        return None
    except AwsError as error:
        if error.code.startswith("NoSuch") or error.code.endswith("NotFoundError"):
            return None
        raise
