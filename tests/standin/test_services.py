"""Services of our own: Lightsail, Health, GuardDuty's findings, Cost Explorer; and some that are moto's, end to end."""

import json
import time
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    Account,
    account_fixture,
    allow,
    code_of,
    make_account_fixture,
    standin_fixture,
)

KEY = "AKIA" + "ZHO3CC62YYHHCD6N"


def test_lightsail_from_making_to_deleting_in_each_region_by_itself(account: Account) -> None:
    here, there = (account.client("lightsail", region=r) for r in ("us-east-1", "eu-west-1"))
    asked = {"availabilityZone": "us-east-1a", "blueprintId": "amazon_linux_2023", "bundleId": "nano_3_0"}
    here.create_instances(instanceNames=["a", "b"], **asked)
    assert code_of(here.create_instances, instanceNames=["a"], **asked) == "InvalidInputException"
    here.tag_resource(resourceName="a", tags=[{"key": "owner", "value": "x"}])
    here.stop_instance(instanceName="a")
    found = here.get_instance(instanceName="a")["instance"]
    assert (found["state"]["name"], found["tags"]) == ("stopped", [{"key": "owner", "value": "x"}])
    assert there.get_instances()["instances"] == []
    here.delete_instance(instanceName="b")
    assert [i["name"] for i in here.get_instances()["instances"]] == ["a"]
    assert code_of(here.get_instance, instanceName="b") == "NotFoundException"
    nobody = account.client("lightsail", account.user("alice"))
    assert code_of(nobody.get_instances) == "AccessDeniedException"
    assert account.events("CreateInstances")[-1]["requestParameters"]["instanceNames"] == ["a", "b"]


def test_an_exposed_key_is_told_by_health_and_heard_by_a_rule(account: Account) -> None:
    queue = account.client("sqs").create_queue(QueueName="alerts")["QueueUrl"]
    arn = account.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    events = account.client("events")
    events.put_rule(Name="exposed", EventPattern=json.dumps({"source": ["aws.health"]}))
    events.put_targets(Rule="exposed", Targets=[{"Id": "q", "Arn": arn}])
    account.standin.gate.lay("health", account.number, "us-east-1", {"entities": [KEY], "description": "It is public."})
    health = account.client("health")
    (event,) = health.describe_events()["events"]
    assert event["eventTypeCode"] == "AWS_RISK_CREDENTIALS_EXPOSED"
    (entity,) = health.describe_affected_entities(filter={"eventArns": [event["arn"]]})["entities"]
    assert entity["entityValue"] == KEY
    (message,) = account.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    heard = json.loads(message["Body"])
    assert heard["detail-type"] == "AWS Health Event"
    assert heard["detail"]["affectedEntities"][0]["entityValue"] == KEY


def test_findings_of_guardduty_are_where_they_were_laid(account: Account) -> None:
    here, there = (account.client("guardduty", region=r) for r in ("us-east-1", "eu-west-1"))
    detector = here.create_detector(Enable=True)["DetectorId"]
    about = {"accessKeyDetails": {"accessKeyId": KEY}}
    told = {"type": "Policy:IAMUser/RootCredentialUsage", "severity": 2, "resource": about}
    account.standin.gate.lay("guardduty", account.number, "us-east-1", told)
    (number,) = here.list_findings(DetectorId=detector)["FindingIds"]
    (finding,) = here.get_findings(DetectorId=detector, FindingIds=[number])["Findings"]
    assert (finding["Type"], finding["Resource"]["AccessKeyDetails"]["AccessKeyId"]) == (
        "Policy:IAMUser/RootCredentialUsage", KEY,
    )  # fmt: skip
    assert there.list_findings(DetectorId=detector)["FindingIds"] == []


def test_the_bill_by_day_service_and_region(account: Account) -> None:
    for day, service, region, amount in (
        ("2026-11-01", "Amazon Elastic Compute Cloud", "us-east-1", 10),
        ("2026-11-02", "Amazon Elastic Compute Cloud", "ap-south-2", 800.5),
        ("2026-11-02", "Amazon Bedrock", "us-east-1", 40),
    ):
        thing = {"day": day, "service": service, "region": region, "amount": amount}
        account.standin.gate.lay("ce", account.number, "us-east-1", thing)
    ce = account.client("ce")
    asked: dict[str, Any] = {
        "TimePeriod": {"Start": "2026-11-01", "End": "2026-11-04"},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "DIMENSION", "Key": "REGION"}],
    }
    days = ce.get_cost_and_usage(**asked)["ResultsByTime"]
    assert [len(d["Groups"]) for d in days] == [1, 2, 0]
    assert days[1]["Groups"][1]["Keys"] == ["Amazon Elastic Compute Cloud", "ap-south-2"]
    assert float(days[1]["Groups"][1]["Metrics"]["UnblendedCost"]["Amount"]) == 800.5
    (month,) = ce.get_cost_and_usage(**{**asked, "Granularity": "MONTHLY", "GroupBy": []})["ResultsByTime"]
    assert float(month["Total"]["UnblendedCost"]["Amount"]) == 850.5
    wrong = {**asked, "TimePeriod": {"Start": "2026-11-04", "End": "2026-11-01"}}
    assert code_of(ce.get_cost_and_usage, **wrong) == "ValidationException"


@pytest.mark.parametrize("region", ["us-east-1", "ap-south-1"])
def test_a_function_a_secret_a_parameter_a_queue(account: Account, region: str) -> None:
    role = account.role("runs", {"Service": "lambda.amazonaws.com"})
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    function = {"FunctionName": "f", "Runtime": "python3.12", "Role": role, "Handler": "a.b", "Code": code}
    lambdas = account.client("lambda", region=region)
    lambdas.create_function(**function)
    assert [f["FunctionName"] for f in lambdas.list_functions()["Functions"]] == ["f"]
    other = "ap-south-1" if region == "us-east-1" else "us-east-1"
    assert account.client("lambda", region=other).list_functions()["Functions"] == []
    event = account.event("CreateFunction20150331", region)
    assert event["requestParameters"]["functionName"] == "f"
    account.client("secretsmanager", region=region).create_secret(Name="s", SecretString="hidden-value")
    account.client("ssm", region=region).put_parameter(Name="/p", Value="hidden-value", Type="SecureString")
    assert "hidden-value" not in json.dumps(account.events(region=region)), "the trail has no secrets"
    alice = account.user("alice", allow("lambda:CreateFunction"))
    refused = account.client("lambda", alice, region).create_function
    assert code_of(refused, **{**function, "FunctionName": "g"}) == "AccessDeniedException", "the role is passed, too"


def test_a_version_beneath_a_delete_marker_is_still_there(account: Account) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket=f"kept-{account.number}")
    bucket = {"Bucket": f"kept-{account.number}"}
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(**bucket, Key="k", Body=b"x")["VersionId"]
    s3.delete_object(**bucket, Key="k")
    assert s3.get_object(**bucket, Key="k", VersionId=version)["Body"].read() == b"x"


def test_versions_of_a_secret_tell_when_they_were_made(account: Account) -> None:
    secrets = account.client("secretsmanager")
    first = secrets.create_secret(Name="s", SecretString="one")["VersionId"]
    time.sleep(1.05)
    secrets.put_secret_value(SecretId="s", SecretString="two")
    times = {v["VersionId"]: v["CreatedDate"] for v in secrets.list_secret_version_ids(SecretId="s")["Versions"]}
    assert len(set(times.values())) == 2
    assert min(times, key=lambda v: times[v]) == first
