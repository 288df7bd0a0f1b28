"""Policies in, ways out. `ci` is always the user whose key has leaked."""

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_sentry.querying.actions import get_action_data

from account_file import ACCOUNT, ADMIN, ROOT, account, allow, arn, deny, document, group, managed, role, service, user
from unleak.iam.account import parse_details
from unleak.iam.fits import fits
from unleak.iam.policy import Policy, parse_policy
from unleak.iam.powers import POWERS, UNCONTAIN
from unleak.iam.reach import _ASKED, NoSuchPrincipal, reach_of
from unleak.iam.starts import STARTS
from unleak.iam.way import Rank, Reach, Way

Json = dict[str, Any]
CI = arn("user/ci")
OPS = role("ops", ROOT, attached=(ADMIN,))
LAMBDA_OPS = role("ops", service("lambda"), attached=(ADMIN,))
EC2_OPS = role("ops", service("ec2"), attached=(ADMIN,), InstanceProfileList=[{"Arn": arn("instance-profile/ops")}])
BARE_OPS = role("ops", service("ec2"), attached=(ADMIN,))
FENCE = managed(arn("policy/fence"), document(allow(["s3:*", "sts:*"])))
OWN = managed(arn("policy/own"), document(allow("s3:List*")), document(allow("*")))
ASSUME_OPS = allow("sts:AssumeRole", arn("role/ops"))
NAMED_OPS = role("ops", {"AWS": CI}, attached=(ADMIN,))
TRUST_ALL = {"Effect": "Allow", "Principal": ROOT, "Action": "sts:AssumeRole"}
TRUST_NOT_CI = {"Effect": "Deny", "Principal": {"AWS": CI}, "Action": "sts:*"}
FENCED = {"StringEquals": {"iam:PermissionsBoundary": arn("policy/fence")}}
REGION = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


def reach(*things: Json, organisation: tuple[tuple[Policy, ...], ...] = (), who: str = CI) -> Reach:
    return reach_of(parse_details(json.dumps(account(*things))), who, organisation)


def scp(*statements: Json) -> tuple[tuple[Policy, ...], ...]:
    return ((parse_policy(document(*statements), "an SCP"),),)


def of(found: Reach, rank: Rank) -> list[Way]:
    return [way for way in found.ways if way.rank is rank]


def path(way: Way) -> list[str]:
    """`["sts:AssumeRole role/ops"]`."""
    return [f"{'+'.join(step.actions)} {step.to.split(':', 5)[5]}" for step in way.steps]


@dataclass(frozen=True)
class Case:
    """`path` to administrator, the best of them; None: there is none. `why`: in it, or in its conditions."""

    what: str
    things: tuple[Json, ...]
    path: list[str] | None
    why: str = ""
    organisation: tuple[tuple[Policy, ...], ...] = ()


CASES = [
    Case("nothing", (user("ci"), OPS), None),
    Case("administrator as it is", (user("ci", attached=(ADMIN,)),), [], "user/ci has AdministratorAccess"),
    Case(
        "by its group",
        (user("ci", GroupList=["admins"]), group("admins", attached=(ADMIN,))),
        [],
        "AdministratorAccess",
    ),
    Case(
        "all but IAM is no administrator",
        (user("ci", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),),
        None,
    ),
    Case("on condition", (user("ci", allow("*", Condition=REGION)),), [], "if aws:requestedregion is eu-west-1"),
    # Roles: trust of the account
    Case(
        "the role trusts the account, the user may", (user("ci", ASSUME_OPS), OPS), ["sts:AssumeRole role/ops"], "Admin"
    ),
    Case("the user may not", (user("ci", allow("sts:AssumeRole", arn("role/other"))), OPS), None),
    Case("denied", (user("ci", ASSUME_OPS, deny("sts:*")), OPS), None),
    Case(
        "quarantined: what it could before counts",
        (
            user("ci", ASSUME_OPS, attached=("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",)),
            OPS,
            managed("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3", document(deny("*"))),
        ),
        ["sts:AssumeRole role/ops"],
    ),
    Case(
        "a boundary without it",
        (user("ci", ASSUME_OPS, boundary=arn("policy/b")), OPS, managed(arn("policy/b"), document(allow("s3:*")))),
        None,
    ),
    Case(
        "a boundary with it",
        (user("ci", ASSUME_OPS, boundary=arn("policy/fence")), OPS, FENCE),
        ["sts:AssumeRole role/ops"],
    ),
    Case("an SCP denies", (user("ci", ASSUME_OPS), OPS), None, organisation=scp(allow("*"), deny("sts:AssumeRole"))),
    Case("an SCP does not allow", (user("ci", ASSUME_OPS), OPS), None, organisation=scp(allow("s3:*"))),
    Case(
        "a denied region can be avoided",
        (user("ci", ASSUME_OPS), OPS),
        ["sts:AssumeRole role/ops"],
        "if aws:requestedregion is eu-west-1",
        scp(allow("*"), deny("sts:*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),
    ),
    Case(
        "a key has no MFA",
        (user("ci", ASSUME_OPS, deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})), OPS),
        None,
    ),
    # Roles: trust of a name
    Case("the role names the user, who needs no more", (user("ci"), NAMED_OPS), ["sts:AssumeRole role/ops"]),
    Case(
        "it names somebody else",
        (user("ci", ASSUME_OPS), role("ops", {"AWS": arn("user/other")}, attached=(ADMIN,))),
        None,
    ),
    Case("named, and denied", (user("ci", deny("sts:AssumeRole")), NAMED_OPS), None),
    Case(
        "named: a boundary does not limit it",
        (user("ci", boundary=arn("policy/b")), NAMED_OPS, managed(arn("policy/b"), document(allow("s3:*")))),
        ["sts:AssumeRole role/ops"],
    ),
    Case("named: an SCP does", (user("ci"), NAMED_OPS), None, organisation=scp(allow("s3:*"))),
    Case(
        "the trust asks for an external id",
        (user("ci"), role("ops", {"AWS": CI}, attached=(ADMIN,), condition={"StringEquals": {"sts:ExternalId": "x1"}})),
        ["sts:AssumeRole role/ops"],
        "if sts:externalid is x1",
    ),
    Case(
        "the trust wants another name",
        (
            user("ci", ASSUME_OPS),
            role("ops", ROOT, attached=(ADMIN,), condition={"StringLike": {"aws:username": "admin-*"}}),
        ),
        None,
    ),
    Case("everyone is trusted", (user("ci"), role("ops", "*", attached=(ADMIN,))), ["sts:AssumeRole role/ops"]),
    Case(
        "only another account is trusted",
        (user("ci", ASSUME_OPS), role("ops", {"AWS": "999900001111"}, attached=(ADMIN,))),
        None,
    ),
    Case(
        "the trust denies it",
        (user("ci", ASSUME_OPS), {**OPS, "AssumeRolePolicyDocument": document(TRUST_ALL, TRUST_NOT_CI)}),
        None,
    ),
    Case(
        "web identities only",
        (user("ci", ASSUME_OPS), role("ops", {"Federated": arn("saml-provider/x")}, attached=(ADMIN,))),
        None,
    ),
    # Chains
    Case(
        "over a role",
        (
            user("ci", allow("sts:AssumeRole", arn("role/a"))),
            role("a", ROOT, ASSUME_OPS),
            role("ops", {"AWS": arn("role/a")}, attached=(ADMIN,)),
        ),
        ["sts:AssumeRole role/a", "sts:AssumeRole role/ops"],
    ),
    Case(
        "a session of the role is named",
        (
            user("ci", allow("sts:AssumeRole", arn("role/a"))),
            role("a", ROOT),
            role("ops", {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/a/deploy"}, attached=(ADMIN,)),
        ),
        ["sts:AssumeRole role/a", "sts:AssumeRole role/ops"],
    ),
    Case(
        "the certain way before the shorter one",
        (
            user("ci", allow("sts:AssumeRole", arn("role/a")), {**ASSUME_OPS, "Condition": REGION}),
            role("a", ROOT, ASSUME_OPS),
            OPS,
        ),
        ["sts:AssumeRole role/a", "sts:AssumeRole role/ops"],
    ),
    Case(
        "round in a circle",
        (user("ci", allow("sts:AssumeRole")), role("a", ROOT, allow("sts:AssumeRole")), role("b", ROOT)),
        None,
    ),
    # Roles passed to services
    Case(
        "a machine",
        (user("ci", allow(["iam:PassRole", "ec2:RunInstances"])), EC2_OPS),
        ["iam:PassRole+ec2:RunInstances role/ops"],
    ),
    Case(
        "no instance profile, and none can be made",
        (user("ci", allow(["iam:PassRole", "ec2:RunInstances"])), BARE_OPS),
        None,
    ),
    Case(
        "an instance profile can be made",
        (user("ci", allow(["iam:PassRole", "ec2:RunInstances", "iam:*InstanceProfile"])), BARE_OPS),
        ["iam:CreateInstanceProfile+iam:AddRoleToInstanceProfile+iam:PassRole+ec2:RunInstances role/ops"],
    ),
    Case(
        "a function",
        (user("ci", allow(["iam:PassRole", "lambda:*"])), LAMBDA_OPS),
        ["iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction role/ops"],
    ),
    Case(
        "a function nobody may call", (user("ci", allow(["iam:PassRole", "lambda:CreateFunction"])), LAMBDA_OPS), None
    ),
    Case("the role trusts another service", (user("ci", allow(["iam:PassRole", "lambda:*"])), EC2_OPS), None),
    Case(
        "another role may be passed",
        (
            user(
                "ci",
                allow("lambda:CreateFunction"),
                allow("lambda:InvokeFunction"),
                allow("iam:PassRole", arn("role/app-*")),
            ),
            LAMBDA_OPS,
        ),
        None,
    ),
    Case(
        "passed to another service only",
        (
            user(
                "ci",
                allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
            ),
            LAMBDA_OPS,
        ),
        None,
    ),
    Case(
        "the code of what runs already",
        (user("ci", allow("lambda:UpdateFunctionCode")), LAMBDA_OPS),
        ["lambda:UpdateFunctionCode role/ops"],
        "if a function runs with it",
    ),
    Case(
        "a service's own role is not passed",
        (
            user("ci", allow(["iam:PassRole", "lambda:*"])),
            {**LAMBDA_OPS, "Arn": arn("role/aws-service-role/x.amazonaws.com/ops")},
        ),
        None,
    ),
    Case("a shell on machines, none of which holds it", (user("ci", allow("ssm:StartSession")), BARE_OPS), None),
    Case(
        "passed to this service",
        (
            user(
                "ci",
                allow(["lambda:CreateFunction", "lambda:InvokeFunction"]),
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            ),
            LAMBDA_OPS,
        ),
        ["iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction role/ops"],
    ),
    Case(
        "a stack",
        (
            user("ci", allow(["iam:PassRole", "cloudformation:CreateStack"])),
            role("ops", service("cloudformation"), attached=(ADMIN,)),
        ),
        ["iam:PassRole+cloudformation:CreateStack role/ops"],
    ),
    # Other users
    Case(
        "a key for an administrator",
        (user("ci", allow("iam:CreateAccessKey", arn("user/boss"))), user("boss", attached=(ADMIN,))),
        ["iam:CreateAccessKey user/boss"],
    ),
    Case(
        "a key for itself",
        (user("ci", allow("iam:CreateAccessKey", arn("user/${aws:username}"))), user("boss", attached=(ADMIN,))),
        None,
    ),
    Case(
        "a password",
        (user("ci", allow("iam:UpdateLoginProfile")), user("boss", attached=(ADMIN,))),
        ["iam:UpdateLoginProfile user/boss"],
        "if it has a password",
    ),
    # Rights rewritten
    Case("its own policies", (user("ci", allow("iam:PutUserPolicy")),), ["iam:PutUserPolicy user/ci"]),
    Case("those of others only", (user("ci", allow("iam:PutUserPolicy", arn("user/dev-*"))),), None),
    Case("any policy attached", (user("ci", allow("iam:AttachUserPolicy")),), ["iam:AttachUserPolicy user/ci"]),
    Case(
        "harmless policies attached only",
        (
            user(
                "ci",
                allow(
                    "iam:AttachUserPolicy",
                    Condition={"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
                ),
            ),
        ),
        None,
    ),
    Case(
        "only with a boundary that it lacks",
        (
            user(
                "ci",
                allow(
                    "iam:PutUserPolicy", Condition={"StringEquals": {"iam:PermissionsBoundary": arn("policy/fence")}}
                ),
            ),
            FENCE,
        ),
        None,
    ),
    Case(
        "its managed policy",
        (user("ci", allow("iam:CreatePolicyVersion", arn("policy/own")), attached=(arn("policy/own"),)), OWN),
        ["iam:CreatePolicyVersion policy/own"],
    ),
    Case(
        "a policy that nobody in reach has",
        (user("ci", allow("iam:CreatePolicyVersion", arn("policy/own"))), OWN),
        None,
    ),
    Case(
        "one of AWS's own",
        (
            user("ci", allow("iam:CreatePolicyVersion"), attached=("arn:aws:iam::aws:policy/X",)),
            managed("arn:aws:iam::aws:policy/X", document(allow("s3:List*"))),
        ),
        None,
    ),
    Case(
        "an older version",
        (user("ci", allow("iam:SetDefaultPolicyVersion"), attached=(arn("policy/own"),)), OWN),
        ["iam:SetDefaultPolicyVersion policy/own"],
    ),
    Case(
        "older versions are no wider",
        (
            user("ci", allow("iam:SetDefaultPolicyVersion"), attached=(arn("policy/own"),)),
            managed(arn("policy/own"), document(allow("s3:*")), document(allow("s3:Get*"))),
        ),
        None,
    ),
    Case(
        "its group's policies",
        (user("ci", allow("iam:PutGroupPolicy"), GroupList=["devs"]), group("devs")),
        ["iam:PutGroupPolicy group/devs"],
    ),
    Case("a group of others", (user("ci", allow("iam:PutGroupPolicy")), group("devs")), None),
    Case(
        "joins the administrators",
        (user("ci", allow("iam:AddUserToGroup")), group("admins", attached=(ADMIN,))),
        ["iam:AddUserToGroup group/admins"],
        "user/ci in group/admins has AdministratorAccess",
    ),
    Case(
        "may join another group only",
        (user("ci", allow("iam:AddUserToGroup", arn("group/devs"))), group("admins", attached=(ADMIN,)), group("devs")),
        None,
    ),
    Case(
        "joins those who may write",
        (user("ci", allow("iam:AddUserToGroup")), group("w", allow("iam:PutUserPolicy"))),
        ["iam:AddUserToGroup group/w", "iam:PutUserPolicy user/ci"],
    ),
    Case(
        "writes to a role, then takes it",
        (user("ci", allow("iam:PutRolePolicy"), allow("sts:AssumeRole")), role("a", ROOT)),
        ["iam:PutRolePolicy role/a", "sts:AssumeRole role/a"],
    ),
    Case("writes to a role that it cannot take", (user("ci", allow("iam:PutRolePolicy")), role("a", ROOT)), None),
    Case(
        "the role that it takes writes to another",
        (
            user("ci"),
            role("w", {"AWS": CI}, allow("iam:PutRolePolicy", arn("role/a"))),
            role("a", {"AWS": arn("role/w")}),
        ),
        ["sts:AssumeRole role/w", "iam:PutRolePolicy role/a", "sts:AssumeRole role/a"],
    ),
    Case(
        "its own boundary holds, the one of the role that it writes to is none",
        (
            user("ci", allow(["iam:PutUserPolicy", "iam:PutRolePolicy", "sts:*"]), boundary=arn("policy/b")),
            managed(arn("policy/b"), document(allow(["iam:Put*Policy", "sts:*"]))),
            role("a", ROOT),
        ),
        ["iam:PutRolePolicy role/a", "sts:AssumeRole role/a"],
    ),
    Case(
        "the surer of two that it writes to",
        (
            user(
                "ci",
                allow("iam:PutRolePolicy", arn("role/a"), Condition=REGION),
                allow("iam:PutRolePolicy", arn("role/b")),
            ),
            role("a", {"AWS": CI}),
            role("b", {"AWS": CI}),
        ),
        ["iam:PutRolePolicy role/b", "sts:AssumeRole role/b"],
    ),
    Case(
        "opens the role to itself",
        (user("ci", allow("iam:UpdateAssumeRolePolicy")), LAMBDA_OPS),
        ["iam:UpdateAssumeRolePolicy+sts:AssumeRole role/ops"],
    ),
    Case(
        "opens it, and may not assume",
        (user("ci", allow("iam:UpdateAssumeRolePolicy"), deny("sts:AssumeRole")), LAMBDA_OPS),
        None,
    ),
    Case(
        "a service's own role cannot be opened",
        (
            user("ci", allow("iam:UpdateAssumeRolePolicy")),
            {**LAMBDA_OPS, "Arn": arn("role/aws-service-role/x.amazonaws.com/ops")},
        ),
        None,
    ),
    # Boundaries
    Case(
        "writes, but its boundary holds",
        (
            user("ci", allow("iam:*"), boundary=arn("policy/b")),
            managed(arn("policy/b"), document(allow(["iam:PutUserPolicy", "s3:*"]))),
        ),
        None,
    ),
    Case(
        "writes, and takes the boundary off",
        (
            user("ci", allow("iam:PutUserPolicy"), boundary=arn("policy/b")),
            managed(arn("policy/b"), document(allow(["iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"]))),
        ),
        ["iam:PutUserPolicy user/ci", "iam:DeleteUserPermissionsBoundary user/ci"],
    ),
    Case(
        "an administrator within a boundary that it may rewrite",
        (
            user("ci", attached=(ADMIN,), boundary=arn("policy/b")),
            managed(arn("policy/b"), document(allow("iam:CreatePolicyVersion"))),
        ),
        ["iam:CreatePolicyVersion policy/b"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[c.what for c in CASES])
def test_the_way_to_administrator(case: Case) -> None:
    found = reach(*case.things, organisation=case.organisation)
    ways = of(found, Rank.ADMINISTRATOR)
    assert (path(ways[0]) if ways else None) == case.path
    if ways:
        told = (ways[0].why, *ways[0].conditions, *(c for s in ways[0].steps for c in (s.how, *s.conditions)))
        assert any(case.why in words for words in told), told
    assert found.unread == ()


def test_each_step_can_be_checked() -> None:
    found = reach(user("ci", allow("sts:AssumeRole", arn("role/a"))), role("a", ROOT, ASSUME_OPS), OPS)
    steps = of(found, Rank.ADMINISTRATOR)[0].steps
    assert [step.by for step in steps] == [CI, arn("role/a")]
    assert [step.how for step in steps] == ["trusts the whole account"] * 2
    assert [way.on for way in of(found, Rank.PRINCIPAL)] == [(arn("role/ops"),), (arn("role/a"),)]


GAINS: list[tuple[str, tuple[Json, ...], Rank, str, tuple[str, ...]]] = [
    (
        "one bucket",
        (user("ci", allow("s3:*", "arn:aws:s3:::orders/*")),),
        Rank.READS,
        "reads stored objects",
        ("arn:aws:s3:::orders/*",),
    ),
    ("every secret", (user("ci", allow("secretsmanager:*")),), Rank.READS, "reads secrets", ("*",)),
    (
        "a limit narrows it",
        (
            user("ci", allow("s3:*"), boundary=arn("policy/b")),
            managed(arn("policy/b"), document(allow("s3:GetObject", "arn:aws:s3:::a/*"))),
        ),
        Rank.READS,
        "reads stored objects",
        ("arn:aws:s3:::a/*",),
    ),
    ("as a role", (user("ci"), role("r", {"AWS": CI}, allow("dynamodb:Scan"))), Rank.READS, "reads tables", ("*",)),
    ("models", (user("ci", allow("bedrock:InvokeModel")),), Rank.MAKES, "runs models at your cost", ("*",)),
    ("mail", (user("ci", allow("ses:Send*")),), Rank.MAKES, "sends mail in your name", ("*",)),
    (
        "the trail",
        (user("ci", allow("cloudtrail:StopLogging")),),
        Rank.BLINDS,
        "stops the trail that shows what it does",
        ("*",),
    ),
    (
        "the quarantine",
        (user("ci", allow("iam:DetachUserPolicy", CI)),),
        Rank.UNCONTAINED,
        "takes the quarantine off",
        (CI,),
    ),
    (
        "by a role",
        (user("ci"), role("r", {"AWS": CI}, allow("iam:DetachUserPolicy"))),
        Rank.UNCONTAINED,
        "takes the quarantine off",
        (CI,),
    ),
    (
        "another account",
        (user("ci", allow("sts:AssumeRole", "arn:aws:iam::999900001111:role/x")),),
        Rank.ELSEWHERE,
        "becomes roles of other accounts, if the other account trusts",
        ("arn:aws:iam::999900001111:role/x",),
    ),
    (
        "its boundary's whole",
        (
            user("ci", allow("iam:PutUserPolicy"), boundary=arn("policy/b")),
            managed(arn("policy/b"), document(allow("iam:PutUserPolicy"))),
        ),
        Rank.MORE_RIGHTS,
        "everything that its boundary and its organisation leave",
        (),
    ),
    (
        "as its boundary is the one asked for",
        (
            user("ci", allow("iam:PutUserPolicy", Condition=FENCED), boundary=arn("policy/fence")),
            managed(arn("policy/fence"), document(allow("iam:PutUserPolicy"))),
        ),
        Rank.MORE_RIGHTS,
        "everything that its boundary and its organisation leave",
        (),
    ),
]


@pytest.mark.parametrize(("what", "things", "rank", "gain", "on"), GAINS, ids=[g[0] for g in GAINS])
def test_what_else_is_gained(what: str, things: tuple[Json, ...], rank: Rank, gain: str, on: tuple[str, ...]) -> None:
    found = {way.gain: way.on for way in of(reach(*things), rank)}
    assert found.get(gain) == on, what


NOT_GAINED: list[tuple[str, Json, str]] = [
    ("denied", user("ci", allow("s3:*"), deny("s3:GetObject")), "reads stored objects"),
    ("a bucket is no object", user("ci", allow("s3:*", "arn:aws:s3:::orders")), "reads stored objects"),
    (
        "a secret is no key",
        user("ci", allow("kms:*", "arn:aws:secretsmanager:*:*:secret:x")),
        "decrypts with keys of KMS, where the key's policy leaves it to IAM",
    ),
    (
        "somebody else's quarantine",
        user("ci", allow("iam:DetachUserPolicy", arn("user/other"))),
        "takes the quarantine off",
    ),
    (
        "roles of its own account",
        user("ci", allow("sts:AssumeRole", arn("role/*"))),
        "becomes roles of other accounts, if the other account trusts",
    ),
]


@pytest.mark.parametrize(("what", "who", "gain"), NOT_GAINED, ids=[g[0] for g in NOT_GAINED])
def test_what_is_not_gained(what: str, who: Json, gain: str) -> None:
    assert gain not in {way.gain for way in reach(who).ways}, what


def test_who_is_named_needs_no_permission_and_meets_none_of_its_conditions() -> None:
    found = reach(user("ci", {**ASSUME_OPS, "Condition": REGION}), NAMED_OPS)
    assert [(s.how, s.conditions) for s in of(found, Rank.ADMINISTRATOR)[0].steps] == [("names it", ())]


def test_an_administrator_ends_the_way_and_one_on_conditions_does_not() -> None:
    others = (role("a", ROOT), role("b", ROOT))
    sure = reach(user("ci", ASSUME_OPS), OPS, *others)
    assert [way.on for way in of(sure, Rank.PRINCIPAL)] == [(arn("role/ops"),)]
    itself = reach(user("ci", ASSUME_OPS), role("ops", ROOT, allow(["iam:PutRolePolicy", "sts:*"])), *others)
    assert [way.on for way in of(itself, Rank.PRINCIPAL)] == [(arn("role/ops"),)]
    maybe = reach(user("ci", ASSUME_OPS), role("ops", ROOT, allow("*", Condition=REGION), allow("sts:*")), *others)
    assert len(of(maybe, Rank.PRINCIPAL)) == 3


def test_it_does_not_join_where_it_is() -> None:
    found = reach(user("ci", allow("iam:AddUserToGroup"), GroupList=["devs"]), group("devs"), group("ops"))
    assert [way.gain for way in of(found, Rank.PRINCIPAL)] == ["joins group/ops"]


def test_what_somebody_nearer_may_do_is_told_once() -> None:
    named = {"AWS": CI}
    found = reach(
        user("ci", allow("s3:GetObject", "arn:aws:s3:::a/*")),
        role("r", named, allow("s3:GetObject", ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"])),
    )
    assert [(len(w.steps), w.on) for w in of(found, Rank.READS)] == [
        (0, ("arn:aws:s3:::a/*",)),
        (1, ("arn:aws:s3:::b/*",)),
    ]


def test_the_worst_comes_first() -> None:
    found = reach(
        user(
            "ci", allow(["s3:GetObject", "ses:SendEmail", "iam:DetachUserPolicy", "cloudtrail:StopLogging"]), ASSUME_OPS
        ),
        OPS,
    )
    ranks = [way.rank for way in found.ways]
    assert ranks == sorted(ranks, key=list(Rank).index)
    assert ranks[0] is Rank.ADMINISTRATOR
    assert {Rank.UNCONTAINED, Rank.READS, Rank.BLINDS, Rank.MAKES} <= set(ranks)


def test_what_cannot_be_read_is_said() -> None:
    odd = {"PolicyName": "odd", "PolicyDocument": "{"}
    found = reach(
        user(
            "ci", attached=(arn("policy/gone"),), UserPolicyList=[odd], GroupList=["gone"], boundary=arn("policy/too")
        ),
        {**OPS, "AssumeRolePolicyDocument": "{"},
    )
    assert found.unread == (
        "policy odd of user/ci",
        f"policy {arn('policy/gone')} of user/ci",
        "group gone",
        "trust policy of role/ops",
    )
    assert found.unread_limits == (f"the permissions boundary of user/ci, {arn('policy/too')}",)


def test_a_boundary_that_cannot_be_read_hides_nothing() -> None:
    found = reach(user("ci", ASSUME_OPS, boundary=arn("policy/gone")), OPS)
    assert found.is_administrator


def test_nobody_of_that_name() -> None:
    with pytest.raises(NoSuchPrincipal):
        reach(user("other"))


def test_a_role_can_be_the_one_whose_keys_leaked() -> None:
    found = reach(role("app", service("ec2"), allow("iam:AttachRolePolicy", arn("role/app"))), who=arn("role/app"))
    assert path(of(found, Rank.ADMINISTRATOR)[0]) == ["iam:AttachRolePolicy role/app"]


# Resources of other services that RunInstances and StartInstances take besides; none of them is enough by itself.
BESIDES = {"elastic-inference", "license-manager", "resource-groups"}


ACTIONS = sorted(
    {
        *(a for start in STARTS for a in start.actions),
        *(a for power in POWERS for a in power.actions),
        *(a for actions in UNCONTAIN.values() for a in actions),
    }
)


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_real_and_fit_their_resources(action: str) -> None:
    assert action.lower() in _ASKED
    service_name, name = action.split(":")
    data = get_action_data(service_name, name)
    assert data, f"{action} is not in AWS's reference"
    formats = {row["resource_arn_format"] for row in data[service_name]} - {"*"}
    assert all(fits(action, f) for f in formats if f.split(":")[2] not in BESIDES), formats


ACTS = st.sampled_from(
    ["sts:AssumeRole", "iam:PassRole", "lambda:*", "iam:PutUserPolicy", "iam:Put*", "iam:*", "s3:Get*"]
)
ON = st.sampled_from(["*", CI, arn("role/*"), arn("role/a"), arn("role/b")])
ALLOWS = st.lists(st.builds(allow, ACTS, ON), max_size=3)
TRUST = st.sampled_from([ROOT, {"AWS": CI}, {"AWS": arn("role/a")}, service("lambda")])


@given(ALLOWS, ALLOWS, ALLOWS, TRUST, TRUST, st.builds(deny, ACTS, ON), st.sampled_from(["ci", "a", "b", "scp"]))
def test_a_deny_more_never_makes_an_administrator(
    ci: list[Json], a: list[Json], b: list[Json], trust_a: Json, trust_b: Json, more: Json, where: str
) -> None:
    def found(**denies: list[Json]) -> Reach:
        return reach(
            user("ci", *ci, *denies.get("ci", [])),
            role("a", trust_a, *a, *denies.get("a", [])),
            role("b", trust_b, *b, *denies.get("b", [])),
            role("ops", {"AWS": arn("role/b")}, attached=(ADMIN,)),
            organisation=scp(allow("*"), *denies.get("scp", [])),
        )

    assert found().is_administrator or not found(**{where: [more]}).is_administrator


def test_a_large_account_takes_seconds() -> None:
    """Everybody trusts everybody. bench/reach.py measures; this only sees that nothing has become quadratic."""
    roles = [role(f"r{n}", ROOT, allow("sts:AssumeRole", arn("role/r*")), allow("s3:GetObject")) for n in range(400)]
    users = [user(f"u{n}", allow("iam:CreateAccessKey"), allow("iam:PassRole")) for n in range(400)]
    begun = time.perf_counter()
    found = reach(user("ci", allow(["sts:AssumeRole", "iam:CreateAccessKey"])), *roles, *users)
    assert len(of(found, Rank.PRINCIPAL)) == 800
    assert all(len(way.steps) == 1 for way in of(found, Rank.PRINCIPAL))
    assert time.perf_counter() - begun < 10
