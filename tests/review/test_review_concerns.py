"""What is worth noticing about things, each made as an attacker or a careless hand would make it."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from review_world import Reviewed, named, reviewed

from unleak.model.review import Weight
from unleak.standin.server import Standin

STRANGER = "999988887777"


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Of its own: what the engine makes is dated by the real clock, and that of the shared one is ahead of it."""
    with Standin() as running:
        yield running


def _allow(principal: object, action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _open_bucket(site: Reviewed) -> str:
    name = f"open-{site.account}"
    site.client("s3").create_bucket(Bucket=name)
    policy = _allow("*", "s3:GetObject", f"arn:aws:s3:::{name}/*")
    site.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    return name


def _blocked_bucket(site: Reviewed) -> str:
    name = _open_bucket(site)
    flags = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    site.client("s3").put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(flags, True))
    return name


def _listed_bucket(site: Reviewed) -> str:
    name = f"listed-{site.account}"
    site.client("s3").create_bucket(Bucket=name)
    site.client("s3").put_bucket_acl(Bucket=name, ACL="public-read")
    return name


def _trail(site: Reviewed) -> str:
    bucket = f"trail-{site.account}"
    site.client("s3").create_bucket(Bucket=bucket)
    client = site.client("cloudtrail")
    client.create_trail(Name="main", S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
    client.start_logging(Name="main")
    return "main"


def _stopped_trail(site: Reviewed) -> str:
    name = _trail(site)
    site.client("cloudtrail").stop_logging(Name=name)
    return name


def _narrowed_trail(site: Reviewed) -> str:
    name = _trail(site)
    selectors = [{"ReadWriteType": "All", "IncludeManagementEvents": False}]
    site.client("cloudtrail").put_event_selectors(TrailName=name, EventSelectors=selectors)
    return name


def _sleeping_guard(site: Reviewed) -> str:
    return str(site.client("guardduty").create_detector(Enable=False)["DetectorId"])


def _granted_key(site: Reviewed) -> str:
    kms = site.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    whom = f"arn:aws:iam::{STRANGER}:role/thief"
    return str(kms.create_grant(KeyId=key, GranteePrincipal=whom, Operations=["Decrypt"])["GrantId"])


def _shared_image(site: Reviewed) -> str:
    ec2 = site.client("ec2")
    machine = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    image = str(ec2.create_image(InstanceId=machine, Name="copy")["ImageId"])
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"Group": "all"}]})
    return image


def _open_function(site: Reviewed) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "")
    iam = site.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    client = site.client("lambda")
    client.create_function(
        FunctionName="open", Runtime="python3.12", Role=role, Handler="main.main", Code={"ZipFile": code.getvalue()}
    )
    client.add_permission(FunctionName="open", StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    return "open"


def _administrator(site: Reviewed) -> str:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    site.client("iam").create_user(UserName="quiet")
    site.client("iam").put_user_policy(UserName="quiet", PolicyName="own", PolicyDocument=json.dumps(document))
    return "quiet"


def _second_version(site: Reviewed) -> str:
    iam = site.client("iam")
    arn = iam.create_policy(PolicyName="grown", PolicyDocument=json.dumps(_statement("s3:ListAllMyBuckets")))
    arn = arn["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(_statement("*")), SetAsDefault=True)
    return "grown v2"


def _statement(action: str) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def _open_queue(site: Reviewed) -> str:
    policy = _allow({"AWS": STRANGER}, "sqs:ReceiveMessage", "*")
    site.client("sqs").create_queue(QueueName="open", Attributes={"Policy": policy})
    return "open"


def _shared_database(site: Reviewed) -> str:
    rds = site.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="db", Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
        MasterUsername="postgres", MasterUserPassword="correct-horse-7",
    )  # fmt: skip
    rds.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="copy")
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="copy", AttributeName="restore", ValuesToAdd=["all"])
    return "copy"


@pytest.mark.parametrize(
    ("check", "make", "weight", "said"),
    [
        ("s3_buckets", _open_bucket, Weight.HIGH, "lets in everybody"),
        ("s3_buckets", _blocked_bucket, Weight.LOW, "lets in everybody, but public access is blocked"),
        ("s3_buckets", _listed_bucket, Weight.HIGH, "its list lets everybody read"),
        ("trails", _stopped_trail, Weight.HIGH, "it does not log"),
        ("trails", _narrowed_trail, Weight.HIGH, "records no management events"),
        ("trails", _trail, Weight.NONE, ""),
        ("guards", _sleeping_guard, Weight.HIGH, "it is switched off"),
        ("kms", _granted_key, Weight.HIGH, "lets an outsider use the key"),
        ("disks", _shared_image, Weight.HIGH, "shared with everybody"),
        ("lambda_functions", _open_function, Weight.HIGH, "lets in everybody"),
        ("iam_users", _administrator, Weight.MEDIUM, "may do everything (inline policy own)"),
        ("iam_policies", _second_version, Weight.MEDIUM, "allows everything"),
        ("messaging", _open_queue, Weight.MEDIUM, f"lets in account {STRANGER}"),
        ("databases", _shared_database, Weight.HIGH, "shared with everybody"),
    ],
    ids=lambda value: value.__name__.lstrip("_") if callable(value) else "",
)
def test_it_is_noticed(
    check: str, make: Callable[[Reviewed], str], weight: Weight, said: str, standin: Standin, tmp_path: Path
) -> None:
    site = reviewed(standin, tmp_path)
    name = make(site)
    thing = named(site.look(check), name).thing
    assert thing.weight is weight
    assert said in thing.concerns or not said
