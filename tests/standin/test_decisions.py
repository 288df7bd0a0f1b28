"""What a caller may do, as identity, boundary, session and trust policies say together."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
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
    session_of,
    standin_fixture,
    trust_policy,
)

from unleak.model.clock import stamp

READS = {
    "iam": ("list_users", "AccessDenied"),
    "s3": ("list_buckets", "AccessDenied"),
    "ec2": ("describe_instances", "UnauthorizedOperation"),
    "cloudtrail": ("lookup_events", "AccessDeniedException"),
}
QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LIST_USERS = allow("iam:ListUsers")


def _may(account: Account, who: Signer, service: str, operation: str, **parameters: Any) -> bool:
    code = code_of(getattr(account.client(service, who), operation), **parameters)
    # To IAM, a session that may not come in at all is none that it knows.
    assert code in {"", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "InvalidClientTokenId"}, code
    return not code


def _denial(call: Callable[..., Any], **parameters: Any) -> str:
    """`s3:GetObject on arn:…`: what the refusal says was missing."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    text = str(refused.value.response["Error"]["Message"])
    action, _, rest = text.partition("perform: ")[2].partition(" on resource: ")
    return f"{action} on {rest.split(' ', 1)[0]}"


# Where a user's permissions come from


def _inline(account: Account) -> None:
    account.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(LIST_USERS))


def _managed(account: Account) -> None:
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=account.policy("p", LIST_USERS))


def _aws_managed(account: Account) -> None:
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")


def _in_group(account: Account) -> None:
    account.client("iam").create_group(GroupName="g")
    account.client("iam").add_user_to_group(GroupName="g", UserName="alice")


def _group_inline(account: Account) -> None:
    _in_group(account)
    account.client("iam").put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=document(LIST_USERS))


def _group_managed(account: Account) -> None:
    _in_group(account)
    account.client("iam").attach_group_policy(GroupName="g", PolicyArn=account.policy("p", LIST_USERS))


def _new_default_version(account: Account) -> None:
    arn, iam = account.policy("p", deny("*")), account.client("iam")
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(LIST_USERS), SetAsDefault=True)


@pytest.mark.parametrize(
    "grant", [_inline, _managed, _aws_managed, _group_inline, _group_managed, _new_default_version]
)
def test_every_way_to_grant(account: Account, grant: Callable[[Account], None]) -> None:
    alice = account.user("alice")
    assert not _may(account, alice, "iam", "list_users")
    grant(account)
    assert _may(account, alice, "iam", "list_users")
    assert not _may(account, alice, "s3", "list_buckets")


def test_what_was_granted_can_be_taken_back(account: Account) -> None:
    alice, iam = account.user("alice"), account.client("iam")
    _group_inline(account)
    iam.remove_user_from_group(GroupName="g", UserName="alice")
    assert not _may(account, alice, "iam", "list_users")


@pytest.mark.parametrize("grant", [_inline, _managed, _group_inline])
def test_explicit_deny_is_final(account: Account, grant: Callable[[Account], None]) -> None:
    alice = account.user("alice", EVERYTHING)
    grant(account)
    account.client("iam").put_user_policy(UserName="alice", PolicyName="no", PolicyDocument=document(deny("iam:List*")))
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        account.client("iam", alice).list_users()
    assert _may(account, alice, "iam", "get_user", UserName="alice")


@pytest.mark.parametrize("service", READS)
def test_user_without_policies_is_refused_everything(account: Account, service: str) -> None:
    alice = account.user("alice")
    operation, code = READS[service]
    assert code_of(getattr(account.client(service, alice), operation)) == code
    assert code_of(account.client("sts", alice).get_caller_identity) == ""


def test_explicit_deny_does_not_stop_get_caller_identity_and_get_session_token(account: Account) -> None:
    sts = account.client("sts", account.user("alice", deny("*")))
    assert sts.get_caller_identity()["Arn"] == account.arn("user", "alice")
    assert code_of(sts.get_session_token) == ""
    assert code_of(sts.get_federation_token, Name="bob") == "AccessDenied"


def test_own_user_is_meant_where_none_is_named(account: Account) -> None:
    alice = account.user("alice", allow("iam:*AccessKey*", "iam:GetUser", on=account.arn("user", "${aws:username}")))
    iam = account.client("iam", alice)
    assert iam.get_user()["User"]["UserName"] == "alice"
    assert iam.create_access_key()["AccessKey"]["UserName"] == "alice"
    bob = account.user("bob")
    assert code_of(iam.create_access_key, UserName="bob") == "AccessDenied"
    assert code_of(iam.update_access_key, AccessKeyId=bob.key_id, Status="Inactive") == "NoSuchEntity"
    assert code_of(account.client("sts", bob).get_caller_identity) == ""


def test_who_is_no_user_has_no_own_user(account: Account) -> None:
    role = account.role("ops", {"AWS": account.number}, EVERYTHING)
    session = account.assume(role, account.user("alice", EVERYTHING))
    iam = account.client("iam", session)
    assert code_of(iam.create_access_key) == "ValidationError"
    assert code_of(iam.get_user) == "ValidationError"


def test_root_has_keys_of_his_own(account: Account) -> None:
    iam = account.client("iam")
    assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{account.number}:root"
    made = iam.create_access_key()["AccessKey"]
    second = Signer(made["AccessKeyId"], made["SecretAccessKey"])
    assert code_of(iam.create_access_key) == "LimitExceeded"
    assert {k["AccessKeyId"] for k in iam.list_access_keys()["AccessKeyMetadata"]} == {
        account.root.key_id,
        second.key_id,
    }
    account.client("iam", second).update_access_key(AccessKeyId=account.root.key_id, Status="Inactive")
    assert code_of(iam.list_users) == "InvalidClientTokenId"
    other = account.client("iam", second)
    other.delete_access_key(AccessKeyId=account.root.key_id)
    assert other.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1
    other.delete_access_key(AccessKeyId=second.key_id)
    assert code_of(other.list_users) == "InvalidClientTokenId"


def test_path_is_part_of_the_resource(account: Account) -> None:
    account.user("bob", path="/staff/")
    iam = account.client("iam", account.user("alice", allow("iam:GetUser", on=account.arn("user", "staff/*"))))
    assert iam.get_user(UserName="bob")["User"]["Arn"] == account.arn("user", "staff/bob")
    assert code_of(iam.get_user, UserName="alice") == "AccessDenied"


# Boundaries


def test_boundary_of_a_role(account: Account) -> None:
    boundary = account.policy("boundary", allow("s3:*"), LIST_USERS)
    alice = account.user("alice", allow("sts:AssumeRole"))
    arn = account.role("ops", {"AWS": account.number}, allow("iam:*"), PermissionsBoundary=boundary)
    session = account.assume(arn, alice)
    assert _may(account, session, "iam", "list_users")
    assert not _may(account, session, "iam", "list_roles"), "the boundary does not allow it"
    assert not _may(account, session, "s3", "list_buckets"), "a boundary grants nothing"


def test_boundary_of_a_user(account: Account) -> None:
    """Set when the user is made or later, shown, and gone when it is taken away."""
    iam, boundary = account.client("iam"), account.policy("boundary", LIST_USERS)
    alice = account.user("alice", EVERYTHING)
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    iam.create_user(UserName="bob", PermissionsBoundary=boundary)
    assert iam.get_user(UserName="bob")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert _may(account, alice, "iam", "list_users")
    assert not _may(account, alice, "s3", "list_buckets")
    with pytest.raises(ClientError, match="because no permissions boundary allows"):
        account.client("s3", alice).list_buckets()
    iam.delete_user_permissions_boundary(UserName="alice")
    assert _may(account, alice, "s3", "list_buckets")
    assert code_of(iam.delete_user_permissions_boundary, UserName="alice") == "NoSuchEntity"


# Sessions


def test_session_policy_limits_an_assumed_role(account: Account) -> None:
    alice = account.user("alice", allow("sts:AssumeRole"))
    arn = account.role("ops", {"AWS": account.number}, allow("iam:*"))
    limited = account.assume(arn, alice, Policy=document(LIST_USERS, allow("s3:*")))
    assert _may(account, limited, "iam", "list_users")
    assert not _may(account, limited, "iam", "list_roles")
    assert not _may(account, limited, "s3", "list_buckets"), "a session policy grants nothing"
    assert _may(account, account.assume(arn, alice), "iam", "list_roles")


def test_managed_policies_as_session_policies(account: Account) -> None:
    alice = account.user("alice", allow("sts:AssumeRole", "sts:GetFederationToken"), LIST_USERS)
    arn = account.role("ops", {"AWS": account.number}, allow("iam:*"))
    only = [{"arn": account.policy("only", LIST_USERS)}]
    limited = account.assume(arn, alice, PolicyArns=only)
    assert _may(account, limited, "iam", "list_users")
    assert not _may(account, limited, "iam", "list_roles")
    unknown = [{"arn": account.arn("policy", "nothing")}]
    assert code_of(account.client("sts", alice).get_federation_token, Name="bob", PolicyArns=unknown) != ""


def test_malformed_session_policy(account: Account) -> None:
    sts = account.client("sts", account.user("alice", EVERYTHING))
    assert code_of(sts.get_federation_token, Name="bob", Policy="{}") == "MalformedPolicyDocument"


def test_get_session_token_has_the_users_permissions_but_no_iam_and_little_sts(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    account.role("ops", {"AWS": account.number})
    session = session_of(account.client("sts", alice).get_session_token())
    sts = account.client("sts", session)
    assert sts.get_caller_identity()["Arn"] == account.arn("user", "alice")
    assert _may(account, session, "s3", "list_buckets")
    assert not _may(account, session, "iam", "list_users")
    assert code_of(sts.assume_role, RoleArn=account.arn("role", "ops"), RoleSessionName="visit") == ""
    for refused in (sts.get_session_token, sts.get_access_key_info, sts.get_federation_token):
        wanted = {"get_access_key_info": {"AccessKeyId": alice.key_id}, "get_federation_token": {"Name": "bob"}}
        assert code_of(refused, **wanted.get(refused.__name__, {})) == "AccessDenied", refused.__name__


def test_get_session_token_of_root_has_no_iam_either(account: Account) -> None:
    session = session_of(account.client("sts").get_session_token())
    assert account.client("sts", session).get_caller_identity()["Arn"] == f"arn:aws:iam::{account.number}:root"
    assert not _may(account, session, "iam", "list_users")
    assert _may(account, session, "s3", "list_buckets")


def test_federation_token_is_user_and_session_policy_together(account: Account) -> None:
    alice = account.user("alice", allow("s3:*", "iam:*", "sts:*"))
    policy = document(allow("s3:ListAllMyBuckets", "iam:*", "sts:*", "cloudtrail:*"))
    session = session_of(account.client("sts", alice).get_federation_token(Name="bob", Policy=policy))
    sts = account.client("sts", session)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:sts::{account.number}:federated-user/bob"
    assert _may(account, session, "s3", "list_buckets")
    assert not _may(account, session, "s3", "create_bucket", Bucket=f"new-{account.number}"), (
        "not in the session policy"
    )
    assert not _may(account, session, "cloudtrail", "lookup_events"), "not in the user's policy"
    assert not _may(account, session, "iam", "list_users"), "never"


def test_federation_token_may_only_ask_who_it_is_of_sts(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    arn = account.role("ops", {"AWS": account.number})
    answer = account.client("sts", alice).get_federation_token(Name="bob", Policy=document(EVERYTHING))
    sts = account.client("sts", session_of(answer))
    assert code_of(sts.get_caller_identity) == ""
    assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="visit") == "AccessDenied"
    assert code_of(sts.get_session_token) == "AccessDenied"
    assert code_of(sts.get_federation_token, Name="carol") == "AccessDenied"
    assert code_of(sts.get_access_key_info, AccessKeyId=alice.key_id) == "AccessDenied"


def test_federation_token_without_a_session_policy_may_nothing(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    session = session_of(account.client("sts", alice).get_federation_token(Name="bob"))
    assert not _may(account, session, "s3", "list_buckets")


def test_sessions_outlive_the_key_that_made_them(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    sts = account.client("sts", alice)
    sessions = [
        session_of(sts.get_session_token()),
        session_of(sts.get_federation_token(Name="bob", Policy=document(EVERYTHING))),
    ]
    account.client("iam").delete_access_key(UserName="alice", AccessKeyId=alice.key_id)
    assert [_may(account, s, "s3", "list_buckets") for s in sessions] == [True, True]


def test_a_session_has_what_its_user_or_role_has_now(account: Account) -> None:
    alice, iam = account.user("alice", EVERYTHING), account.client("iam")
    arn = account.role("ops", {"AWS": account.number}, EVERYTHING)
    sessions = [session_of(account.client("sts", alice).get_session_token()), account.assume(arn, alice)]
    assert [_may(account, s, "s3", "list_buckets") for s in sessions] == [True, True]
    iam.delete_user_policy(UserName="alice", PolicyName="own")
    iam.delete_role_policy(RoleName="ops", PolicyName="own")
    assert [_may(account, s, "s3", "list_buckets") for s in sessions] == [False, False]


def test_role_chaining_is_limited_to_an_hour(account: Account) -> None:
    alice = account.user("alice", allow("sts:AssumeRole"))
    first = account.role("first", {"AWS": account.number}, allow("sts:AssumeRole"))
    second = account.role("second", {"AWS": first}, EVERYTHING, MaxSessionDuration=43_200)
    chain = account.client("sts", account.assume(first, alice))
    wanted = {"RoleArn": second, "RoleSessionName": "visit"}
    assert code_of(chain.assume_role, **wanted, DurationSeconds=3601) == "ValidationError"
    answer = chain.assume_role(**wanted, DurationSeconds=3600)
    assert _may(account, session_of(answer), "s3", "list_buckets")
    left = answer["Credentials"]["Expiration"] - account.standin.gate.clock.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_longest_session_of_a_role(account: Account) -> None:
    sts = account.client("sts", account.user("alice", allow("sts:AssumeRole")))
    arn = account.role("ops", {"AWS": account.number}, MaxSessionDuration=7200)
    asked = {
        seconds: code_of(sts.assume_role, RoleArn=arn, RoleSessionName="visit", DurationSeconds=seconds)
        for seconds in (7200, 7201)
    }
    assert asked == {7200: "", 7201: "ValidationError"}


# Who may assume a role


def _trusts(account: Account) -> dict[str, tuple[object, list[dict[str, Any]], bool]]:
    """A trust, what alice's own policies say, and whether she gets in."""
    may, me = [allow("sts:AssumeRole")], account.arn("user", "alice")
    root, other = f"arn:aws:iam::{account.number}:root", account.arn("user", "alice2")
    external = {"StringEquals": {"sts:ExternalId": "42"}}
    return {
        "the account, and she may": ({"AWS": root}, may, True),
        "the account, and she may not": ({"AWS": root}, [], False),
        "the account's number": ({"AWS": account.number}, may, True),
        "she herself, without a policy of hers": ({"AWS": me}, [], True),
        "she among others": ({"AWS": [other, me]}, [], True),
        "somebody else": ({"AWS": other}, may, False),
        "the account and one whose name begins like hers": ({"AWS": [root, other]}, [], False),
        "she herself, but her policy denies it": ({"AWS": me}, [deny("sts:AssumeRole")], False),
        "a service": ({"Service": "ec2.amazonaws.com"}, may, False),
        "another account": ({"AWS": "arn:aws:iam::999999999999:root"}, may, False),
        "her, unless she comes without the external id": (trust_policy({"AWS": me}, Condition=external), may, False),
        "everybody but her": (
            json.dumps(
                {
                    "Statement": [
                        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"},
                        {"Effect": "Deny", "Principal": {"AWS": me}, "Action": "sts:AssumeRole"},
                    ]
                }
            ),
            may,
            False,
        ),
        "the account, for another action": (
            trust_policy({"AWS": root}).replace("sts:AssumeRole", "sts:TagSession"),
            may,
            False,
        ),
    }


def test_role_trust(account: Account) -> None:
    alice, iam = account.user("alice"), account.client("iam")
    account.user("alice2")
    sts = account.client("sts", alice)
    found: dict[str, bool] = {}
    for number, (what, (trusted, own, _)) in enumerate(_trusts(account).items()):
        iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(*own, allow("s3:Get*")))
        arn = account.role(f"role-{number}", trusted)
        found[what] = not code_of(sts.assume_role, RoleArn=arn, RoleSessionName="visit")
    assert found == {what: expected for what, (_, _, expected) in _trusts(account).items()}


def test_external_id(account: Account) -> None:
    sts = account.client("sts", account.user("alice", allow("sts:AssumeRole")))
    condition = {"StringEquals": {"sts:ExternalId": "42"}}
    arn = account.role("ops", trust_policy({"AWS": account.number}, Condition=condition))
    asked = {"RoleArn": arn, "RoleSessionName": "visit"}
    assert code_of(sts.assume_role, **asked, ExternalId="42") == ""
    assert code_of(sts.assume_role, **asked, ExternalId="43") == "AccessDenied"
    assert code_of(sts.assume_role, **asked) == "AccessDenied"


def test_root_may_not_assume_roles(account: Account) -> None:
    arn = account.role("ops", {"AWS": account.number}, EVERYTHING)
    asked = {"RoleArn": arn, "RoleSessionName": "visit"}
    root = account.client("sts")
    assert code_of(root.assume_role, **asked) == "AccessDenied"
    assert code_of(account.client("sts", session_of(root.get_session_token())).assume_role, **asked) == "AccessDenied"


def test_role_that_is_not_there(account: Account) -> None:
    sts = account.client("sts", account.user("alice", EVERYTHING))
    for arn in (account.arn("role", "none"), "arn:aws:iam::999999999999:role/none"):
        assert code_of(sts.assume_role, RoleArn=arn, RoleSessionName="visit") == "AccessDenied", arn
    assert code_of(sts.assume_role, RoleArn="arn:aws:iam::1:roleroleroleerole", RoleSessionName="visit") == (
        "ValidationError"
    )


def test_role_with_a_path(account: Account) -> None:
    alice = account.user("alice", allow("sts:AssumeRole"))
    arn = account.role("ops", {"AWS": account.number}, allow("s3:*"), Path="/teams/blue/")
    session = account.assume(arn, alice)
    assert account.client("sts", session).get_caller_identity()["Arn"].endswith(":assumed-role/ops/visit")
    assert _may(account, session, "s3", "list_buckets")
    trusting = account.role("next", {"AWS": arn})
    assert code_of(account.client("sts", session).assume_role, RoleArn=trusting, RoleSessionName="visit") == ""


def test_role_of_another_account_needs_both_sides(make_account: Callable[[], Account]) -> None:
    home, abroad = make_account(), make_account()
    may, may_not = home.user("may", allow("sts:AssumeRole")), home.user("may-not")
    by_account = abroad.role("by-account", {"AWS": home.number})
    by_name = abroad.role("by-name", {"AWS": [home.arn("user", "may-not"), home.arn("user", "may")]}, allow("s3:*"))
    got_in = {
        (name, arn.rsplit("/", 1)[-1]): not code_of(
            home.client("sts", who).assume_role, RoleArn=arn, RoleSessionName="visit"
        )
        for name, who in (("may", may), ("may-not", may_not))
        for arn in (by_account, by_name)
    }
    assert got_in == {
        ("may", "by-account"): True,
        ("may", "by-name"): True,
        ("may-not", "by-account"): False,
        ("may-not", "by-name"): False,
    }
    session = home.assume(by_name, may)
    assert home.client("sts", session).get_caller_identity()["Account"] == abroad.number


# Machines


def test_instance_profile_needs_pass_role(account: Account) -> None:
    iam = account.client("iam")
    role = account.role("ops", {"Service": "ec2.amazonaws.com"}, EVERYTHING)
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="ops")
    run = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}
    passing = {**run, "IamInstanceProfile": {"Name": "machine"}}
    runner = account.client("ec2", account.user("runner", allow("ec2:RunInstances")))
    assert _denial(runner.run_instances, **passing) == f"iam:PassRole on {role}"
    assert code_of(runner.run_instances, **run) == ""
    to_ec2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    passer = account.client(
        "ec2", account.user("passer", allow("ec2:RunInstances"), allow("iam:PassRole", on=role, Condition=to_ec2))
    )
    assert code_of(passer.run_instances, **passing) == ""
    instance = passer.run_instances(**run)["Instances"][0]["InstanceId"]
    associating = account.client("ec2", account.user("associating", allow("ec2:*")))
    asked = {"IamInstanceProfile": {"Name": "machine"}, "InstanceId": instance}
    assert _denial(associating.associate_iam_instance_profile, **asked) == f"iam:PassRole on {role}"


# What an S3 call needs


def test_s3_actions_and_resources(account: Account) -> None:
    b, k = "some-bucket", "a/k.txt"
    s3 = account.client("s3", account.user("alice"))
    on_bucket, on_object = "arn:aws:s3:::some-bucket", "arn:aws:s3:::some-bucket/a/k.txt"
    found = {
        "ListBuckets": _denial(s3.list_buckets),
        "CreateBucket": _denial(s3.create_bucket, Bucket=b),
        "ListObjects": _denial(s3.list_objects, Bucket=b),
        "ListObjectsV2": _denial(s3.list_objects_v2, Bucket=b, Prefix="a/"),
        "GetObject": _denial(s3.get_object, Bucket=b, Key=k),
        "GetObject of a version": _denial(s3.get_object, Bucket=b, Key=k, VersionId="1"),
        "PutObject": _denial(s3.put_object, Bucket=b, Key=k, Body=b"x"),
        "DeleteObject": _denial(s3.delete_object, Bucket=b, Key=k),
        "DeleteObject of a version": _denial(s3.delete_object, Bucket=b, Key=k, VersionId="1"),
        "DeleteObjects": _denial(s3.delete_objects, Bucket=b, Delete={"Objects": [{"Key": k}]}),
        "CreateMultipartUpload": _denial(s3.create_multipart_upload, Bucket=b, Key=k),
        "UploadPart": _denial(s3.upload_part, Bucket=b, Key=k, PartNumber=1, UploadId="u", Body=b"x"),
        "PutBucketPolicy": _denial(s3.put_bucket_policy, Bucket=b, Policy="{}"),
        "PutBucketLifecycleConfiguration": _denial(
            s3.put_bucket_lifecycle_configuration,
            Bucket=b,
            LifecycleConfiguration={"Rules": [{"Status": "Enabled", "Prefix": ""}]},
        ),
        "GetBucketEncryption": _denial(s3.get_bucket_encryption, Bucket=b),
        "GetPublicAccessBlock": _denial(s3.get_public_access_block, Bucket=b),
        "ListObjectVersions": _denial(s3.list_object_versions, Bucket=b),
        "non-ASCII key": _denial(s3.get_object, Bucket=b, Key="añ%20+é"),
    }
    assert found == {
        "ListBuckets": "s3:ListAllMyBuckets on *",
        "CreateBucket": f"s3:CreateBucket on {on_bucket}",
        "ListObjects": f"s3:ListBucket on {on_bucket}",
        "ListObjectsV2": f"s3:ListBucket on {on_bucket}",
        "GetObject": f"s3:GetObject on {on_object}",
        "GetObject of a version": f"s3:GetObjectVersion on {on_object}",
        "PutObject": f"s3:PutObject on {on_object}",
        "DeleteObject": f"s3:DeleteObject on {on_object}",
        "DeleteObject of a version": f"s3:DeleteObjectVersion on {on_object}",
        "DeleteObjects": f"s3:DeleteObject on {on_object}",
        "CreateMultipartUpload": f"s3:PutObject on {on_object}",
        "UploadPart": f"s3:PutObject on {on_object}",
        "PutBucketPolicy": f"s3:PutBucketPolicy on {on_bucket}",
        "PutBucketLifecycleConfiguration": f"s3:PutLifecycleConfiguration on {on_bucket}",
        "GetBucketEncryption": f"s3:GetEncryptionConfiguration on {on_bucket}",
        "GetPublicAccessBlock": f"s3:GetBucketPublicAccessBlock on {on_bucket}",
        "ListObjectVersions": f"s3:ListBucketVersions on {on_bucket}",
        "non-ASCII key": f"s3:GetObject on {on_bucket}/añ%20+é",
    }


def test_objects_under_a_prefix_only(account: Account) -> None:
    bucket = account.bucket("open/a", "closed/a")
    alice = account.user("alice", allow("s3:*Object", on=f"arn:aws:s3:::{bucket}/open/*"))
    s3 = account.client("s3", alice)
    assert s3.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"here"
    assert code_of(s3.get_object, Bucket=bucket, Key="closed/a") == "AccessDenied"
    assert code_of(s3.head_object, Bucket=bucket, Key="closed/a") == "403"
    assert code_of(s3.copy_object, Bucket=bucket, Key="open/b", CopySource=f"{bucket}/open/a") == ""
    assert code_of(s3.copy_object, Bucket=bucket, Key="open/b", CopySource=f"{bucket}/closed/a") == "AccessDenied"
    assert code_of(s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": "open/b"}]}) == ""
    both = {"Objects": [{"Key": "open/a"}, {"Key": "closed/a"}]}
    assert code_of(s3.delete_objects, Bucket=bucket, Delete=both) == "AccessDenied"


def test_bucket_of_another_account_is_closed(make_account: Callable[[], Account]) -> None:
    """Bucket policies are not imitated: what is another account's is never reached."""
    mine, other = make_account(), make_account()
    bucket = other.bucket("secret")
    alice = mine.client("s3", mine.user("alice", EVERYTHING))
    assert code_of(alice.get_object, Bucket=bucket, Key="secret") == "AccessDenied"
    assert code_of(mine.client("s3").list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert code_of(alice.copy_object, Bucket=mine.bucket(), Key="k", CopySource=f"{bucket}/secret") == "AccessDenied"
    assert code_of(alice.create_bucket, Bucket=bucket) == "BucketAlreadyExists"
    assert other.client("s3").get_object(Bucket=bucket, Key="secret")["Body"].read() == b"here"


# What containment relies on


def test_quarantine_denies_what_it_should(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    bucket = account.bucket("k")
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=QUARANTINE)
    iam, s3, sts = (account.client(s, alice) for s in ("iam", "s3", "sts"))
    run = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}
    lifecycle = {"Rules": [{"Status": "Enabled", "Prefix": ""}]}
    denied: dict[str, str] = {
        "iam:CreateUser": code_of(iam.create_user, UserName="x"),
        "iam:CreateAccessKey": code_of(iam.create_access_key, UserName="alice"),
        "iam:DetachUserPolicy": code_of(iam.detach_user_policy, UserName="alice", PolicyArn=QUARANTINE),
        "iam:ListUsers": code_of(iam.list_users),
        "s3:GetObject": code_of(s3.get_object, Bucket=bucket, Key="k"),
        "s3:ListAllMyBuckets": code_of(s3.list_buckets),
        "s3:ListBucket": code_of(s3.list_objects_v2, Bucket=bucket),
        "s3:DeleteObject": code_of(s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": "k"}]}),
        "s3:PutLifecycleConfiguration": code_of(
            s3.put_bucket_lifecycle_configuration, Bucket=bucket, LifecycleConfiguration=lifecycle
        ),
        "sts:GetFederationToken": code_of(sts.get_federation_token, Name="bob"),
        "ec2:RunInstances": code_of(account.client("ec2", alice).run_instances, **run),
        "cloudtrail:LookupEvents": code_of(account.client("cloudtrail", alice).lookup_events),
        "lambda:UpdateFunctionCode": code_of(
            account.client("lambda", alice).update_function_code, FunctionName="f", ZipFile=b"x"
        ),
    }
    expected = dict.fromkeys(denied, "AccessDenied") | {
        "ec2:RunInstances": "UnauthorizedOperation",
        "cloudtrail:LookupEvents": "AccessDeniedException",
        "lambda:UpdateFunctionCode": "AccessDeniedException",
    }
    assert denied == expected


def test_quarantine_leaves_the_rest(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    bucket = account.bucket()
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=QUARANTINE)
    iam, s3, sts = (account.client(s, alice) for s in ("iam", "s3", "sts"))
    assert code_of(iam.list_roles) == ""
    assert code_of(s3.put_object, Bucket=bucket, Key="k", Body=b"x") == ""
    assert code_of(sts.get_session_token) == "", "the policy denies it, but no policy can"


@pytest.fixture
def older_and_newer(account: Account) -> tuple[Signer, Signer, Signer]:
    """A long-term key, a session from before a cut, and one from after it."""
    gate = account.standin.gate
    alice = account.user("alice", EVERYTHING)
    arn = account.role("ops", {"AWS": account.number}, EVERYTHING)
    older = account.assume(arn, alice), session_of(account.client("sts", alice).get_session_token())
    gate.clock.advance(2)
    cut = document(deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": stamp(gate.clock.now())}}))
    account.client("iam").put_role_policy(RoleName="ops", PolicyName="cut", PolicyDocument=cut)
    account.client("iam").put_user_policy(UserName="alice", PolicyName="cut", PolicyDocument=cut)
    gate.clock.advance(2)
    assert [_may(account, s, "s3", "list_buckets") for s in older] == [False, False]
    return alice, account.assume(arn, alice), session_of(account.client("sts", alice).get_session_token())


def test_token_issue_time_cuts_off_older_sessions_only(
    account: Account, older_and_newer: tuple[Signer, Signer, Signer]
) -> None:
    assert [_may(account, who, "s3", "list_buckets") for who in older_and_newer] == [True, True, True]


def test_a_cut_session_can_still_ask_who_it_is(account: Account) -> None:
    alice = account.user("alice", EVERYTHING)
    session = session_of(account.client("sts", alice).get_session_token())
    account.client("iam").put_user_policy(UserName="alice", PolicyName="no", PolicyDocument=document(deny("*")))
    assert code_of(account.client("sts", session).get_caller_identity) == ""


# What is not there

MISSING: dict[str, tuple[str, dict[str, Any]]] = {
    "amplify": ("list_apps", {}),
    "backup": ("list_backup_vaults", {}),
    "rolesanywhere": ("list_trust_anchors", {}),
}


def test_service_that_is_not_there(account: Account) -> None:
    """A proper error for whoever may, AWS's refusal for whoever may not."""
    nobody = account.user("alice")
    found = {
        service: (
            code_of(getattr(account.client(service), operation), **parameters),
            code_of(getattr(account.client(service, nobody), operation), **parameters).removesuffix("Exception"),
        )
        for service, (operation, parameters) in MISSING.items()
    }
    assert found == dict.fromkeys(MISSING, ("UnknownOperationException", "AccessDenied"))


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("iam", "get_organizations_access_report", {"JobId": "x" * 36}),
        ("ec2", "describe_fast_launch_images", {}),
        ("s3", "get_bucket_metadata_configuration", {"Bucket": "b"}),
        ("s3", "list_bucket_analytics_configurations", {"Bucket": "b"}),
        ("sts", "decode_authorization_message", {"EncodedMessage": "x"}),
    ],
)
def test_operation_that_is_not_there(
    account: Account, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    assert code_of(getattr(account.client(service), operation), **parameters) in {
        "NotImplemented",
        "InvalidAction",
        "UnknownOperationException",
    }


def test_the_engine_under_it_does_not_show(account: Account) -> None:
    """Its own pages would answer to, and reset, everybody."""
    s3 = account.client("s3")
    for bucket, key in (("moto-api", "data.json"), ("latest", "meta-data/iam"), ("favicon.ico", "k")):
        assert code_of(s3.get_object, Bucket=bucket, Key=key) == "NotImplemented", bucket


def test_settings_of_the_whole_account_are_not_taken_for_a_bucket(account: Account) -> None:
    asked = {"AccountId": account.number, "PublicAccessBlockConfiguration": {"BlockPublicAcls": False}}
    alice = account.user("alice", allow("s3:*", on="arn:aws:s3:::*"))
    control = [account.client("s3control", who) for who in (alice, account.root)]
    for client in control:
        client.meta.events.register("before-sign", _without_account_in_host)
    assert _denial(control[0].put_public_access_block, **asked) == "s3:PutAccountPublicAccessBlock on *"
    assert code_of(control[1].put_public_access_block, **asked) == ""


def _without_account_in_host(request: Any, **_: Any) -> None:
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


def test_failure_of_the_stand_in_is_an_error_of_aws(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(account.standin.gate._moto, "run", fail)
    answers = {
        service: code_of(getattr(account.client(service), READS[service][0])) for service in ("iam", "s3", "ec2")
    }
    assert answers == dict.fromkeys(("iam", "s3", "ec2"), "InternalFailure")
