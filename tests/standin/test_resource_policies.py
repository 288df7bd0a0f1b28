"""What the policies of resources add to, and take from, what identities may.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    NOBODY,
    Account,
    Signer,
    account_fixture,
    allow,
    code_of,
    deny,
    document,
    make_account_fixture,
    session_of,
    standin_fixture,
)

REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


def _bucket_policy(account: Account, bucket: str, principal: Any, effect: str = "Allow", **more: Any) -> None:
    statement = {"Effect": effect, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*", **more}
    if principal is not None:
        statement["Principal"] = principal
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(statement))


def _may_read(account: Account, who: Signer, bucket: str) -> bool:
    code = code_of(account.client("s3", who).get_object, Bucket=bucket, Key="a")
    assert code in {"", *REFUSED}, code
    return not code


def test_a_bucket_lets_a_user_of_its_account_in_by_itself(account: Account) -> None:
    alice, bob, bucket = account.user("alice"), account.user("bob"), account.bucket("a")
    _bucket_policy(account, bucket, {"AWS": account.arn("user", "alice")})
    assert _may_read(account, alice, bucket)
    assert not _may_read(account, bob, bucket)


def test_naming_the_account_grants_nobody_by_itself(account: Account) -> None:
    alice, bucket = account.user("alice"), account.bucket("a")
    _bucket_policy(account, bucket, {"AWS": account.number})
    assert not _may_read(account, alice, bucket)


def test_a_deny_of_a_bucket_is_final(account: Account) -> None:
    alice, bob, bucket = account.user("alice", EVERYTHING), account.user("bob", EVERYTHING), account.bucket("a")
    _bucket_policy(account, bucket, {"AWS": account.arn("user", "alice")}, "Deny")
    assert not _may_read(account, alice, bucket)
    assert _may_read(account, bob, bucket), "a Deny is for those whom it names"
    _bucket_policy(account, bucket, None, "Deny", NotPrincipal={"AWS": [account.arn("user", "alice"), account.number]})
    assert _may_read(account, alice, bucket)


def test_another_account_needs_both_sides(make_account: Callable[[], Account]) -> None:
    ours, theirs = make_account(), make_account()
    bucket, bob = ours.bucket("a"), theirs.user("bob")
    eve = theirs.user("eve", allow("s3:GetObject"))
    assert not _may_read(theirs, eve, bucket)
    _bucket_policy(ours, bucket, {"AWS": f"arn:aws:iam::{theirs.number}:root"})
    assert _may_read(theirs, eve, bucket)
    assert not _may_read(theirs, bob, bucket), "his own account does not let him"
    assert theirs.client("s3", eve).get_object(Bucket=bucket, Key="a")["Body"].read() == b"here"


def test_whoever_has_not_signed_reads_what_is_public(account: Account) -> None:
    bucket = account.bucket("a", "b")
    assert not _may_read(account, NOBODY, bucket)
    _bucket_policy(account, bucket, "*", Condition={"StringLike": {"aws:UserAgent": "*"}})
    assert _may_read(account, NOBODY, bucket)
    assert code_of(account.client("s3", NOBODY).get_object, Bucket=f"none-{bucket}", Key="a") == "NoSuchBucket"
    assert code_of(account.client("s3", NOBODY).put_object, Bucket=bucket, Key="c", Body=b"") == "AccessDenied"


def test_a_session_policy_does_not_limit_what_a_bucket_grants_the_session_itself(account: Account) -> None:
    bucket, alice = account.bucket("a"), account.user("alice", allow("sts:AssumeRole"))
    role = account.role("ops", {"AWS": account.number})
    session = account.assume(role, alice, Policy=document(allow("ec2:*")))
    _bucket_policy(account, bucket, {"AWS": role})
    assert not _may_read(account, session, bucket), "granted to the role, limited by the session policy"
    _bucket_policy(account, bucket, {"AWS": f"arn:aws:sts::{account.number}:assumed-role/ops/visit"})
    assert _may_read(account, session, bucket)


def test_root_can_repair_what_shuts_everybody_out(account: Account) -> None:
    bucket = account.bucket("a")
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}"}
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(everything))
    admin = account.user("admin", EVERYTHING)
    assert code_of(account.client("s3", admin).delete_bucket_policy, Bucket=bucket) == "AccessDenied"
    assert code_of(account.client("s3").delete_bucket_policy, Bucket=bucket) == ""


@pytest.mark.parametrize("policy", ["[]", "no json", '{"Statement": [{"Effect": "Maybe"}]}'])
def test_what_is_no_policy_is_not_taken(account: Account, policy: str) -> None:
    bucket = account.bucket("a")
    assert code_of(account.client("s3").put_bucket_policy, Bucket=bucket, Policy=policy) == "MalformedPolicy"


def _queue(account: Account, principal: str) -> tuple[str, str, dict[str, Any]]:
    url = account.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    policy = document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sqs:*", "Resource": "*"})
    account.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return "sqs", "get_queue_attributes", {"QueueUrl": url, "AttributeNames": ["QueueArn"]}


def _topic(account: Account, principal: str) -> tuple[str, str, dict[str, Any]]:
    arn = account.client("sns").create_topic(Name="t")["TopicArn"]
    policy = document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sns:*", "Resource": arn})
    account.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return "sns", "publish", {"TopicArn": arn, "Message": "m"}


def _secret(account: Account, principal: str) -> tuple[str, str, dict[str, Any]]:
    arn = account.client("secretsmanager").create_secret(Name="s", SecretString="x")["ARN"]
    allowed = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "secretsmanager:*", "Resource": "*"}
    account.client("secretsmanager").put_resource_policy(SecretId="s", ResourcePolicy=document(allowed))
    return "secretsmanager", "get_secret_value", {"SecretId": arn}


def _key(account: Account, principal: str) -> tuple[str, str, dict[str, Any]]:
    root = f"arn:aws:iam::{account.number}:root"
    policy = document(*(
        {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"} for who in (root, principal)
    ))  # fmt: skip
    made = account.client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    return "kms", "describe_key", {"KeyId": made}


@pytest.mark.parametrize("make", [_queue, _topic, _secret, _key])
def test_other_resources_let_in_whom_they_name(
    account: Account, make: Callable[[Account, str], tuple[str, str, dict[str, Any]]]
) -> None:
    alice, bob = account.user("alice"), account.user("bob")
    service, operation, parameters = make(account, account.arn("user", "alice"))
    assert code_of(getattr(account.client(service, alice), operation), **parameters) == ""
    assert code_of(getattr(account.client(service, bob), operation), **parameters) in REFUSED


def test_a_key_that_does_not_name_the_account_is_closed_to_its_administrators(account: Account) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""
    alice, admin = account.user("alice"), account.user("admin", EVERYTHING)
    only = {"Effect": "Allow", "Principal": {"AWS": account.arn("user", "alice")}, "Action": "kms:*", "Resource": "*"}
    key = account.client("kms").create_key(Policy=document(only), BypassPolicyLockoutSafetyCheck=True)
    number = key["KeyMetadata"]["KeyId"]
    assert code_of(account.client("kms", alice).describe_key, KeyId=number) == ""
    assert code_of(account.client("kms", admin).describe_key, KeyId=number) in REFUSED


def test_a_new_user_of_an_old_name_is_somebody_else(account: Account) -> None:
    iam = account.client("iam")
    alice = account.user("alice", EVERYTHING)
    session = session_of(account.client("sts", alice).get_session_token())
    assert code_of(account.client("s3", session).list_buckets) == ""
    iam.delete_access_key(UserName="alice", AccessKeyId=alice.key_id)
    iam.delete_user_policy(UserName="alice", PolicyName="own")
    iam.delete_user(UserName="alice")
    account.user("alice", EVERYTHING)
    assert code_of(account.client("s3", session).list_buckets) == "AccessDenied"


def test_a_renamed_user_is_the_same(account: Account) -> None:
    alice = account.user("alice", allow("s3:ListAllMyBuckets"))
    session = session_of(account.client("sts", alice).get_session_token())
    account.client("iam").update_user(UserName="alice", NewUserName="alicia")
    assert code_of(account.client("s3", session).list_buckets) == ""


def test_tags_of_principals_count(account: Account) -> None:
    tagged = allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}})
    alice = account.user("alice", tagged)
    assert code_of(account.client("s3", alice).list_buckets) == "AccessDenied"
    account.client("iam").tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "blue"}])
    assert code_of(account.client("s3", alice).list_buckets) == ""


def test_who_may_touch_only_what_is_tagged_so(account: Account) -> None:
    ec2 = account.client("ec2")
    started = ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)["Instances"]
    mine, other = (i["InstanceId"] for i in started)
    ec2.create_tags(Resources=[mine], Tags=[{"Key": "owner", "Value": "alice"}])
    only = allow("ec2:StopInstances", Condition={"StringEquals": {"aws:ResourceTag/owner": "alice"}})
    alice = account.client("ec2", account.user("alice", only))
    assert code_of(alice.stop_instances, InstanceIds=[other]) == "UnauthorizedOperation"
    assert code_of(alice.stop_instances, InstanceIds=[mine, other]) == "UnauthorizedOperation"
    assert code_of(alice.stop_instances, InstanceIds=[mine]) == ""


def test_a_boundary_for_whatever_one_makes_can_be_demanded(account: Account) -> None:
    boundary = account.policy("limits", allow("s3:*"))
    demanded = allow("iam:CreateUser", Condition={"StringEquals": {"iam:PermissionsBoundary": boundary}})
    alice = account.client("iam", account.user("alice", demanded, deny("iam:DeleteUser")))
    assert code_of(alice.create_user, UserName="bob") == "AccessDenied"
    assert code_of(alice.create_user, UserName="bob", PermissionsBoundary=boundary) == ""


def test_a_profile_passes_its_role_wherever_it_is_named(account: Account) -> None:
    role = account.role("ops", {"Service": "ec2.amazonaws.com"}, EVERYTHING)
    iam, ec2 = account.client("iam"), account.client("ec2")
    iam.create_instance_profile(InstanceProfileName="ops")
    iam.add_role_to_instance_profile(InstanceProfileName="ops", RoleName="ops")
    data = {"ImageId": "ami-12c6146b", "IamInstanceProfile": {"Name": "ops"}}
    ec2.create_launch_template(LaunchTemplateName="t", LaunchTemplateData=data)
    asked: dict[str, Any] = {"MinCount": 1, "MaxCount": 1, "ImageId": "ami-12c6146b"}
    template = {**asked, "LaunchTemplate": {"LaunchTemplateName": "t"}}
    alice = account.client("ec2", account.user("alice", allow("ec2:*")))
    assert code_of(alice.run_instances, **asked) == ""
    assert code_of(alice.run_instances, **template) == "UnauthorizedOperation"
    bob = account.client("ec2", account.user("bob", allow("ec2:*"), allow("iam:PassRole", on=role)))
    assert code_of(bob.run_instances, **template) == ""


def test_the_simulator_says_what_is_written(account: Account) -> None:
    account.user("alice", allow("s3:*"), deny("s3:DeleteBucket"))
    iam = account.client("iam")
    asked = {
        "PolicySourceArn": account.arn("user", "alice"),
        "ActionNames": ["s3:GetObject", "s3:DeleteBucket", "ec2:RunInstances"],
    }
    found = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    assert [r["EvalDecision"] for r in found] == ["allowed", "explicitDeny", "implicitDeny"]
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=account.policy("b", allow("ec2:*")))
    limited = iam.simulate_principal_policy(**asked)["EvaluationResults"]
    assert limited[0]["EvalDecision"] == "implicitDeny"
    assert limited[0]["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    cut = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}})
    for when, decision in (("2025-12-31T00:00:00Z", "explicitDeny"), ("2026-02-01T00:00:00Z", "allowed")):
        entry = {"ContextKeyName": "aws:TokenIssueTime", "ContextKeyValues": [when], "ContextKeyType": "date"}
        judged = iam.simulate_custom_policy(
            PolicyInputList=[document(EVERYTHING, cut)], ActionNames=["s3:GetObject"], ContextEntries=[entry]
        )
        assert judged["EvaluationResults"][0]["EvalDecision"] == decision
    assert code_of(iam.simulate_custom_policy, PolicyInputList=["{}"], ActionNames=["s3:GetObject"]) == "InvalidInput"
    assert code_of(iam.simulate_principal_policy, **{**asked, "PolicySourceArn": account.arn("user", "none")}) == (
        "NoSuchEntity"
    )


def test_policies_of_aws_cannot_be_changed_nor_change_for_others(make_account: Callable[[], Account]) -> None:
    one, arn = make_account(), "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    document_of_nothing = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = one.client("iam")
    made = code_of(iam.create_policy_version, PolicyArn=arn, PolicyDocument=document_of_nothing, SetAsDefault=True)
    assert (made, code_of(iam.delete_policy, PolicyArn=arn)) == ("AccessDenied", "AccessDenied")
