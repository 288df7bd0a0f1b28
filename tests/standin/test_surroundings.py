"""What is around the calls: trails in buckets, machines, the console, worlds, the controls of a running stand-in."""

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    Account,
    Signer,
    account_fixture,
    allow,
    code_of,
    deny,
    document,
    make_account_fixture,
    standin_fixture,
    trust_policy,
)

from unleak.iam.key_id import account_of
from unleak.standin.server import CONTROL, Standin
from unleak.standin.trail import InvalidLookup
from unleak.standin.worlds import BadWorld, make_world, read_world


def _turn(standin: Standin, what: str, body: Any, method: str = "POST") -> tuple[int, dict[str, Any]]:
    url, data = f"{standin.url}{CONTROL}/{what}", body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data if method == "POST" else None, method=method)  # noqa: S310  loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


# Trails


def test_a_trail_delivers_to_its_bucket_as_cloudtrail_lays_it_out(account: Account) -> None:
    account.standin.gate.trail.delivery_seconds = 300
    bucket, trail, s3 = account.bucket(), account.client("cloudtrail"), account.client("s3")
    trail.create_trail(Name="main", S3BucketName=bucket, S3KeyPrefix="logs", IsMultiRegionTrail=True)
    account.client("iam").create_user(UserName="before")
    trail.start_logging(Name="main")
    account.client("iam").create_user(UserName="after")
    account.client("ec2", region="eu-west-1").describe_instances()
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket), "not yet"
    account.standin.gate.clock.advance(301)
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    day = account.standin.gate.clock.now().strftime("%Y/%m/%d")
    for region in ("us-east-1", "eu-west-1"):
        assert any(
            k.startswith(f"logs/AWSLogs/{account.number}/CloudTrail/{region}/{day}/{account.number}_") for k in keys
        )
    records = [
        r
        for k in keys
        for r in json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=k)["Body"].read()))["Records"]
    ]
    names = [r["eventName"] for r in records]
    assert "DescribeInstances" in names
    assert [r["requestParameters"]["userName"] for r in records if r["eventName"] == "CreateUser"] == ["after"]
    trail.stop_logging(Name="main")
    account.client("iam").create_user(UserName="unseen")
    account.standin.gate.clock.advance(301)
    assert len(s3.list_objects_v2(Bucket=bucket)["Contents"]) <= len(keys) + 2


def test_an_account_made_anew_costs_another_no_event(account: Account, make_account: Callable[[], Account]) -> None:
    other = make_account()
    for name in ("a", "b"):
        other.client("iam").create_user(UserName=name)
    bucket, trail, s3 = account.bucket(), account.client("cloudtrail"), account.client("s3")
    trail.create_trail(Name="main", S3BucketName=bucket)
    trail.start_logging(Name="main")
    account.standin.gate.add_account(other.number)
    account.client("iam").create_user(UserName="seen")
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    told = [json.loads(gzip.decompress(s3.get_object(Bucket=bucket, Key=k)["Body"].read())) for k in keys]
    assert "CreateUser" in [r["eventName"] for t in told for r in t["Records"]]


def test_an_account_may_look_up_only_so_often(account: Account) -> None:
    account.standin.gate.trail.lookups_a_second = 2
    try:
        codes = [code_of(account.client("cloudtrail").lookup_events) for _ in range(6)]
        elsewhere = code_of(account.client("cloudtrail", region="eu-west-1").lookup_events)
    finally:
        account.standin.gate.trail.lookups_a_second = 0
    assert codes[:2] == ["", ""]
    assert "ThrottlingException" in codes
    assert elsewhere == "", "each region by itself"


def test_events_are_found_by_what_they_are_about(account: Account) -> None:
    account.client("iam").create_user(UserName="bob")
    asked = [{"AttributeKey": "ResourceName", "AttributeValue": "bob"}]
    (event,) = account.client("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    assert event["EventName"] == "CreateUser"
    assert {"ResourceType": "AWS::IAM::User", "ResourceName": "bob"} in event["Resources"]


@pytest.mark.parametrize(
    "question", [{"StartTime": "x"}, {"StartTime": 1e308}, {"EndTime": {}}, {"LookupAttributes": [1]}]
)
def test_questions_that_make_no_sense_are_refused(account: Account, question: dict[str, Any]) -> None:
    with pytest.raises(InvalidLookup):
        account.standin.gate.trail.lookup(account.number, "us-east-1", question, account.standin.gate.clock.now())


def test_both_accounts_see_a_role_assumed_across_them(standin: Standin, make_account: Any) -> None:
    ours, theirs = make_account(), make_account()
    role = theirs.role("visited", {"AWS": ours.number}, EVERYTHING)
    ours.assume(role, ours.user("alice", allow("sts:AssumeRole")))
    own, other = ours.event("AssumeRole"), theirs.event("AssumeRole")
    assert own["sharedEventID"] == other["sharedEventID"]
    assert own["eventID"] != other["eventID"]
    assert own["userIdentity"]["userName"] == "alice"
    assert other["userIdentity"]["type"] == "AWSAccount"
    assert "arn" not in other["userIdentity"], "the other account learns no more than the account"
    assert other["resources"][0]["ARN"] == role
    del standin


def test_events_of_the_past_can_be_laid(standin: Standin, account: Account) -> None:
    record = {
        "eventTime": "2026-01-02T03:04:05Z", "eventID": "e", "eventName": "GetObject", "awsRegion": "us-east-1",
        "recipientAccountId": account.number, "userIdentity": {"type": "IAMUser", "accessKeyId": "AKIA"},
    }  # fmt: skip
    assert _turn(standin, "events", {"records": [record]}) == (200, {"events": 1})
    assert account.events("GetObject") == [] or account.events("GetObject")[0]["eventTime"] == "2026-01-02T03:04:05Z"
    assert _turn(standin, "events", {"records": [{"eventName": "x"}]})[0] == 400


# Machines and people


def _machine(account: Account) -> str:
    account.role("machine", {"Service": "ec2.amazonaws.com"}, EVERYTHING)
    iam = account.client("iam")
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
    asked = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": "machine"}}
    return str(account.client("ec2").run_instances(**asked)["Instances"][0]["InstanceId"])


def _stolen(account: Account, instance: str) -> Signer:
    status, found = _turn(account.standin, "metadata", {"account": account.number, "instance": instance})
    assert status == 200, found
    return Signer(found["AccessKeyId"], found["SecretAccessKey"], found["Token"])


def test_credentials_of_a_machine_are_its_role_s_session(account: Account) -> None:
    instance = _machine(account)
    stolen = _stolen(account, instance)
    who = account.client("sts", stolen).get_caller_identity()["Arn"]
    assert who == f"arn:aws:sts::{account.number}:assumed-role/machine/{instance}"
    minted = account.event("AssumeRole")
    assert minted["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    assert minted["responseElements"]["credentials"]["accessKeyId"] == stolen.key_id
    used = account.event("GetCallerIdentity")["userIdentity"]["sessionContext"]
    assert used["ec2RoleDelivery"] == "2.0"
    assert _stolen(account, instance) == stolen, "the same for a while"


def test_credentials_of_a_function_are_minted_by_lambda(account: Account) -> None:
    role = account.role("runs", {"Service": "lambda.amazonaws.com"}, allow("s3:ListAllMyBuckets"))
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    account.client("lambda").create_function(
        FunctionName="f", Runtime="python3.12", Role=role, Handler="a.b", Code=code
    )
    where = {"account": account.number, "function": "f"}
    status, found = _turn(account.standin, "metadata", where)
    assert status == 200, found
    assert _turn(account.standin, "metadata", where)[1] == found, "the same for a while"
    stolen = Signer(found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"], found["AWS_SESSION_TOKEN"])
    assert code_of(account.client("s3", stolen).list_buckets) == ""
    assert code_of(account.client("ec2", stolen).describe_instances) == "UnauthorizedOperation"
    who = account.event("ListBuckets")["userIdentity"]
    assert who["arn"] == f"arn:aws:sts::{account.number}:assumed-role/runs/f"
    assert "ec2RoleDelivery" not in who["sessionContext"]
    minted = next(e for e in account.events() if e["userIdentity"].get("invokedBy") == "lambda.amazonaws.com")
    assert minted["responseElements"]["credentials"]["accessKeyId"] == stolen.key_id
    assert _turn(account.standin, "metadata", {**where, "function": "none"})[0] == 400


def test_an_account_made_anew_has_no_credentials_of_before(account: Account) -> None:
    where = {"account": account.number, "function": "f"}
    found = []
    for _ in range(2):
        root = account.standin.gate.add_account(account.number)
        owner = Signer(root.key_id, root.secret, "")
        trust = trust_policy({"Service": "lambda.amazonaws.com"})
        role = account.client("iam", owner).create_role(RoleName="runs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
        account.client("lambda", owner).create_function(
            FunctionName="f", Runtime="python3.12", Role=role, Handler="a.b", Code=code
        )
        minted = _turn(account.standin, "metadata", where)[1]
        found.append(minted["AWS_ACCESS_KEY_ID"])
        session = Signer(minted["AWS_ACCESS_KEY_ID"], minted["AWS_SECRET_ACCESS_KEY"], minted["AWS_SESSION_TOKEN"])
        assert code_of(account.client("sts", session).get_caller_identity) == ""
    assert found[0] != found[1]


def test_a_deny_of_old_sessions_ends_a_machine_s_and_then_it_gets_new_ones(account: Account) -> None:
    """FACTS 4: the machine is out for a while, and an attacker who is still on it is back afterwards."""
    instance = _machine(account)
    old, now = _stolen(account, instance), account.standin.gate.clock.now()
    cut = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": now.strftime("%Y-%m-%dT%H:%M:%SZ")}})
    account.standin.gate.clock.advance(2)
    cut["Condition"]["DateLessThan"]["aws:TokenIssueTime"] = account.standin.gate.clock.now().isoformat()
    account.client("iam").put_role_policy(RoleName="machine", PolicyName="cut", PolicyDocument=document(cut))
    assert code_of(account.client("s3", old).list_buckets) == "AccessDenied"
    assert _stolen(account, instance) == old
    account.standin.gate.clock.advance(3601)
    renewed = _stolen(account, instance)
    assert renewed != old
    assert code_of(account.client("s3", renewed).list_buckets) == ""
    account.client("ec2").stop_instances(InstanceIds=[instance])
    assert _turn(account.standin, "metadata", {"account": account.number, "instance": instance})[0] == 400


def test_signing_in_is_an_event_and_makes_a_session(account: Account) -> None:
    account.user("alice", EVERYTHING)
    account.client("iam").create_login_profile(UserName="alice", Password="Correct-Horse-9")
    asked = {"account": account.number, "user": "alice", "password": "wrong"}
    assert _turn(account.standin, "console", asked) == (200, {"signed_in": False})
    failed = account.event("ConsoleLogin")
    assert (failed["responseElements"], failed["errorMessage"]) == (
        {"ConsoleLogin": "Failure"},
        "Failed authentication",
    )
    _, found = _turn(account.standin, "console", {**asked, "password": "Correct-Horse-9"})
    session = Signer(found["key_id"], found["secret"], found["token"])
    assert account.event("ConsoleLogin")["responseElements"] == {"ConsoleLogin": "Success"}
    assert code_of(account.client("iam", session).list_users) == "", "the console may use IAM"


# Worlds

WORLD = """
[accounts.710000000001]
[accounts.710000000001.groups.staff]
policies.own = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] }
[accounts.710000000001.users.alice]
groups = ["staff"]
tags = { team = "blue" }
password = "Correct-Horse-9"
keys = [{ id = "AKIA2F62ALAB7777AAAA", secret = "s3cr3t", days_old = 400, last_used_days_ago = 3 }]
[accounts.710000000001.roles.machine]
trust.Version = "2012-10-17"
trust.Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
managed = ["arn:aws:iam::aws:policy/AdministratorAccess"]
profile = true
[accounts.710000000001.buckets.world-logs]
region = "eu-west-1"
objects = { "a.txt" = "text" }
[[accounts.710000000001.instances]]
region = "eu-west-1"
profile = "machine"
[accounts.710000000001.parameters]
"/db/password" = "x"
"""


def test_a_world_is_made_from_a_file_and_made_anew(standin: Standin, tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    path.write_text(WORLD)
    for _ in range(2):
        root = make_world(standin.gate, standin.url, read_world(path)).roots["710000000001"]
        there = _There(standin, "710000000001", Signer(root.key_id, root.secret))
        alice = Signer("AKIA2F62ALAB7777AAAA", "s3cr3t")
        s3 = there.client("s3", alice, "eu-west-1")
        assert s3.get_object(Bucket="world-logs", Key="a.txt")["Body"].read() == b"text"
        iam = there.client("iam")
        (key,) = iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
        age = standin.gate.clock.now() - key["CreateDate"]
        assert 399 <= age.days <= 401
        machines = there.client("ec2", region="eu-west-1").describe_instances()["Reservations"]
        assert len(machines) == 1, "nothing is left of the world before"
        there.client("iam").create_user(UserName="left-behind")
        there.close()
    assert account_of(root.key_id) == "710000000001"


class _There(Account):
    """An account that is there already."""

    def __init__(self, standin: Standin, number: str, root: Signer) -> None:
        self.standin, self.number, self.root = standin, number, root
        self._clients: dict[tuple[str, Signer, str], Any] = {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[accounts.12]", "twelve digits"),
        ("[accounts.710000000002]\nuser = 1", "accounts.710000000002.user: there is no such thing"),
        ("[accounts.710000000002.users.a]\nmanaged = ['arn:none']", "accounts.710000000002"),
        ("[accounts.710000000002]\n[organization]\nmanagement = '1'", "none of the accounts"),
        ("accounts = [", "world.toml"),
    ],
)
def test_what_is_wrong_with_a_world_is_told(standin: Standin, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "world.toml"
    path.write_text(text)
    with pytest.raises(BadWorld, match=told):
        make_world(standin.gate, standin.url, read_world(path))


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("clock", b"[]"),
        ("clock", b"no json"),
        ("accounts", {"account": "12"}),
        ("accounts", {"account": "1111111111111"}),
        ("lag", {"least": 5, "most": 1}),
        ("metadata", {"account": "710000000001", "instance": "i-none"}),
        ("nothing", {}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(standin: Standin, what: str, body: Any) -> None:
    status, answer = _turn(standin, what, body)
    assert (status, list(answer)) == (400, ["error"])


def test_controls_are_turned_by_post_only(standin: Standin) -> None:
    assert _turn(standin, "clock", {}, "GET")[0] == 405
