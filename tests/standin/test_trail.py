"""What CloudTrail's event history says of calls."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    REGION,
    Account,
    Signer,
    account_fixture,
    allow,
    code_of,
    document,
    make_account_fixture,
    session_of,
    standin_fixture,
)

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _looked_up(account: Account, region: str = REGION, **question: Any) -> list[dict[str, Any]]:
    """What LookupEvents lists on its first page, as root sees it, but for the looking itself."""
    found = account.client("cloudtrail", region=region).lookup_events(**question)["Events"]
    return [e for e in found if e["EventName"] != "LookupEvents"]


def _with_key(account: Account, key_id: str, region: str = REGION, **question: Any) -> list[dict[str, Any]]:
    by_key = {"AttributeKey": "AccessKeyId", "AttributeValue": key_id}
    return _looked_up(account, region, LookupAttributes=[by_key], **question)


# Who it was


def test_event_of_a_user(account: Account) -> None:
    alice = account.user("alice")
    account.client("sts", alice).get_caller_identity()
    event = account.event("GetCallerIdentity")
    who = event["userIdentity"]
    assert who.pop("principalId") == account.client("iam").get_user(UserName="alice")["User"]["UserId"]
    assert who == {
        "type": "IAMUser",
        "arn": account.arn("user", "alice"),
        "accountId": account.number,
        "accessKeyId": alice.key_id,
        "userName": "alice",
    }
    assert event["eventSource"] == "sts.amazonaws.com"
    assert event["awsRegion"] == REGION
    assert event["recipientAccountId"] == account.number
    assert event["readOnly"] is True
    assert event["eventType"] == "AwsApiCall"
    assert event["managementEvent"] is True
    assert "Botocore/" in event["userAgent"]
    assert STAMP.fullmatch(event["eventTime"])
    assert (event["requestParameters"], event["responseElements"]) == (None, None)
    assert "errorCode" not in event


def test_event_of_a_user_session(account: Account) -> None:
    session = session_of(account.client("sts", account.user("alice")).get_session_token())
    account.client("sts", session).get_caller_identity()
    who = account.event("GetCallerIdentity")["userIdentity"]
    assert (who["type"], who["userName"], who["accessKeyId"]) == ("IAMUser", "alice", session.key_id)
    assert who["arn"] == account.arn("user", "alice")
    assert set(who["sessionContext"]) == {"attributes"}
    assert STAMP.fullmatch(who["sessionContext"]["attributes"]["creationDate"])
    assert who["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"


@pytest.mark.parametrize("path", ["/", "/teams/blue/"])
def test_event_of_a_role(account: Account, path: str) -> None:
    alice = account.user("alice", allow("sts:AssumeRole"))
    role = account.role("ops", {"AWS": account.number}, Path=path)
    session = account.assume(role, alice)
    account.client("sts", session).get_caller_identity()
    who = account.event("GetCallerIdentity")["userIdentity"]
    role_id = account.client("iam").get_role(RoleName="ops")["Role"]["RoleId"]
    assert who["type"] == "AssumedRole"
    assert who["principalId"] == f"{role_id}:visit"
    assert who["arn"] == f"arn:aws:sts::{account.number}:assumed-role/ops/visit"
    assert who["accessKeyId"] == session.key_id
    assert "userName" not in who
    assert who["sessionContext"]["sessionIssuer"] == {
        "type": "Role",
        "principalId": role_id,
        "arn": role,
        "accountId": account.number,
        "userName": "ops",
    }


def test_event_of_a_federated_user(account: Account) -> None:
    alice = account.user("alice", allow("sts:GetFederationToken"))
    session = session_of(account.client("sts", alice).get_federation_token(Name="bob", Policy=document(EVERYTHING)))
    account.client("sts", session).get_caller_identity()
    who = account.event("GetCallerIdentity")["userIdentity"]
    assert who["type"] == "FederatedUser"
    assert who["principalId"] == f"{account.number}:bob"
    assert who["arn"] == f"arn:aws:sts::{account.number}:federated-user/bob"
    assert who["sessionContext"]["sessionIssuer"] == {
        "type": "IAMUser",
        "principalId": account.client("iam").get_user(UserName="alice")["User"]["UserId"],
        "arn": account.arn("user", "alice"),
        "accountId": account.number,
        "userName": "alice",
    }


def test_event_of_root(account: Account) -> None:
    account.client("sts").get_caller_identity()
    assert account.event("GetCallerIdentity")["userIdentity"] == {
        "type": "Root",
        "principalId": account.number,
        "arn": f"arn:aws:iam::{account.number}:root",
        "accountId": account.number,
        "accessKeyId": account.root.key_id,
    }
    by_name = {"AttributeKey": "Username", "AttributeValue": "root"}
    assert [e["EventName"] for e in _looked_up(account, LookupAttributes=[by_name])] == ["GetCallerIdentity"]


# What it was


def test_denied_calls_are_recorded_with_their_code(account: Account) -> None:
    alice = account.user("alice")
    role = account.role("ops", {"AWS": account.number})
    code_of(account.client("iam", alice).list_users)
    code_of(account.client("s3", alice).list_buckets)
    code_of(account.client("sts", alice).assume_role, RoleArn=role, RoleSessionName="visit")
    code_of(account.client("ec2", alice).run_instances, ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    code_of(account.client("cloudtrail", alice).lookup_events)
    found = {e["eventName"]: e for e in account.events() if e["userIdentity"]["accessKeyId"] == alice.key_id}
    assert {name: e["errorCode"] for name, e in found.items()} == {
        "ListUsers": "AccessDenied",
        "ListBuckets": "AccessDenied",
        "AssumeRole": "AccessDenied",
        "RunInstances": "Client.UnauthorizedOperation",
        "LookupEvents": "AccessDeniedException",
    }
    assert all(account.arn("user", "alice") in e["errorMessage"] for e in found.values())
    assert {e["responseElements"] for e in found.values()} == {None}
    assert found["AssumeRole"]["requestParameters"] is None


def test_failed_calls_are_recorded_with_their_code(account: Account) -> None:
    assert code_of(account.client("iam").get_user, UserName="nobody") == "NoSuchEntity"
    assert account.event("GetUser")["errorCode"] == "NoSuchEntityException"
    assert code_of(account.client("s3").get_bucket_policy, Bucket=f"none-{account.number}") == "NoSuchBucket"
    assert account.event("GetBucketPolicy")["errorCode"] == "NoSuchBucket"


def _ids(account: Account, who: Signer) -> dict[str, str]:
    """The request id that the client saw, of an answered and of a refused call of each service."""
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "ListUsers": ("iam", "list_users", {}),
        "GetUser": ("iam", "get_user", {"UserName": "nobody"}),
        "GetCallerIdentity": ("sts", "get_caller_identity", {}),
        "GetSessionToken": ("sts", "get_session_token", {"DurationSeconds": 900_000}),
        "DescribeRegions": ("ec2", "describe_regions", {}),
        "DescribeInstances": ("ec2", "describe_instances", {"InstanceIds": ["i-00000000"]}),
        "ListBuckets": ("s3", "list_buckets", {}),
        "GetBucketPolicy": ("s3", "get_bucket_policy", {"Bucket": f"none-{account.number}"}),
        "LookupEvents": ("cloudtrail", "lookup_events", {}),
    }
    found: dict[str, str] = {}
    for name, (service, operation, parameters) in calls.items():
        try:
            answer = getattr(account.client(service, who), operation)(**parameters)
        except ClientError as error:
            answer = error.response
        found[name] = answer["ResponseMetadata"]["RequestId"]
    return found


@pytest.mark.parametrize("statements", [[EVERYTHING], []], ids=["allowed", "denied"])
def test_request_id_is_the_one_that_the_client_saw(account: Account, statements: list[dict[str, Any]]) -> None:
    seen = _ids(account, account.user("alice", *statements))
    assert {name: account.event(name)["requestID"] for name in seen} == seen
    assert len(set(seen.values())) == len(seen)


def test_minted_credentials_are_told_without_their_secret(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    sts, role = account.client("sts", alice), account.role("ops", {"AWS": account.number}, EVERYTHING)
    minted = {
        "GetSessionToken": session_of(sts.get_session_token()),
        "GetFederationToken": session_of(sts.get_federation_token(Name="bob", Policy=document(EVERYTHING))),
        "AssumeRole": account.assume(role, alice),
    }
    for name, session in minted.items():
        made = account.event(name)["responseElements"]
        assert made["credentials"]["accessKeyId"] == session.key_id
        assert made["credentials"]["sessionToken"] == session.token
        assert re.fullmatch(r"[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d [AP]M", made["credentials"]["expiration"])
    assert account.event("AssumeRole")["responseElements"]["assumedRoleUser"]["arn"].endswith("/ops/visit")
    federated = account.event("GetFederationToken")["responseElements"]["federatedUser"]
    assert federated["arn"] == f"arn:aws:sts::{account.number}:federated-user/bob"


def test_new_key_is_told_without_its_secret(account: Account) -> None:
    alice = account.user("alice")
    made = account.event("CreateAccessKey")
    assert made["requestParameters"] == {"userName": "alice"}
    key = made["responseElements"]["accessKey"]
    assert (key["accessKeyId"], key["userName"], key["status"]) == (alice.key_id, "alice", "Active")
    assert set(key) == {"accessKeyId", "userName", "status", "createDate"}


def test_secrets_are_nowhere_in_the_trail(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    session = session_of(account.client("sts", alice).get_session_token())
    password = "correct-horse-9-Battery"
    account.client("iam").create_login_profile(UserName="alice", Password=password)
    text = json.dumps(account.events())
    assert "secretaccesskey" not in text.lower()
    assert not [s for s in (alice.secret, session.secret, account.root.secret, password) if s in text]
    assert session.key_id in text
    assert account.event("CreateLoginProfile")["requestParameters"] == {"userName": "alice"}


def test_started_machines_are_told(account: Account) -> None:
    ec2 = account.client("ec2", region="eu-west-1")
    answer = ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2, UserData="echo hidden")
    event = account.event("RunInstances", "eu-west-1")
    told = event["responseElements"]["instancesSet"]["items"]
    assert [i["instanceId"] for i in told] == [i["InstanceId"] for i in answer["Instances"]]
    assert event["requestParameters"]["userData"] == "<sensitiveDataRemoved>"
    assert event["readOnly"] is False


def test_s3_names_its_bucket_and_leaves_objects_to_data_events(account: Account) -> None:
    bucket = account.bucket("k")
    s3 = account.client("s3")
    s3.get_object(Bucket=bucket, Key="k")
    s3.head_object(Bucket=bucket, Key="k")
    s3.list_objects_v2(Bucket=bucket)
    s3.copy_object(Bucket=bucket, Key="l", CopySource=f"{bucket}/k")
    s3.create_multipart_upload(Bucket=bucket, Key="m")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "l"}]})
    s3.get_bucket_location(Bucket=bucket)
    assert [e["eventName"] for e in account.events()] == ["GetBucketLocation", "CreateBucket"]
    assert account.event("CreateBucket")["requestParameters"]["bucketName"] == bucket


def test_source_address(account: Account) -> None:
    sts = account.client("sts")
    sts.get_caller_identity()
    assert account.event("GetCallerIdentity")["sourceIPAddress"] == "127.0.0.1"

    def forward(request: Any, **_: Any) -> None:
        request.headers["X-Forwarded-For"] = "203.0.113.7, 10.0.0.1"

    sts.meta.events.register("before-sign", forward)
    sts.get_caller_identity()
    assert account.event("GetCallerIdentity")["sourceIPAddress"] == "203.0.113.7"


def test_policies_see_the_source_address_too(account: Account) -> None:
    home = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    iam = account.client("iam", account.user("alice", allow("iam:ListUsers", Condition=home)))
    assert code_of(iam.list_users) == "AccessDenied"
    iam.meta.events.register(
        "before-sign", lambda request, **_: request.headers.add_header("X-Forwarded-For", "203.0.113.7")
    )
    assert code_of(iam.list_users) == ""


# Where and when it can be read


def test_regions(account: Account) -> None:
    """Each region has the events of its own endpoint; IAM's are in us-east-1 wherever they came from."""
    for region in (REGION, "eu-west-1"):
        account.client("sts", region=region).get_caller_identity()
        account.client("iam", region=region).list_users()
    account.client("sts", region="eu-west-1").get_session_token()
    found = {region: sorted(e["EventName"] for e in _looked_up(account, region)) for region in (REGION, "eu-west-1")}
    assert found == {
        REGION: ["GetCallerIdentity", "ListUsers", "ListUsers"],
        "eu-west-1": ["GetCallerIdentity", "GetSessionToken"],
    }


def test_look_up_by_access_key(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    session = session_of(account.client("sts", alice).get_session_token())
    account.client("s3", session).list_buckets()
    account.client("s3", alice).list_buckets()
    assert [e["EventName"] for e in _with_key(account, alice.key_id)] == ["ListBuckets", "GetSessionToken"]
    listed = _with_key(account, session.key_id)
    assert [e["EventName"] for e in listed] == ["ListBuckets"]
    assert {k: listed[0][k] for k in ("AccessKeyId", "ReadOnly", "Username", "EventSource")} == {
        "AccessKeyId": session.key_id,
        "ReadOnly": "true",
        "Username": "alice",
        "EventSource": "s3.amazonaws.com",
    }
    assert json.loads(listed[0]["CloudTrailEvent"])["eventID"] == listed[0]["EventId"]
    assert _with_key(account, "AKIA" + "QQ" * 8) == []


def test_events_of_another_account_are_not_listed(account: Account, make_account: Any) -> None:
    other = make_account()
    other.client("sts").get_caller_identity()
    assert _looked_up(account) == []


def test_pages_of_fifty(account: Account) -> None:
    """Nothing is listed twice or left out, though every look-up adds an event of its own."""
    alice = account.user("alice", EVERYTHING)
    sts, trail = account.client("sts", alice), account.client("cloudtrail", alice)
    for _ in range(105):
        sts.get_caller_identity()
    question: dict[str, Any] = {"LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": alice.key_id}]}
    pages = [trail.lookup_events(**question)]
    while "NextToken" in pages[-1]:
        pages.append(trail.lookup_events(**question, NextToken=pages[-1]["NextToken"]))
    assert [len(p["Events"]) for p in pages] == [50, 50, 5]
    assert len({e["EventId"] for p in pages for e in p["Events"]}) == 105
    assert {e["EventName"] for p in pages for e in p["Events"]} == {"GetCallerIdentity"}
    times = [e["EventTime"] for p in pages for e in p["Events"]]
    assert times == sorted(times, reverse=True)


def test_smaller_pages(account: Account) -> None:
    for _ in range(3):
        account.client("sts").get_caller_identity()
    page = account.client("cloudtrail").lookup_events(MaxResults=2)
    assert len(page["Events"]) == 2
    assert "NextToken" in page


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"NextToken": "something"}, "InvalidNextTokenException"),
        ({"NextToken": "before-x"}, "InvalidNextTokenException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "a"}] * 2},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "a"}]},
            "InvalidLookupAttributesException",
        ),
        ({"StartTime": datetime(2026, 2, 1), "EndTime": datetime(2026, 1, 1)}, "InvalidTimeRangeException"),  # noqa: DTZ001
    ],
)
def test_questions_that_cloudtrail_refuses(account: Account, question: dict[str, Any], code: str) -> None:
    assert code_of(account.client("cloudtrail").lookup_events, **question) == code


def test_time_range(account: Account) -> None:
    gate, sts = account.standin.gate, account.client("sts")
    sts.get_caller_identity()
    middle = gate.clock.advance(60)
    gate.clock.advance(60)
    sts.get_session_token()
    assert [e["EventName"] for e in _looked_up(account, StartTime=middle)] == ["GetSessionToken"]
    assert [e["EventName"] for e in _looked_up(account, EndTime=middle)] == ["GetCallerIdentity"]


def test_events_are_kept_for_ninety_days(account: Account) -> None:
    clock = account.standin.gate.clock
    account.client("sts").get_caller_identity()
    clock.advance(timedelta(days=89, hours=23).total_seconds())
    assert [e["EventName"] for e in _looked_up(account)] == ["GetCallerIdentity"]
    clock.advance(timedelta(hours=2).total_seconds())
    assert _looked_up(account) == []
    assert _looked_up(account, StartTime=clock.now() - timedelta(days=100)) == []


def test_delivery_takes_the_time_that_was_dialled(account: Account) -> None:
    gate = account.standin.gate
    gate.trail.delivery_seconds = 300
    account.client("sts").get_caller_identity()
    assert _looked_up(account) == []
    gate.clock.advance(301)
    assert [e["EventName"] for e in _looked_up(account)] == ["GetCallerIdentity"]


# When a key was last used


def test_last_use_follows_real_calls(account: Account) -> None:
    alice, iam = account.user("alice"), account.client("iam")

    def last() -> tuple[str, str]:
        used = iam.get_access_key_last_used(AccessKeyId=alice.key_id)["AccessKeyLastUsed"]
        return used["ServiceName"], used["Region"]

    assert last() == ("N/A", "N/A")
    account.client("sts", alice, "eu-west-1").get_caller_identity()
    assert last() == ("sts", "eu-west-1")
    assert code_of(account.client("s3", alice).list_buckets) == "AccessDenied"
    assert last() == ("s3", REGION), "a denied call is a use"
    session = session_of(account.client("sts", alice).get_session_token())
    code_of(account.client("cloudtrail", session).lookup_events)
    assert last() == ("sts", REGION), "a session's calls are none of the key's"
    code_of(account.client("iam", Signer(alice.key_id, "x" * 40)).list_users)
    assert last() == ("sts", REGION), "a wrong signature is no use"


def test_last_use_tells_when(account: Account) -> None:
    alice, clock = account.user("alice"), account.standin.gate.clock
    at = clock.advance(3600)
    account.client("sts", alice).get_caller_identity()
    used = account.client("iam").get_access_key_last_used(AccessKeyId=alice.key_id)
    assert used["UserName"] == "alice"
    assert abs(used["AccessKeyLastUsed"]["LastUsedDate"] - at) < timedelta(seconds=60)
