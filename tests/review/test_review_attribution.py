"""What is the incident's, what came since, what is older: a table."""

from datetime import UTC, datetime, timedelta

import pytest
from review_world import fact

from unleak.model.review import Age, Thing
from unleak.review.attribution import judge

LEAK = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BEFORE, AFTER = LEAK - timedelta(days=30), LEAK + timedelta(hours=2)
ACCOUNT = "111122223333"
KEY, OTHER = "AKIA" + "BACKDOOR" + "22222222", "AKIA" + "RIGHTFUL" + "22222222"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/bob"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/ops"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/own"
MACHINE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:prod/db"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker"


def _thing(arn: str, kind: str, created: datetime | None = BEFORE, name: str = "") -> Thing:
    return Thing(ACCOUNT, "eu-west-1", arn, kind, name or arn.rsplit("/", 1)[-1], created)


@pytest.mark.parametrize(
    ("thing", "facts", "age", "deed"),
    [
        (_thing(USER, "AWS::IAM::User", AFTER), [], Age.SINCE_LEAK, ""),
        (_thing(USER, "AWS::IAM::User", LEAK), [], Age.SINCE_LEAK, ""),
        (_thing(USER, "AWS::IAM::User", BEFORE), [], Age.OLDER, ""),
        (_thing(USER, "AWS::IAM::User", None), [], Age.UNDATED, ""),
        (_thing(USER, "AWS::IAM::User"), [fact(USER, "AWS::IAM::User")], Age.BY_INCIDENT, "created"),
        (  # a call leaves the path out
            _thing(USER, "AWS::IAM::User"),
            [fact(f"arn:aws:iam::{ACCOUNT}:user/bob", "AWS::IAM::User", "changed")],
            Age.BY_INCIDENT,
            "changed",
        ),
        (
            _thing(ROLE, "AWS::IAM::Role"),
            [fact(f"arn:aws:iam::{ACCOUNT}:role/ops", "AWS::IAM::Role", "shared")],
            Age.BY_INCIDENT,
            "shared",
        ),
        (  # a user and a role of one name are two
            _thing(ROLE, "AWS::IAM::Role"),
            [fact(f"arn:aws:iam::{ACCOUNT}:user/ops", "AWS::IAM::User")],
            Age.OLDER,
            "",
        ),
        (  # a key that was made for the user does not make the user the attacker's
            _thing(USER, "AWS::IAM::User"),
            [fact(USER, "AWS::IAM::AccessKey", detail=f"access key {KEY}")],
            Age.OLDER,
            "",
        ),
        (
            _thing(USER, "AWS::IAM::AccessKey", AFTER, KEY),
            [fact(USER, "AWS::IAM::AccessKey", detail=f"key {KEY}, inactive")],
            Age.BY_INCIDENT,
            "created",
        ),
        (
            _thing(USER, "AWS::IAM::AccessKey", BEFORE, OTHER),
            [fact(USER, "AWS::IAM::AccessKey", detail=f"access key {KEY}")],
            Age.OLDER,
            "",
        ),
        (
            _thing(USER, "AWS::IAM::LoginProfile", AFTER, "bob"),
            [fact(USER, "AWS::IAM::LoginProfile", detail="password for the console")],
            Age.BY_INCIDENT,
            "created",
        ),
        (
            _thing(POLICY, "AWS::IAM::PolicyVersion", AFTER, "own v3"),
            [fact(POLICY, "AWS::IAM::ManagedPolicy", "changed", "version v2 (default: true)")],
            Age.SINCE_LEAK,
            "",
        ),
        (
            _thing(POLICY, "AWS::IAM::PolicyVersion", AFTER, "own v2"),
            [fact(POLICY, "AWS::IAM::ManagedPolicy", "changed", "version v2 (default: true)")],
            Age.BY_INCIDENT,
            "changed",
        ),
        (  # an id inside of another ARN
            _thing(MACHINE, "AWS::EC2::Instance", AFTER),
            [fact(f"arn:aws:ec2:eu-west-1::{'instance/i-0123456789abcdef0'}", "AWS::EC2::Instance", "started")],
            Age.BY_INCIDENT,
            "started",
        ),
        (  # Secrets Manager adds letters of its own
            _thing(f"{SECRET}-AbCdEf", "AWS::SecretsManager::Secret"),
            [fact(SECRET, "AWS::SecretsManager::Secret", "changed")],
            Age.BY_INCIDENT,
            "changed",
        ),
        (
            _thing(FUNCTION, "AWS::Lambda::Function"),
            [fact(f"{FUNCTION}:3", "AWS::Lambda::Function", "changed")],
            Age.BY_INCIDENT,
            "changed",
        ),
        (  # of several deeds the gravest is told
            _thing(ROLE, "AWS::IAM::Role"),
            [fact(ROLE, "AWS::IAM::Role", "changed"), fact(ROLE, "AWS::IAM::Role", "created")],
            Age.BY_INCIDENT,
            "created",
        ),
        (_thing(ROLE, "AWS::IAM::Role"), [fact(ROLE, "AWS::IAM::Role", "deleted")], Age.OLDER, ""),
        (  # the account's alias is not root's
            _thing(f"arn:aws:iam::{ACCOUNT}:root", "AWS::IAM::RootUser", None),
            [fact(f"arn:aws:iam::{ACCOUNT}:root", "AWS::IAM::AccountAlias", "changed", "alias x")],
            Age.UNDATED,
            "",
        ),
        (_thing("", "AWS::EC2::Instance", AFTER, "x"), [fact("", "AWS::EC2::Instance")], Age.SINCE_LEAK, ""),
    ],
)
def test_a_thing_has_its_age(thing: Thing, facts: list[object], age: Age, deed: str) -> None:
    ((judged,), _) = judge([thing], facts, LEAK)  # type: ignore[arg-type]
    assert (judged.age, judged.deed) == (age, deed)
    assert bool(judged.event_id) is bool(judged.by) is (age is Age.BY_INCIDENT)


def test_nothing_is_since_a_leak_of_which_nobody_knows_the_time() -> None:
    ((judged,), _) = judge([_thing(USER, "AWS::IAM::User", AFTER)], [], None)
    assert judged.age is Age.OLDER


def test_what_was_not_met_is_told_and_so_is_what_was_taken_away() -> None:
    met, unmet = fact(ROLE, "AWS::IAM::Role"), fact(MACHINE, "AWS::EC2::Instance")
    gone = fact(USER, "AWS::IAM::User", "deleted")
    assert judge([_thing(ROLE, "AWS::IAM::Role")], [met, unmet, gone], LEAK)[1] == (unmet, gone)
