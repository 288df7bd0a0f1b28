"""What an attacker has left in other services than IAM, for each action that takes it out."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from conftest import Site
from deeds_world import did, document, named
from unleak.model.plan import Target, TargetKind

REGION = "us-east-1"
OUTSIDER = "999988887777"


def of(site: Site, service: str) -> Any:
    return site.stage.admin.client(site.stage.account, service, REGION)


def thing(site: Site, service: str, name: str) -> Target:
    return named(site, TargetKind.RESOURCE, service, name, REGION)


def _made_function(site: Site) -> Target:
    function = thing(site, "lambda", "function:worker")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("lambda_function.py", "def handler(event, context): ...")
    iam, trusts = of(site, "iam"), {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                    "Action": "sts:AssumeRole"}  # fmt: skip
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusts]})
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    of(site, "lambda").create_function(
        FunctionName="worker", Runtime="python3.12", Role=role, Handler="lambda_function.handler",
        Code={"ZipFile": code.getvalue()},
    )  # fmt: skip
    did(site, function, "Lambda::Function", "created", action="lambda:CreateFunction")
    return function


def _opened_function(site: Site) -> Target:
    function, client = _made_function(site), of(site, "lambda")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=7)
    client.create_function_url_config(FunctionName="worker", AuthType="NONE")
    client.add_permission(FunctionName="worker", StatementId="in", Action="lambda:InvokeFunction",
                          Principal=OUTSIDER, SourceAccount=OUTSIDER)  # fmt: skip
    client.add_permission(FunctionName="worker", StatementId="rightful", Action="lambda:InvokeFunction",
                          Principal="s3.amazonaws.com")  # fmt: skip
    did(site, function, "Lambda::Url", "changed", "url", action="lambda:CreateFunctionUrlConfig")
    did(site, function, "Lambda::Function", "shared", "permission|in", action="lambda:AddPermission")
    return function


def _changed_url(site: Site) -> Target:
    function = _made_function(site)
    of(site, "lambda").create_function_url_config(FunctionName="worker", AuthType="NONE")
    did(site, function, "Lambda::Url", "changed", "url", action="lambda:UpdateFunctionUrlConfig")
    return function


def _opened_alias(site: Site) -> Target:
    """It answers at an address of its own, and is kept warm."""
    function, client = _made_function(site), of(site, "lambda")
    number = client.publish_version(FunctionName="worker")["Version"]
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion=number)
    client.create_function_url_config(FunctionName="worker", Qualifier="live", AuthType="NONE")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=7)
    client.put_provisioned_concurrency_config(FunctionName="worker", Qualifier="live",
                                              ProvisionedConcurrentExecutions=3)  # fmt: skip
    did(site, function, "Lambda::Url", "changed", "url of|live", action="lambda:CreateFunctionUrlConfig")
    return function


def _opened_group(site: Site) -> Target:
    ec2 = of(site, "ec2")
    made = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    group = thing(site, "ec2", f"security-group/{made}")
    ssh, web = ({"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
                 "IpRanges": [{"CidrIp": cidr, "Description": "a test"}]} for port, cidr in
                ((22, "0.0.0.0/0"), (443, "10.0.0.0/8")))  # fmt: skip
    peer = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": [{"GroupId": made}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[ssh, web, peer])
    did(site, group, "EC2::SecurityGroup", "changed", "ingress|6/22-22/0.0.0.0/0")
    did(site, group, "EC2::SecurityGroup", "changed", "ingress|icmp/-1--1/web")
    did(site, group, "EC2::SecurityGroup", "changed", "egress|udp/53-53/2001:db8::/32|gone")
    did(site, group, "EC2::SecurityGroup", "changed", "rule|sgr-unknown")
    return group


def _root_of(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


def _made_snapshot(site: Site) -> Target:
    ec2 = of(site, "ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    made = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    snapshot = Target(TargetKind.RESOURCE, f"arn:aws:ec2:{REGION}::snapshot/{made}", site.stage.account)
    did(site, snapshot, "EC2::Snapshot", "created", action="ec2:CreateSnapshot")
    return snapshot


def _shared_snapshot(site: Site) -> Target:
    snapshot, ec2 = _made_snapshot(site), of(site, "ec2")
    which = {"SnapshotId": snapshot.name, "Attribute": "createVolumePermission", "OperationType": "add"}
    ec2.modify_snapshot_attribute(**which, UserIds=[OUTSIDER, "222222222222"])
    ec2.modify_snapshot_attribute(**which, GroupNames=["all"])
    for part in (f"share|{_root_of(OUTSIDER)}", "share|*", f"share|{_root_of('333333333333')}|gone"):
        did(site, snapshot, "EC2::Snapshot", "shared", part, action="ec2:ModifySnapshotAttribute")
    return snapshot


def _made_image(site: Site) -> Target:
    ec2 = of(site, "ec2")
    public = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.copy_image(Name="copy", SourceImageId=public, SourceRegion=REGION)["ImageId"]
    image = Target(TargetKind.RESOURCE, f"arn:aws:ec2:{REGION}::image/{made}", site.stage.account)
    did(site, image, "EC2::Image", "created", action="ec2:CopyImage")
    return image


def _shared_image(site: Site) -> Target:
    image, ec2 = _made_image(site), of(site, "ec2")
    organization = f"arn:aws:organizations::{OUTSIDER}:organization/o-abcdefghij"
    which = {"ImageId": image.name, "Attribute": "launchPermission", "OperationType": "add"}
    ec2.modify_image_attribute(**which, UserIds=[OUTSIDER])
    ec2.modify_image_attribute(**which, UserGroups=["all"])
    ec2.modify_image_attribute(**which, OrganizationArns=[organization])
    for part in (f"share|{_root_of(OUTSIDER)}", "share|*", f"share|{organization}"):
        did(site, image, "EC2::Image", "shared", part, action="ec2:ModifyImageAttribute")
    return image


def _made_database_snapshot(site: Site) -> Target:
    rds = of(site, "rds")
    rds.create_db_instance(DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres",
                           AllocatedStorage=20, MasterUsername="sam", MasterUserPassword="Correct-horse-7")  # fmt: skip
    rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="copy")
    snapshot = thing(site, "rds", "snapshot:copy")
    did(site, snapshot, "RDS::DBSnapshot", "created", action="rds:CreateDBSnapshot")
    return snapshot


def _made_cluster_snapshot(site: Site) -> Target:
    rds = of(site, "rds")
    rds.create_db_cluster(DBClusterIdentifier="orders", Engine="aurora-postgresql", MasterUsername="root",
                          MasterUserPassword="Correct-horse-7")  # fmt: skip
    rds.create_db_cluster_snapshot(DBClusterIdentifier="orders", DBClusterSnapshotIdentifier="copy")
    snapshot = thing(site, "rds", "cluster-snapshot:copy")
    did(site, snapshot, "RDS::DBClusterSnapshot", "created", action="rds:CreateDBClusterSnapshot")
    return snapshot


def _shared_database_snapshot(site: Site) -> Target:
    snapshot = _made_database_snapshot(site)
    of(site, "rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier="copy", AttributeName="restore", ValuesToAdd=[OUTSIDER, "all"]
    )
    for part in (f"share|{_root_of(OUTSIDER)}", "share|*"):
        did(site, snapshot, "RDS::DBSnapshot", "shared", part, action="rds:ModifyDBSnapshotAttribute")
    return snapshot


def _shared_cluster_snapshot(site: Site) -> Target:
    snapshot = _made_cluster_snapshot(site)
    of(site, "rds").modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="copy", AttributeName="restore", ValuesToAdd=[OUTSIDER]
    )
    did(site, snapshot, "RDS::DBClusterSnapshot", "shared", f"share|{_root_of(OUTSIDER)}")
    return snapshot


def _shared_document(site: Site) -> Target:
    ssm, document = of(site, "ssm"), thing(site, "ssm", "document/run")
    ssm.create_document(Name="run", DocumentType="Command", Content=json.dumps(
        {"schemaVersion": "2.2", "description": "", "mainSteps": []}))  # fmt: skip
    ssm.modify_document_permission(Name="run", PermissionType="Share", AccountIdsToAdd=[OUTSIDER])
    did(site, document, "SSM::Document", "shared", f"share|{_root_of(OUTSIDER)}")
    return document


def machine(site: Site, **more: Any) -> Target:
    ec2 = of(site, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, **more)["Instances"][0]["InstanceId"]
    return named(site, TargetKind.INSTANCE, "ec2", f"instance/{made}", REGION)


def _protected_machine(site: Site) -> Target:
    instance = machine(site)
    of(site, "ec2").modify_instance_attribute(InstanceId=instance.name, DisableApiTermination={"Value": True})
    did(site, instance, "EC2::Instance", "created", action="ec2:RunInstances")
    return instance


def _opened_bucket(site: Site) -> Target:
    s3, name = of(site, "s3"), f"spoilt-{site.stage.account}"
    bucket = Target(TargetKind.RESOURCE, f"arn:aws:s3:::{name}", site.stage.account)
    s3.create_bucket(Bucket=name)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    own = {"Sid": "own", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket.id}/*"}
    inside = {**own, "Principal": {"AWS": _root_of(site.stage.account)}}
    s3.put_bucket_policy(Bucket=name, Policy=document(inside, {**own, "Sid": "out", "Principal": {"AWS": OUTSIDER}}))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [
        {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]})  # fmt: skip
    s3.put_bucket_website(Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    did(site, bucket, "S3::BucketPolicy", "shared", "policy", grants=(_root_of(OUTSIDER),))
    for part in ("acl", "block|gone", "versioning", "lifecycle", "website"):
        did(site, bucket, "S3::Bucket", "changed", part)
    return bucket


def _copied_bucket(site: Site) -> Target:
    """Its policy is gone, and was known; what is written into it goes elsewhere."""
    s3, name = of(site, "s3"), f"copied-{site.stage.account}"
    bucket = Target(TargetKind.RESOURCE, f"arn:aws:s3:::{name}", site.stage.account)
    for one in (name, f"{name}-copy"):
        s3.create_bucket(Bucket=one)
        s3.put_bucket_versioning(Bucket=one, VersioningConfiguration={"Status": "Enabled"})
    rule = {"Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": f"{bucket.id}-copy"}}  # fmt: skip
    copying = {"Role": site.stage.reader_arn, "Rules": [rule]}
    s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=copying)
    inside = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket.id}/*",
              "Principal": {"AWS": _root_of(site.stage.account)}}  # fmt: skip
    former = {"bucketPolicy": json.loads(document(inside))}
    did(site, bucket, "S3::BucketPolicy", "changed", "policy|gone", former=former)
    did(site, bucket, "S3::Bucket", "changed", "replication")
    return bucket


SPOILT_RESOURCES: dict[str, Callable[[Site], Target]] = {
    "disable_function": _opened_function,
    "delete_function": _made_function,
    "close_security_group": _opened_group,
    "unshare_snapshot": _shared_snapshot,
    "unshare_image": _shared_image,
    "unshare_database_snapshot": _shared_database_snapshot,
    "unshare_document": _shared_document,
    "restore_bucket": _opened_bucket,
    "terminate_instance": _protected_machine,
    "deregister_image": _made_image,
    "delete_snapshot": _made_snapshot,
    "delete_database_snapshot": _made_database_snapshot,
}
RESOURCES_OTHERWISE: dict[str, Callable[[Site], Target]] = {
    "disable_function, whose URL was changed": _changed_url,
    "disable_function, by an alias that is kept warm": _opened_alias,
    "unshare_database_snapshot, of a cluster": _shared_cluster_snapshot,
    "restore_bucket, whose objects are copied away": _copied_bucket,
    "delete_database_snapshot, of a cluster": _made_cluster_snapshot,
}
