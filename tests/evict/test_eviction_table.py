"""Every fact that the trail can tell of an attacker has a unit that puts it right, or a reason why a person does."""

from collections.abc import Iterator

import pytest

from unleak.investigate.standing import ROWS
from unleak.investigate.standing.row import Own, Row
from unleak.investigate.standing.trace import Deed
from unleak.playbook.eviction import _FOR_GOOD
from unleak.playbook.eviction_by_hand import BY_HAND
from unleak.playbook.eviction_table import UNIT_OF, units_of
from unleak.respond import ACTIONS

Told = tuple[str, str, str]
"""Type, deed and part of a fact."""
_SHARES: tuple[tuple[str, str], ...] = (("shared", "share|X"), ("changed", "share|X|gone"))
_QUEUE = ("SQS::Queue", "SNS::Topic")
# What the readers tell that are no rows.
_BY_READERS: dict[str, tuple[Told, ...]] = {
    "iam:UpdateLoginProfile": (("IAM::LoginProfile", "changed", "password"),),
    "ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress": (
        ("EC2::SecurityGroup", "changed", "ingress|X"), ("EC2::SecurityGroup", "changed", "egress|X"),
    ),
    "ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress": (
        ("EC2::SecurityGroup", "changed", "ingress|X|gone"), ("EC2::SecurityGroup", "changed", "egress|X|gone"),
    ),
    "ec2:ModifySecurityGroupRules": (("EC2::SecurityGroup", "changed", "rule|X"),),
    "ec2:ModifySnapshotAttribute": tuple(("EC2::Snapshot", *s) for s in _SHARES),
    "ec2:ResetSnapshotAttribute": (("EC2::Snapshot", "changed", "share|gone"),),
    "ec2:ModifyImageAttribute": tuple(("EC2::Image", *s) for s in _SHARES),
    "ec2:ResetImageAttribute": (("EC2::Image", "changed", "share|gone"),),
    "lambda:AddPermission": tuple(("Lambda::Function", d, "permission|X") for d in ("changed", "shared")),
    "s3:PutBucketAcl s3:PutObjectAcl": tuple(
        (f"S3::{thing}", deed, "acl") for thing in ("Bucket", "Object") for deed in ("changed", "shared")
    ),
    "ssm:ModifyDocumentPermission": tuple(("SSM::Document", *s) for s in _SHARES),
    "rds:ModifyDBSnapshotAttribute": tuple(("RDS::DBSnapshot", *s) for s in _SHARES),
    "rds:ModifyDBClusterSnapshotAttribute": tuple(("RDS::DBClusterSnapshot", *s) for s in _SHARES),
    "sqs:CreateQueue sqs:DeleteQueue": (("SQS::Queue", "created", ""), ("SQS::Queue", "deleted", "gone")),
    "sqs:SetQueueAttributes sns:SetTopicAttributes": tuple(
        (type_, *told) for type_ in _QUEUE
        for told in (("changed", "policy"), ("shared", "policy"), ("changed", "attribute|X"))
    ),
    "sqs:AddPermission sqs:RemovePermission sns:AddPermission sns:RemovePermission": tuple(
        (type_, *told) for type_ in _QUEUE
        for told in (("changed", "permission|X"), ("shared", "permission|X"), ("changed", "permission|X|gone"))
    ),
}  # fmt: skip


def _of_row(row: Row) -> Iterator[Told]:
    head, place, _ = row.key.partition("{")
    keys = [f"{head}X" if place else head]
    if "[" in head:
        keys = [head.partition("[")[0], head.replace("[", "") + "X"]
    if row.key == "{@operation}":
        keys = [a.split(":")[1] for a in row.actions]
    elif row.key == "{attribute}":  # what ResetInstanceAttribute takes
        keys = ["kernel", "ramdisk", "sourceDestCheck"]
    for key in keys:
        part = "|".join(filter(None, (key, "gone" if row.takes else "state" if row.mark else "")))
        yield row.type, str(row.deed), part
        if row.deed is Deed.CHANGED and (row.document or row.to) and not row.takes:
            yield row.type, "shared", part


def _told() -> Iterator[Told]:
    for row in ROWS:
        if isinstance(row, Row):
            yield from _of_row(row)
        elif row.rows:
            yield from (told for one in row.rows for told in _of_row(one))
        else:
            yield from _BY_READERS[row.action]


def test_every_fact_has_a_unit_or_a_reason() -> None:
    forgotten = [t for t in dict.fromkeys(_told()) if not units_of(*t) and not any(h.fits(*t) for h in BY_HAND)]
    assert forgotten == []


def test_nothing_is_by_hand_that_a_unit_does() -> None:
    both = [t for t in dict.fromkeys(_told()) if units_of(*t) and any(h.fits(*t) for h in BY_HAND)]
    assert both == []


def test_every_line_is_of_a_fact_that_can_be_told() -> None:
    told = list(dict.fromkeys(_told()))
    assert [line for line in UNIT_OF if not any(line.fits(*t) for t in told)] == []
    assert [hand for hand in BY_HAND if not any(hand.fits(*t) for t in told)] == []


def test_every_reader_without_rows_is_known_here() -> None:
    assert {row.action for row in ROWS if isinstance(row, Own) and not row.rows} == set(_BY_READERS)


@pytest.mark.parametrize("unit", sorted({line.unit for line in UNIT_OF}))
def test_every_unit_of_the_table_is_an_action(unit: str) -> None:
    assert unit in ACTIONS


def test_of_several_units_the_stop_comes_before_the_deletion() -> None:
    assert [line.unit for line in units_of("AWS::Lambda::Function", "created", "")] == [
        "disable_function", "delete_function",
    ]  # fmt: skip
    assert [line.unit for line in units_of("AWS::IAM::ManagedPolicy", "changed", "version|v2")] == [
        "restore_policy", "delete_policy_version",
    ]  # fmt: skip


def test_what_was_taken_away_is_another_fact() -> None:
    assert not units_of("AWS::Lambda::Function", "changed", "permission|x|gone")
    assert units_of("AWS::CloudTrail::Trail", "changed", "logging|gone")
    assert not units_of("AWS::CloudTrail::Trail", "changed", "logging")


def test_what_deletes_waits_for_a_person() -> None:
    alone = {line.unit for line in UNIT_OF if not line.unit.startswith(_FOR_GOOD)}
    assert not [unit for unit in alone if ACTIONS[unit].deletes or not ACTIONS[unit].reversible]
