"""Log files of every form that people have, good and bad, and what a shelf makes of them."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st

from unleak.investigate.trail import inflate
from unleak.investigate.trail.shelf import Shelf
from unleak.investigate.trail.table import table_over
from unleak.model.call import Call
from unleak.zstd import zstd

Record = dict[str, Any]
ACCOUNT = "1111" * 3
KEY = "AKIA" + "LEAKEDKEY" + "0001"
OTHER = "AKIA" + "SOMEBODYS" + "0002"
TOKEN = "IQoJb3JpZ2lu" + "X2Vj" + "c2Vzc2lvbg" * 12


def record(number: int = 0, **more: Any) -> Record:
    """As CloudTrail orders its fields; a call of KEY at second `number`."""
    hours, rest = divmod(number, 3600)
    return {
        "eventVersion": "1.08",
        "userIdentity": who(),
        "eventTime": f"2026-11-23T{hours:02d}:{rest // 60:02d}:{rest % 60:02d}Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"r{number}",
        "eventID": f"e{number}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        **more,
    }


def who(key_id: str = KEY, **more: Any) -> Record:
    arn = f"arn:aws:iam::{ACCOUNT}:user/ci"
    return {"type": "IAMUser", "arn": arn, "accountId": ACCOUNT, "accessKeyId": key_id, "userName": "ci", **more}


def compact(thing: object) -> str:
    return json.dumps(thing, separators=(",", ":"))


def delivered(records: Iterable[Record | str]) -> str:
    """As CloudTrail writes a file; texts stand in it as they are."""
    return '{"Records":[' + ",".join(r if isinstance(r, str) else compact(r) for r in records) + "]}"


def _lookup(records: Sequence[Record]) -> str:
    events = [{"EventId": r["eventID"], "EventName": r["eventName"], "CloudTrailEvent": compact(r)} for r in records]
    return json.dumps({"Events": events, "NextToken": "abc", "ResponseMetadata": {"HTTPStatusCode": 200}}, indent=4)


def _subscription(records: Sequence[Record]) -> str:
    greeting = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE"}]}
    events = [{"id": "1", "timestamp": 1, "message": compact(r)} for r in records]
    return compact(greeting) + compact({"messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logEvents": events})


def _halves(records: Sequence[Record], between: str) -> str:
    half = len(records) // 2
    return delivered(records[:half]) + between + delivered(records[half:])


def _members(records: Sequence[Record]) -> bytes:
    return b"".join(gzip.compress(part.encode()) for part in _halves(records, "\0").split("\0"))


def _zst(records: Sequence[Record]) -> bytes:
    frames = _halves(records, "\0").split("\0")
    return b"".join(zstd.compress(part.encode()) for part in frames)


FORMS: Mapping[str, Callable[[Sequence[Record]], str | bytes]] = {
    "delivered": delivered,
    "delivered.gz": lambda rs: gzip.compress(delivered(rs).encode()),
    "members.gz": _members,
    "frames.zst": _zst,
    "concatenated": lambda rs: _halves(rs, ""),
    "concatenated lines": lambda rs: _halves(rs, "\n") + "\n",
    "spaced": lambda rs: json.dumps({"Records": rs}),
    "pretty": lambda rs: json.dumps({"Records": rs}, indent=2),
    "pretty sorted": lambda rs: json.dumps({"Records": rs}, indent=1, sort_keys=True),
    "raw unicode": lambda rs: json.dumps({"Records": rs}, ensure_ascii=False, separators=(",", ":")),
    "array": lambda rs: json.dumps(rs, indent=1),
    "lines": lambda rs: "\n".join(map(compact, rs)),
    "lines crlf": lambda rs: "".join(compact(r) + "\r\n" for r in rs),
    "lines sorted": lambda rs: "".join(json.dumps(r, sort_keys=True) + "\n" for r in rs),
    "every other sorted": lambda rs: delivered(json.dumps(r, sort_keys=i % 2 > 0) for i, r in enumerate(rs)),
    "nothing between": lambda rs: "".join(map(compact, rs)),
    "byte order mark": lambda rs: "\ufeff" + delivered(rs),
    "with more": lambda rs: delivered(rs)[:-1] + ', "count": 5, "more": {"a": 1}}',
    "LookupEvents": _lookup,
    "EventBridge": lambda rs: "\n".join(compact({"version": "0", "detail-type": "x", "detail": r}) for r in rs),
    "CloudWatch Logs": _subscription,
    "filter-log-events": lambda rs: json.dumps({"events": [{"message": compact(r)} for r in rs], "searched": []}),
    "Splunk": lambda rs: "\n".join(compact({"_time": "x", "_raw": compact(r)}) for r in rs),
}


def written(folder: Path, form: str, records: Sequence[Record]) -> Path:
    path = folder / f"{form}.json"
    content = FORMS[form](records)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@contextmanager
def small_pieces(size: int) -> Iterator[None]:
    """Everything is read in pieces of so many bytes."""
    with (
        patch.object(inflate, "PIECE", size),
        patch.object(inflate, "_READ", max(1, size // 3)),
        patch.object(inflate, "_ZSTD_READ", max(1, size // 3)),
    ):
        yield


def read(folder: Path, *logs: Path) -> tuple[list[Call], Shelf]:
    """All calls, oldest first, as the index knows them."""
    shelf = Shelf(folder / "shelf")
    shelf.update(logs)
    with table_over(folder, shelf.paths) as table:
        return table.calls("true"), shelf


_PARTS_OF_TEXT = [
    '},{"eventVersion"',
    ']}{"Records":[',
    '"',
    "\\",
    "\n",
    "'",
    "]}",
    "é",
    "\U0001f511",
    "\0",
    KEY,
    "{",
    "é\u2028",
]
TEXTS = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(_PARTS_OF_TEXT), max_size=4).map("".join))
_NUMBERS = st.one_of(st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False))
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(TEXTS, st.sampled_from(["eventVersion", "eventID", "Records"])), inner, max_size=3),
    ),
    max_leaves=8,
)
_OBJECTS = st.one_of(st.none(), st.dictionaries(TEXTS, _VALUES, max_size=3))
_MAYBE = st.one_of(st.none(), TEXTS)
_CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        "sessionIssuer": st.fixed_dictionaries({}, optional={"arn": TEXTS, "type": TEXTS, "userName": TEXTS}),
        "attributes": st.fixed_dictionaries(
            {}, optional={"creationDate": st.sampled_from(["2026-11-23T01:02:03Z", "x"]), "mfaAuthenticated": TEXTS}
        ),
        "webIdFederationData": _OBJECTS,
        "sourceIdentity": TEXTS,
    },
)
_WHO = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["IAMUser", "AWSService"])},
        optional={
            "accessKeyId": st.sampled_from([KEY, OTHER, ""]), "arn": TEXTS, "principalId": TEXTS, "accountId": TEXTS,
            "invokedBy": TEXTS, "userName": TEXTS, "sessionContext": _CONTEXT, "inScopeOf": _OBJECTS,
        },
    ),
)  # fmt: skip
_MORE = st.fixed_dictionaries(
    {},
    optional={
        "userIdentity": _WHO, "requestParameters": _OBJECTS, "responseElements": _OBJECTS, "eventVersion": TEXTS,
        "additionalEventData": _OBJECTS, "userAgent": _MAYBE, "sourceIPAddress": _MAYBE, "errorCode": _MAYBE,
        "errorMessage": _MAYBE, "readOnly": st.booleans(), "awsRegion": _MAYBE, "resources": st.lists(_OBJECTS),
        "sharedEventID": _MAYBE, "tlsDetails": _OBJECTS, "eventName": st.sampled_from(["AssumeRole", "ConsoleLogin"]),
        "sessionCredentialFromConsole": st.sampled_from(["true", None]), "eventType": _MAYBE,
    },
)  # fmt: skip


@st.composite
def many_records(draw: st.DrawFn, least: int = 0) -> list[Record]:
    """Whatever CloudTrail may write, each event once, now and then with its keys in another order."""
    found = [record(i, **more) for i, more in enumerate(draw(st.lists(_MORE, min_size=least, max_size=6)))]
    if draw(st.integers(0, 3)) == 0:
        found = [dict(reversed(r.items())) if draw(st.booleans()) else r for r in found]
    return found
