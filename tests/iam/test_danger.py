from typing import Any

import pytest

from unleak.iam.danger import DANGERS, dangers_of, is_admin
from unleak.iam.evaluate import Policies
from unleak.iam.policy import Policy, parse_policy

CONTEXT = {"aws:username": "bob", "aws:principalarn": "arn:aws:iam::123456789012:user/bob"}
SECRETS = "arn:aws:s3:::secrets/*"


def allow(action: str | list[str] = "*", resource: str | list[str] = "*", **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str] = "*", resource: str | list[str] = "*", **more: object) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> tuple[Policy, ...]:
    return (parse_policy({"Version": "2012-10-17", "Statement": statements}),)


def bound(granted: dict[str, Any], *limit: dict[str, Any]) -> Policies:
    return Policies(identity=policy(granted), limits=(policy(*limit),))


def only(*statements: dict[str, Any]) -> Policies:
    return Policies(identity=policy(*statements))


GET = {"s3:GetObject"}
OBJECTS = {"s3:GetObject", "s3:DeleteObject"}
MINE = "arn:aws:iam::*:user/${aws:username}"

CASES: list[tuple[str, Policies, set[str]]] = [
    ("nothing", Policies(), set()),
    ("everything", only(allow()), set(DANGERS)),
    ("an action on everything", only(allow("s3:GetObject")), GET),
    ("harmless actions", only(allow(["s3:ListBucket", "iam:Get*"])), set()),
    ("one resource", only(allow("s3:GetObject", "arn:aws:s3:::a/x")), GET),
    ("some resources", only(allow("s3:*Object", "arn:aws:s3:::a?/*")), OBJECTS),
    ("its own keys", only(allow("iam:*AccessKey", MINE)), {"iam:CreateAccessKey"}),
    ("a variable without value", only(allow("iam:*AccessKey", "arn:aws:iam::*:user/${aws:PrincipalTag/x}")), set()),
    ("everything but", only({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": SECRETS}), GET),
    ("all actions but", only({"Effect": "Allow", "NotAction": sorted(set(DANGERS) - GET), "Resource": "*"}), GET),
    # denies
    ("denied everywhere", only(allow("s3:GetObject"), deny()), set()),
    (
        "denied where it is allowed",
        only(allow("s3:*Object", SECRETS), deny("s3:GetObject", SECRETS)),
        {"s3:DeleteObject"},
    ),
    ("denied on all of the service", only(allow("s3:*Object"), deny("s3:Get*", "arn:aws:s3:::*")), {"s3:DeleteObject"}),
    ("denied on something else", only(allow("s3:GetObject", "arn:aws:s3:::a/*"), deny("*", SECRETS)), GET),
    ("denied on a part", only(allow("s3:GetObject"), deny("s3:*", SECRETS)), GET),
    (
        "denied but on one",
        only(allow("s3:GetObject", ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"]), deny("*", "*a/x")),
        GET,
    ),
    (
        "denied all but",
        only(allow("s3:GetObject", SECRETS), {"Effect": "Deny", "Action": "*", "NotResource": SECRETS}),
        GET,
    ),
    # limits
    ("a limit that allows nothing", bound(allow(), allow("ec2:Describe*")), set()),
    ("a limit on actions", bound(allow(), allow("s3:Get*")), GET),
    ("a limit on resources", bound(allow("s3:GetObject"), allow("*", SECRETS)), GET),
    ("a limit on other resources", bound(allow("s3:GetObject", "arn:aws:s3:::a/*"), allow("*", SECRETS)), set()),
    ("a limit that denies", bound(allow("s3:*Object"), allow(), deny("s3:Delete*")), GET),
    # conditions
    ("a condition that holds", only(allow("s3:GetObject", Condition={"StringLike": {"aws:username": "b*"}})), GET),
    ("one that does not", only(allow("s3:GetObject", Condition={"StringLike": {"aws:username": "a*"}})), set()),
    (
        "a deny that does not apply",
        only(allow("s3:GetObject"), deny(Condition={"Null": {"aws:username": "true"}})),
        GET,
    ),
    ("a deny without MFA", only(allow("s3:*"), deny(Condition={"BoolIfExists": {"aws:mfa": "false"}})), set()),
]


@pytest.mark.parametrize(("what", "policies", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_danger_is_what_is_allowed_on_some_resource(what: str, policies: Policies, expected: set[str]) -> None:
    assert {action for action, _ in dangers_of(policies, CONTEXT)} == expected, what


def test_dangers_come_with_their_reason_in_the_order_of_the_list() -> None:
    assert list(dangers_of(only(allow()), CONTEXT)) == list(DANGERS.items())


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (only(allow()), True),
        (only({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), True),
        (only(allow(sorted(DANGERS))), False),
        (only(allow("*", SECRETS)), False),
        (only(allow(), deny()), False),
        (bound(allow(), allow("s3:*")), False),
        (Policies(), False),
    ],
)
def test_who_may_do_anything_at_all_is_admin(policies: Policies, *, expected: bool) -> None:
    assert is_admin(policies, CONTEXT) is expected
