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
        (found,) = with_former(table, [one])
    assert found.former == CASES[case][0][1]
