"""Organisations: what binds member accounts, and how the management account comes into them.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    Account,
    Signer,
    allow,
    code_of,
    deny,
    document,
    make_account_fixture,
    session_of,
    standin_fixture,
)

from unleak.standin.server import Standin
from unleak.standin.worlds import make_world

MANAGEMENT, MEMBER, OTHER = "700000000001", "700000000002", "700000000003"
FULL = {"Version": "2012-10-17", "Statement": [EVERYTHING]}


class World:
    """An organisation of three accounts; clients by account and signer."""

    def __init__(self, standin: Standin) -> None:
        world = {
            "accounts": {
                MANAGEMENT: {},
                MEMBER: {"users": {"alice": {"policies": {"own": FULL}}}},
                OTHER: {"users": {"alice": {"policies": {"own": FULL}}}},
            },
            "organization": {"management": MANAGEMENT, "members": [MEMBER], "units": {"prod": {"members": [OTHER]}}},
        }
        roots = make_world(standin.gate, standin.url, world).roots
        self.accounts = {n: _Ready(standin, n, Signer(r.key_id, r.secret)) for n, r in roots.items()}
        self.organizations = self.accounts[MANAGEMENT].client("organizations")
        self.root = self.organizations.list_roots()["Roots"][0]["Id"]
        units = self.organizations.list_organizational_units_for_parent(ParentId=self.root)
        self.prod = units["OrganizationalUnits"][0]["Id"]

    def control(self, target: str, *statements: Any) -> str:
        made = self.organizations.create_policy(
            Name=f"p{len(self.organizations.list_policies(Filter='SERVICE_CONTROL_POLICY')['Policies'])}",
            Description="-",
            Type="SERVICE_CONTROL_POLICY",
            Content=document(*statements),
        )["Policy"]["PolicySummary"]["Id"]
        self.organizations.attach_policy(PolicyId=made, TargetId=target)
        return str(made)

    def alice(self, account: str) -> Signer:
        return self.accounts[account].key("alice")


class _Ready(Account):
    """An account that is there already."""

    def __init__(self, standin: Standin, number: str, root: Signer) -> None:
        self.standin, self.number, self.root = standin, number, root
        self._clients: dict[tuple[str, Signer, str], Any] = {}


@pytest.fixture(name="world")
def world_fixture(standin: Standin) -> Iterator[World]:
    made = World(standin)
    yield made
    for account in made.accounts.values():
        account.close()


def _may(account: Account, who: Signer, service: str = "ec2", operation: str = "describe_instances") -> bool:
    code = code_of(getattr(account.client(service, who), operation))
    assert code in {"", "AccessDenied", "UnauthorizedOperation"}, code
    return not code


def test_a_deny_binds_users_and_root_of_members_and_nobody_in_the_management_account(world: World) -> None:
    member, management = world.accounts[MEMBER], world.accounts[MANAGEMENT]
    alice = world.alice(MEMBER)
    assert _may(member, alice)
    world.control(world.root, deny("ec2:*"))
    assert not _may(member, alice)
    assert not _may(member, member.root), "it binds a member's root user too"
    assert _may(management, management.root)
    assert _may(member, alice, "s3", "list_buckets")


def test_every_level_must_allow(world: World) -> None:
    other, alice = world.accounts[OTHER], world.alice(OTHER)
    unit_policy = world.control(world.prod, allow("s3:*"))
    assert _may(other, alice), "FullAWSAccess is still there"
    world.organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=world.prod)
    assert not _may(other, alice)
    assert _may(other, alice, "s3", "list_buckets")
    assert _may(world.accounts[MEMBER], world.alice(MEMBER)), "it is in another unit"
    world.organizations.detach_policy(PolicyId=unit_policy, TargetId=world.prod)
    assert not _may(other, alice, "s3", "list_buckets")


def test_a_policy_can_make_a_deny_irremovable_but_for_one_role(world: World) -> None:
    """The lock that containment wants: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    member = world.accounts[MEMBER]
    responder = member.role("responder", {"AWS": MEMBER}, EVERYTHING)
    unless = {"ArnNotLike": {"aws:PrincipalArn": responder}}
    world.control(MEMBER, deny("iam:DeleteUserPolicy", Condition=unless))
    alice = world.alice(MEMBER)
    asked = {"UserName": "alice", "PolicyName": "own"}
    session = member.assume(responder, member.user("bob", allow("sts:AssumeRole")))
    assert code_of(member.client("iam", alice).delete_user_policy, **asked) == "AccessDenied"
    assert code_of(member.client("iam").delete_user_policy, **asked) == "AccessDenied"
    assert code_of(member.client("iam", session).delete_user_policy, **asked) == ""


def test_the_organisation_is_a_condition_key(world: World) -> None:
    number = world.organizations.describe_organization()["Organization"]["Id"]
    here = world.accounts[MEMBER]
    for organization, expected in ((number, ""), ("o-0000000000", "AccessDenied")):
        only = allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalOrgID": organization}})
        who = here.user(f"u{expected}", only)
        assert code_of(here.client("s3", who).list_buckets) == expected


def test_the_management_account_comes_in_by_the_role_that_was_made_for_it(world: World) -> None:
    management = world.accounts[MANAGEMENT]
    operator = management.user("operator", allow("sts:AssumeRole"))
    arn = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
    session = management.assume(arn, operator)
    assert _may(world.accounts[MEMBER], session)
    assert code_of(management.client("sts", management.root).assume_role, RoleArn=arn, RoleSessionName="xx") == (
        "AccessDenied"
    )


def test_a_made_account_is_there_at_once(world: World) -> None:
    made = world.organizations.create_account(Email="new@acme.dev", AccountName="new")["CreateAccountStatus"][
        "AccountId"
    ]
    operator = world.accounts[MANAGEMENT].user("operator", allow("sts:AssumeRole"))
    session = world.accounts[MANAGEMENT].assume(f"arn:aws:iam::{made}:role/OrganizationAccountAccessRole", operator)
    assert world.accounts[MANAGEMENT].client("sts", session).get_caller_identity()["Account"] == made


TASK = "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"


def test_a_root_key_of_a_member_is_deleted_from_the_management_account(world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html"""
    management, member = world.accounts[MANAGEMENT], world.accounts[MEMBER]
    operator = management.user("operator", allow("sts:AssumeRoot", "iam:*"))
    sts = management.client("sts", operator)
    asked = {"TargetPrincipal": MEMBER, "TaskPolicyArn": {"arn": TASK}, "DurationSeconds": 900}
    assert code_of(sts.assume_root, **asked) == "AccessDenied", "it is not switched on"
    management.client("iam").enable_organizations_root_credentials_management()
    assert management.client("iam").enable_organizations_root_sessions()["EnabledFeatures"] == [
        "RootCredentialsManagement",
        "RootSessions",
    ]
    assert code_of(management.client("sts").assume_root, **asked) == "AccessDenied", "not with root's own credentials"
    assert code_of(sts.assume_root, **{**asked, "TargetPrincipal": MANAGEMENT}) == "AccessDenied"
    session = session_of(sts.assume_root(**asked))
    iam = member.client("iam", session)
    (key,) = iam.list_access_keys()["AccessKeyMetadata"]
    assert key["AccessKeyId"] == member.root.key_id
    assert code_of(iam.update_access_key, AccessKeyId=key["AccessKeyId"], Status="Inactive") == "AccessDenied"
    assert code_of(member.client("s3", session).list_buckets) == "AccessDenied", "the task allows no more than its own"
    iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    assert code_of(member.client("iam").list_users) == "InvalidClientTokenId"
    event = next(json.loads(json.dumps(e)) for e in management.events("AssumeRoot") if "errorCode" not in e)
    assert event["requestParameters"]["targetPrincipal"] == MEMBER
