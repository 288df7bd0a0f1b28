"""What stood before is the call that had last written the very same thing."""

from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from trail_world import ACCOUNT, read, record, written

from unleak.investigate import standing as stands
from unleak.investigate.answer import told
from unleak.investigate.former import with_former
from unleak.investigate.trail.table import table_over
from unleak.model.investigation import Remaining

_TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"
_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234"
_QUEUE = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/orders"
CASES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "a trail that was deleted": (
        ("cloudtrail:CreateTrail", {"name": "main", "s3BucketName": "logs"}),
        ("cloudtrail:DeleteTrail", {"name": _TRAIL}),
    ),
    "the policy of a key": (
        ("kms:PutKeyPolicy", {"keyId": _KEY, "policy": "{}"}),
        ("kms:PutKeyPolicy", {"keyId": "1234", "policy": '{"Statement": []}'}),
    ),
    "the policy of a queue": (
        ("sqs:SetQueueAttributes", {"queueUrl": _QUEUE, "attributes": {"Policy": "{}"}}),
        ("sqs:SetQueueAttributes", {"queueUrl": _QUEUE, "attributes": {"Policy": '{"Statement": []}'}}),
    ),
}

_MADE = ("cloudtrail:CreateTrail", {"name": "main", "s3BucketName": "logs", "isMultiRegionTrail": False})
_WIDENED = ("cloudtrail:UpdateTrail", {"name": _TRAIL, "isMultiRegionTrail": True})
_SELECTED = ("cloudtrail:PutEventSelectors", {"trailName": "main", "eventSelectors": [{"readWriteType": "All"}]})
_ADVANCED = ("cloudtrail:PutEventSelectors", {"trailName": "main", "advancedEventSelectors": [{"name": "a"}]})
_INSIGHTS = ("cloudtrail:PutInsightSelectors", {"trailName": "main", "insightSelectors": []})
_DELETED_TRAIL = ("cloudtrail:DeleteTrail", {"name": "main"})
_AS_MADE = {"s3BucketName": "logs", "isMultiRegionTrail": False}
_NAMES = ("name", "trailName")
TOGETHER: dict[str, tuple[tuple[tuple[str, dict[str, Any]], ...], dict[str, Any] | None]] = {
    "made, widened and told what to record": (
        (_MADE, _SELECTED, _WIDENED, _ADVANCED, _INSIGHTS, _DELETED_TRAIL),
        {
            "s3BucketName": "logs",
            "isMultiRegionTrail": True,
            "advancedEventSelectors": [{"name": "a"}],
            "insightSelectors": [],
        },
    ),
    "made anew": ((_MADE, _WIDENED, _DELETED_TRAIL, _MADE, _DELETED_TRAIL), _AS_MADE),
    "widened, and narrowed by the attacker": (
        (_MADE, _WIDENED, ("cloudtrail:UpdateTrail", {"name": "main", "isMultiRegionTrail": False})),
        {"s3BucketName": "logs", "isMultiRegionTrail": True},
    ),
    "as it was made": ((_MADE, ("cloudtrail:UpdateTrail", {"name": "main", "isMultiRegionTrail": True})), _AS_MADE),
    "of which nothing is known": ((_DELETED_TRAIL,), None),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_what_a_trail_was_is_all_that_was_written_of_it(case: str, tmp_path: Path) -> None:
    written_, expected = TOGETHER[case]
    calls, shelf = read(tmp_path, written(tmp_path, "delivered", [
        record(n * 60, eventSource="cloudtrail.amazonaws.com", eventName=action.split(":")[1], readOnly=False,
               requestParameters=asked) for n, (action, asked) in enumerate(written_)
    ]))  # fmt: skip
    last = max(calls, key=lambda c: c.at)
    remaining = [told(s) for s in stands.standing([last], [])]
    with table_over(tmp_path, shelf.paths) as table:
        (found,) = with_former(table, remaining, {last.event_id})
    told_of = None if found.former is None else {k: v for k, v in found.former.items() if k not in _NAMES}
    assert told_of == expected


@pytest.mark.parametrize("case", CASES)
def test_the_call_before_is_found(case: str, tmp_path: Path) -> None:
    made, taken = ({"eventSource": f"{action.split(':')[0]}.amazonaws.com", "eventName": action.split(":")[1],
                    "readOnly": False, "requestParameters": asked} for action, asked in CASES[case])  # fmt: skip
    calls, shelf = read(tmp_path, written(tmp_path, "delivered", [record(0, **made), record(60, **taken)]))
    last = max(calls, key=lambda c: c.at)
    fact = next(s for s in stands.standing([last], []))
    one = Remaining(fact.arn, fact.type, fact.deed, "", "", fact.at, fact.event_id, "stands", action=fact.action,
                    part=fact.part)  # fmt: skip
    with table_over(tmp_path, shelf.paths) as table:
        (found,) = with_former(table, [one], {last.event_id})
    assert found.former == CASES[case][0][1]


def test_who_writes_twice_does_not_have_their_first_version_put_back(tmp_path: Path) -> None:
    put = {"eventSource": "kms.amazonaws.com", "eventName": "PutKeyPolicy", "readOnly": False}
    asked = [{"keyId": _KEY, "policy": text} for text in ("ours", "{}", "[]")]
    records = [record(n * 60, **put, requestParameters=one) for n, one in enumerate(asked)]
    calls, shelf = read(tmp_path, written(tmp_path, "delivered", records))
    _, *theirs = sorted(calls, key=lambda c: c.at)
    standing = [s for s in stands.standing(theirs, []) if s.state == "stands"]
    fact = standing[-1]
    one = Remaining(fact.arn, fact.type, fact.deed, "", "", fact.at, fact.event_id, "stands", action=fact.action,
                    part=fact.part)  # fmt: skip
    with table_over(tmp_path, shelf.paths) as table:
        (found,) = with_former(table, [one], {c.event_id for c in theirs})
    assert found.former is not None
    assert found.former["policy"] == "ours"


def test_the_image_that_bore_a_tag_before(tmp_path: Path) -> None:
    put = {"eventSource": "ecr.amazonaws.com", "eventName": "PutImage", "readOnly": False}
    tags = [("live", "a"), ("live", "b"), ("v2", "c"), ("live", "d"), ("live", "e")]
    records = [
        record(
            n * 60, **put, requestParameters={"repositoryName": "app", "imageTag": tag, "imageManifest": "{}"},
            responseElements={"image": {"imageId": {"imageTag": tag, "imageDigest": f"sha256:{digest}"}}},
        )
        for n, (tag, digest) in enumerate(tags)
    ]  # fmt: skip
    calls, shelf = read(tmp_path, written(tmp_path, "delivered", records))
    theirs = sorted(calls, key=lambda c: c.at)[3:]
    fact = next(s for s in stands.standing(theirs, []) if s.part == "image|live")
    one = Remaining(fact.arn, fact.type, fact.deed, "", "", fact.at, fact.event_id, "stands", action=fact.action,
                    part=fact.part)  # fmt: skip
    with table_over(tmp_path, shelf.paths) as table:
        (found,) = with_former(table, [one], {c.event_id for c in theirs})
    assert found.former == {"imageDigest": "sha256:b"}


_BUCKET = "logs"
_OURS = '{"Statement": []}'
_ROLE = {"roleName": "ci", "policyName": "deploy"}
_ATTACHED = {"userName": "alice", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
_SHARED = {"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": "999988887777"}]}}}
_PUT, _DELETED = ("iam:PutRolePolicy", {**_ROLE, "policyDocument": "{}"}), ("iam:DeleteRolePolicy", _ROLE)
TAKEN_AGAIN: dict[str, tuple[list[tuple[str, dict[str, Any]]], list[tuple[str, dict[str, Any]]], list[Any]]] = {
    "a trail that is started and stopped": (
        [],
        [("cloudtrail:StartLogging", {"name": _TRAIL}), ("cloudtrail:StopLogging", {"name": _TRAIL})],
        [("logging|gone", None)],
    ),
    "an inline policy that is written over and deleted": (
        [("iam:PutRolePolicy", {**_ROLE, "policyDocument": _OURS})],
        [_PUT, _DELETED],
        [("inline|deploy|gone", {**_ROLE, "policyDocument": _OURS})],
    ),
    "one that nobody knows from before": ([], [_PUT, _DELETED], [("inline|deploy|gone", None)]),
    "one of a role that is in the trail from its birth": (
        [("iam:CreateRole", {"roleName": "ci"})], [_PUT, _DELETED], [],
    ),
    "a bucket's policy that is written over and deleted": (
        [("s3:PutBucketPolicy", {"bucketName": _BUCKET, "bucketPolicy": {"Statement": []}})],
        [("s3:PutBucketPolicy", {"bucketName": _BUCKET, "bucketPolicy": {}}),
         ("s3:DeleteBucketPolicy", {"bucketName": _BUCKET})],
        [("policy|gone", {"bucketPolicy": {"Statement": []}})],
    ),
    "a policy that was attached, and is attached again and detached": (
        [("iam:AttachUserPolicy", _ATTACHED)],
        [("iam:AttachUserPolicy", _ATTACHED), ("iam:DetachUserPolicy", _ATTACHED)],
        [(f"policy|{_ATTACHED['policyArn']}|gone", _ATTACHED)],
    ),
    "one that nobody has seen attached before": (
        [], [("iam:AttachUserPolicy", _ATTACHED), ("iam:DetachUserPolicy", _ATTACHED)], [],
    ),
    "a policy of a role that is written otherwise": (
        [("iam:PutRolePolicy", {**_ROLE, "roleName": "CI", "policyDocument": _OURS})],
        [_PUT, _DELETED],
        [("inline|deploy|gone", {**_ROLE, "roleName": "CI", "policyDocument": _OURS})],
    ),
    "a snapshot that is reset, and was shared": (
        [("ec2:ModifySnapshotAttribute", _SHARED)],
        [("ec2:ResetSnapshotAttribute", {"snapshotId": "snap-1"})],
        [("share|gone", ANY)],
    ),
    "a user that is made and deleted": (
        [], [("iam:CreateUser", {"userName": "bob"}), ("iam:DeleteUser", {"userName": "bob"})], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN_AGAIN)
def test_who_writes_and_takes_it_away_again_has_taken_what_stood_before(case: str, tmp_path: Path) -> None:
    ours, theirs, expected = TAKEN_AGAIN[case]
    records = [
        record(n * 60, eventSource=f"{action.split(':')[0]}.amazonaws.com", eventName=action.split(":")[1],
               readOnly=False, requestParameters=asked)
        for n, (action, asked) in enumerate([*ours, *theirs])
    ]  # fmt: skip
    calls, shelf = read(tmp_path, written(tmp_path, "delivered", records))
    attacker = sorted(calls, key=lambda c: c.at)[len(ours) :]
    remaining = [told(s) for s in stands.standing(attacker, [])]
    with table_over(tmp_path, shelf.paths) as table:
        found = with_former(table, remaining, {c.event_id for c in attacker})
    assert [(r.part, r.former) for r in found if r.state == "stands"] == expected
    assert all(r.former for r in found if r.part == "share|gone")
