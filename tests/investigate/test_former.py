"""What stood before is the call that had last written the very same thing."""

from pathlib import Path
from typing import Any

import pytest
from trail_world import ACCOUNT, read, record, written

from unleak.investigate import standing as stands
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
