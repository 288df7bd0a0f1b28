"""Accounts of an organisation at once, and what a policy of the organisation keeps from being seen."""

import json
from pathlib import Path

import pytest

from conftest import next_account
from unleak.aws.accounts import Accounts
from unleak.config import Config, OrganizationAccess
from unleak.engine.permissions import review_policies
from unleak.model.credential import Credentials, SecretKey
from unleak.model.review import Review
from unleak.report.review import to_json, to_text
from unleak.review import CHECKS
from unleak.review.run import Wish, review
from unleak.standin.server import Standin
from unleak.standin.worlds import make_world

ROLE, SECRET = "unleak-review", "s" * 40
NO_MACHINES = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": "ec2:DescribeInstances", "Resource": "*"},
]}  # fmt: skip


@pytest.fixture
def looked(standin: Standin, tmp_path: Path) -> Review:
    """The management account and two members, one of which has no role for us; the identity is the management's."""
    management, member, closed = next_account(), next_account(), next_account()
    key_id = (
        "AKIA" + management[-4:].replace("0", "A").replace("1", "B").replace("9", "C").replace("8", "D") + "REVIEW" * 2
    )
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{management}:root"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = {"trust": document, "policies": {f"review-{n}": p for n, p in enumerate(review_policies())}}
    who = {"managed": ["arn:aws:iam::aws:policy/AdministratorAccess"], "keys": [{"id": key_id, "secret": SECRET}]}
    world = {
        "accounts": {
            management: {"users": {"security": who}, "instances": [{}]},
            member: {"roles": {ROLE: role}, "instances": [{}], "users": {"ci": {}}},
            closed: {},
        },
        "organization": {"management": management, "members": [member, closed], "scps": {"blind": NO_MACHINES}},
    }
    made = make_world(standin.gate, standin.url, world)
    assert set(made.roots) == {management, member, closed}
    config = Config(
        home=tmp_path / "home", regions=("us-east-1",), organization=OrganizationAccess(ROLE, management=management)
    )
    aws = Accounts(config, endpoint=standin.url, identity=Credentials(key_id, SecretKey(SECRET)))
    checks = tuple(c for c in CHECKS if c.id in {"ec2_instances", "iam_users"})
    return review(Wish((management, member, closed), checks), aws, standin.gate.clock.now())


def test_all_accounts_are_looked_at_and_each_gap_has_its_reason(looked: Review) -> None:
    management, member, closed = looked.accounts
    seen = {(j.thing.account, j.thing.type) for j in looked.judged}
    assert seen >= {(management, "AWS::EC2::Instance"), (member, "AWS::IAM::User")}
    why = {(u.account, u.check): u.why for u in looked.unseen}
    assert why == {
        (member, "ec2_instances"): "a service control policy denies ec2:DescribeInstances",
        (closed, "account"): "sts:AssumeRole is not permitted",
    }
    text = to_text(looked)
    assert f"a service control policy denies: ec2:DescribeInstances; ec2_instances in us-east-1 of {member}" in text
    assert f"is not permitted: sts:AssumeRole; account in global of {closed}" in text
    assert json.loads(to_json(looked))["accounts"] == list(looked.accounts)
