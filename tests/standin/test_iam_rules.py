"""IAM's quotas and rules, service-specific credentials, and second factors.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import csv
import io
import json
from datetime import timedelta
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
    trust_policy,
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
    own = {"UserName": "alice", "SerialNumber": serial}
    first, second = code_at(seed, now() - timedelta(seconds=30)), code_at(seed, now())
    swapped = {"AuthenticationCode1": second, "AuthenticationCode2": first}
    assert code_of(iam.enable_mfa_device, **own, **swapped) == "InvalidAuthenticationCode"
    iam.enable_mfa_device(**own, AuthenticationCode1=first, AuthenticationCode2=second)
    assert code_of(iam.delete_virtual_mfa_device, SerialNumber=serial) == "DeleteConflict"
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


PAGED = ("list_users", "list_groups", "list_roles", "list_instance_profiles", "get_account_authorization_details")


@pytest.mark.parametrize("operation", PAGED)
def test_lists_come_in_pages(account: Account, operation: str) -> None:
    iam = account.client("iam")
    for n in range(5):
        iam.create_user(UserName=f"u{n}")
        iam.create_group(GroupName=f"g{n}")
        iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=trust_policy(TRUST))
        iam.create_instance_profile(InstanceProfileName=f"i{n}")
    only = {"Filter": ["User", "Group", "Role", "LocalManagedPolicy"]} if operation.startswith("get") else {}
    first = getattr(iam, operation)(MaxItems=2, **only)
    assert first["IsTruncated"], first
    assert first["Marker"]
    pages = list(iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **only))
    listed = [thing for page in pages for value in page.values() if isinstance(value, list) for thing in value]
    names = [next(v for k, v in thing.items() if k.endswith("Name")) for thing in listed]
    assert len(names) == len(set(names)) == (15 if only else 5), names
    assert code_of(getattr(iam, operation), Marker="nonsense") == "ValidationError"


def test_the_credential_report_tells_root_and_use(account: Account) -> None:
    iam = account.client("iam")
    alice = account.user("alice", EVERYTHING)
    account.client("s3", alice, "eu-west-1").list_buckets()
    assert code_of(iam.get_credential_report) == "ReportNotPresent"
    iam.generate_credential_report()
    rows = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
    assert [r["user"] for r in rows] == ["<root_account>", "alice"]
    assert rows[0]["access_key_1_active"] == "true", "the account's own root key"
    assert (rows[1]["access_key_1_last_used_service"], rows[1]["access_key_1_last_used_region"]) == ("s3", "eu-west-1")
    assert (rows[1]["password_enabled"], rows[1]["access_key_2_active"]) == ("false", "false")


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("sts:TagSession", {"Tags": [{"Key": "team", "Value": "blue"}]}),
        ("sts:SetSourceIdentity", {"SourceIdentity": "alice"}),
    ],
)
def test_tags_and_source_identities_are_permissions_on_both_sides(
    account: Account, action: str, more: dict[str, Any]
) -> None:
    for trusted in (False, True):
        actions = ["sts:AssumeRole", action] if trusted else ["sts:AssumeRole"]
        role = account.role(f"r{trusted}", {"AWS": account.number})
        trust = {"Effect": "Allow", "Principal": {"AWS": account.number}, "Action": actions}
        account.client("iam").update_assume_role_policy(RoleName=f"r{trusted}", PolicyDocument=document(trust))
        for allowed in (False, True):
            name = f"alice-{trusted}-{allowed}"
            caller = account.user(name, allow("sts:AssumeRole"), *([allow(action)] if allowed else []))
            ask = {"RoleArn": role, "RoleSessionName": "ss", **more}
            code = code_of(account.client("sts", caller).assume_role, **ask)
            assert code == ("" if trusted and allowed else "AccessDenied"), (trusted, allowed)
            del ask[next(iter(more))]
            assert code_of(account.client("sts", caller).assume_role, **ask) == ""
