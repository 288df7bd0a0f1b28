"""IAM's quotas and rules, service-specific credentials, and second factors.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    Account,
    account_fixture,
    allow,
    code_of,
    document,
    make_account_fixture,
    session_of,
    standin_fixture,
)

from unleak.standin.totp import code_at

TRUST = {"AWS": "*"}


def _long(size: int) -> str:
    """A policy of so many characters that count."""
    empty = document(allow("s3:GetObject", on="arn:aws:s3:::"))
    have = len(empty.replace(" ", ""))
    made = document(allow("s3:GetObject", on="arn:aws:s3:::" + "x" * (size - have)))
    assert len(made.replace(" ", "")) == size
    return made


@pytest.mark.parametrize(("kind", "most"), [("user", 2048), ("group", 5120), ("role", 10_240)])
def test_inline_policies_share_a_quota_and_white_space_is_free(account: Account, kind: str, most: int) -> None:
    iam, named = account.client("iam"), {f"{kind.title()}Name": "x"}
    more = (
        {"AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": []})} if kind == "role" else {}
    )
    getattr(iam, f"create_{kind}")(**named, **more)
    put = getattr(iam, f"put_{kind}_policy")
    assert code_of(put, **named, PolicyName="a", PolicyDocument=_long(most)) == ""
    assert code_of(put, **named, PolicyName="a", PolicyDocument=json.dumps(json.loads(_long(most)), indent=4)) == ""
    assert code_of(put, **named, PolicyName="b", PolicyDocument=document(EVERYTHING)) == "LimitExceeded"
    assert code_of(put, **named, PolicyName="a", PolicyDocument=_long(most + 1)) == "LimitExceeded"


def test_ten_managed_policies_and_no_more(account: Account) -> None:
    iam = account.client("iam")
    account.user("alice")
    arns = [account.policy(f"p{n}", EVERYTHING) for n in range(11)]
    for arn in arns[:10]:
        iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert code_of(iam.attach_user_policy, UserName="alice", PolicyArn=arns[10]) == "LimitExceeded"
    assert code_of(iam.attach_user_policy, UserName="alice", PolicyArn=arns[0]) == "", "it is attached already"
    assert code_of(iam.create_policy, PolicyName="large", PolicyDocument=_long(6145)) == "LimitExceeded"


def test_two_keys_ten_groups(account: Account) -> None:
    iam = account.client("iam")
    account.user("alice")
    account.key("alice")
    assert code_of(iam.create_access_key, UserName="alice") == "LimitExceeded"
    for n in range(11):
        iam.create_group(GroupName=f"g{n}")
    codes = [code_of(iam.add_user_to_group, GroupName=f"g{n}", UserName="alice") for n in range(11)]
    assert codes == [""] * 10 + ["LimitExceeded"]


def test_a_user_goes_only_after_all_that_hangs_on_it(account: Account) -> None:
    iam = account.client("iam")
    alice = account.user("alice", EVERYTHING)
    iam.create_login_profile(UserName="alice", Password="Correct-Horse-9")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="alice")
    steps: list[tuple[Any, dict[str, str]]] = [
        (iam.delete_access_key, {"AccessKeyId": alice.key_id}),
        (iam.delete_user_policy, {"PolicyName": "own"}),
        (iam.delete_login_profile, {}),
        (iam.remove_user_from_group, {"GroupName": "g"}),
    ]
    for step, parameters in steps:
        assert code_of(iam.delete_user, UserName="alice") == "DeleteConflict"
        step(UserName="alice", **parameters)
    assert code_of(iam.delete_user, UserName="alice") == ""


@pytest.mark.parametrize("service", ["codecommit.amazonaws.com", "bedrock.amazonaws.com"])
def test_service_specific_credentials(account: Account, service: str) -> None:
    iam = account.client("iam")
    account.user("alice")
    made = iam.create_service_specific_credential(UserName="alice", ServiceName=service)["ServiceSpecificCredential"]
    secret = made.get("ServicePassword") or made["ServiceCredentialSecret"]
    assert made["ServiceSpecificCredentialId"].startswith("ACCA")
    number = {"UserName": "alice", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    iam.update_service_specific_credential(**number, Status="Inactive")
    (listed,) = iam.list_service_specific_credentials(UserName="alice")["ServiceSpecificCredentials"]
    assert listed["Status"] == "Inactive"
    assert secret not in str(listed)
    assert secret not in json.dumps(account.events()), "the trail has no secrets"
    iam.delete_service_specific_credential(**number)
    assert code_of(iam.delete_service_specific_credential, **number) == "NoSuchEntity"


def test_a_second_factor_opens_what_asks_for_it(account: Account) -> None:
    iam = account.client("iam")
    asked = allow("s3:ListAllMyBuckets", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    alice = account.user("alice", asked, allow("iam:ListUsers"))
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
    seed, serial = device["Base32StringSeed"].decode(), device["SerialNumber"]
    now = account.standin.gate.clock.now
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="alice", SerialNumber=serial, **codes)
    sts = account.client("sts", alice)
    wrong = "000000" if code_at(seed, now()) != "000000" else "111111"
    assert code_of(sts.get_session_token, SerialNumber=serial, TokenCode=wrong) == "AccessDenied"
    plain = session_of(sts.get_session_token())
    strong = session_of(sts.get_session_token(SerialNumber=serial, TokenCode=code_at(seed, now())))
    assert code_of(account.client("s3", plain).list_buckets) == "AccessDenied"
    assert code_of(account.client("s3", strong).list_buckets) == ""
    assert code_of(account.client("iam", plain).list_users) == "InvalidClientTokenId"
    assert code_of(account.client("iam", strong).list_users) == ""
    assert account.event("ListUsers")["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"
