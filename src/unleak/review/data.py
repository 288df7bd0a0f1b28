"""What the attacker's calls did to data, thing by thing. Pure: nothing is asked of AWS.

What the calls do not name is not made up: a trail without data events tells nothing of objects and items.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from unleak.model.call import Call
from unleak.model.data import Deed, Thing, Touch
from unleak.review.touches import ROWS, Row

_BY_ACTION: dict[str, tuple[Row, ...]] = {}
for _row in ROWS:
    for _action in _row.actions.split():
        _BY_ACTION[_action] = (*_BY_ACTION.get(_action, ()), _row)
_SUFFIX = re.compile(r"(:secret:.*)-[A-Za-z0-9]{6}$")
UNNAMED = "s3:DeleteObjects"
"""CloudTrail did not name what it deletes before 2025, and names it in events of its own since."""
_OBJECT = "AWS::S3::Object"
_EVERY = "/*"
_DATA_EVENTS = {
    "S3 objects": ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:CopyObject", "s3:CompleteMultipartUpload",
                   "s3:HeadObject", "s3:ListObjects", "s3:ListObjectsV2", "s3:UploadPart", UNNAMED),
    "DynamoDB items": ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem",
                       "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchGetItem",
                       "dynamodb:BatchWriteItem"),
    "SQS messages": ("sqs:ReceiveMessage", "sqs:SendMessage", "sqs:SendMessageBatch", "sqs:DeleteMessage"),
}  # fmt: skip


def things(calls: Iterable[Call]) -> list[Thing]:
    """What was changed first, each in the order of time. Calls that were refused did nothing."""
    first: dict[str, Thing] = {}
    touches: dict[str, list[Touch]] = defaultdict(list)
    for call in sorted((c for c in calls if c.accepted), key=lambda c: c.at):
        for arn, type_, touch in _touches(call):
            key = _SUFFIX.sub(r"\1", arn) if ":secret:" in arn else arn
            touches[key].append(touch)
            known = first.get(key)
            if known is None or len(arn) > len(known.arn):
                first[key] = Thing(arn, type_, call.account, call.region, ())
    found = [replace(first[key], touches=tuple(of_it)) for key, of_it in touches.items()]
    return sorted(found, key=lambda t: not t.is_changed)


def _touches(call: Call) -> Iterator[tuple[str, str, Touch]]:
    for row in _BY_ACTION.get(call.action, ()):
        for arn, version in row.things(call):
            for_good = _text(call, "versionId") if row.deed is Deed.DELETED and row.type == _OBJECT else ""
            deed = Deed.DESTROYED if for_good else row.deed
            yield arn, row.type, Touch(deed, call.at, call.key_id, call.event_id, call.action, for_good or version)
    source = _text(call, "x-amz-copy-source")
    if call.action == "s3:CopyObject" and "/" in source:
        arn = f"arn:{call.partition}:s3:::{source.lstrip('/').split('?')[0]}"
        yield arn, _OBJECT, Touch(Deed.READ, call.at, call.key_id, call.event_id, call.action)
    if call.action == UNNAMED and (bucket := _text(call, "bucketName")):
        touch = Touch(Deed.DELETED, call.at, call.key_id, call.event_id, call.action)
        yield f"arn:{call.partition}:s3:::{bucket}{_EVERY}", _OBJECT, touch


def _text(call: Call, name: str) -> str:
    value = call.request.get(name)
    return value if isinstance(value, str) else ""


def is_unnamed(thing: Thing) -> bool:
    """Objects of a bucket were deleted, and the trail does not say which."""
    return thing.type == _OBJECT and thing.arn.endswith(_EVERY) and thing.touches[0].action == UNNAMED


def unseen(calls: Iterable[Call]) -> tuple[str, ...]:
    """What a trail tells only where data events are recorded, and this one shows nothing of."""
    seen = {c.action for c in calls}
    return tuple(
        f"{what}: none of these calls was on one. Unless the trail records data events, it never tells"
        for what, actions in _DATA_EVENTS.items()
        if seen.isdisjoint(actions)
    )
