"""CloudTrail: every authenticated call as an event, and its event history.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import json
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import xmltodict

from unleak.model.clock import parse_stamp, stamp
from unleak.standin.authorize import Caller
from unleak.standin.errors import Answer
from unleak.standin.principals import Kind, Principal
from unleak.standin.request import ApiCall

_READS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Select")
_ARE_WRITES = frozenset({"GetSessionToken", "GetFederationToken"})
_LEFT_OUT = frozenset({"secretaccesskey", "password", "newpassword", "oldpassword", "privatekey"})
_REMOVED = {"userdata": "<sensitiveDataRemoved>"}
_GLOBAL = frozenset({"iam", "organizations", "cloudfront", "route53"})
_BUCKET_DATA_EVENTS = frozenset({"DeleteObjects", "HeadBucket", "ListObjectVersions", "ListObjects", "ListObjectsV2"})
_KEPT = timedelta(days=90)
_PAGE = 50
_WRITES_DATES_OUT = frozenset({"iam", "sts"})
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_KEYS = frozenset(
    {"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}
)


class InvalidLookup(Exception):
    """A question that LookupEvents refuses, with AWS's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Stored:
    at: datetime
    visible_at: datetime
    region: str
    account: str
    record: dict[str, Any]


class Trail:
    """`delivery_seconds`: how long after a call its event can be looked up."""

    def __init__(self) -> None:
        self._events: list[_Stored] = []
        self._lock = threading.Lock()
        self.delivery_seconds = 0.0

    def record(self, call: ApiCall, caller: Caller, answer: Answer, request_id: str) -> None:
        if _is_data_event(call):
            return  # they are no part of the event history
        event = _event(call, caller, answer, request_id)
        visible = caller.now + timedelta(seconds=self.delivery_seconds)
        stored = _Stored(caller.now, visible, event["awsRegion"], event["recipientAccountId"], event)
        with self._lock:
            self._events.append(stored)

    def forget(self, account: str) -> None:
        with self._lock:
            self._events = [e for e in self._events if e.account != account]

    def lookup(self, account: str, region: str, question: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """LookupEvents: newest first, at most 50 a page, one attribute, one region, 90 days. Pages go on where the last
        one ended, whatever happened in between. Raises InvalidLookup.
        """
        wanted, size = _wanted(question), _size(question)
        start, end = _span(question, now)
        with self._lock:
            events = list(enumerate(self._events))
        found = [
            (i, e)
            for i, e in reversed(events[: _before(question, len(events))])
            if e.account == account
            and e.region == region
            and e.visible_at <= now
            and start <= e.at <= end
            and all(_attributes(e.record).get(k) == v for k, v in wanted.items())
        ]
        page: dict[str, Any] = {"Events": [_listed(e) for _, e in found[:size]]}
        if len(found) > size:
            page["NextToken"] = _TOKEN + str(found[size - 1][0])
        return page


_TOKEN = "before-"  # noqa: S105  how our page marks begin


def _wanted(question: Mapping[str, Any]) -> dict[str, str]:
    asked = question.get("LookupAttributes") or []
    if len(asked) > 1 or any(a.get("AttributeKey") not in _KEYS for a in asked):
        raise InvalidLookup("InvalidLookupAttributesException", "One attribute, of those that CloudTrail knows")
    return {a["AttributeKey"]: str(a.get("AttributeValue", "")) for a in asked}


def _size(question: Mapping[str, Any]) -> int:
    size = question.get("MaxResults", _PAGE)
    if not isinstance(size, int) or not 1 <= size <= _PAGE:
        raise InvalidLookup("InvalidMaxResultsException", f"MaxResults is a number between 1 and {_PAGE}")
    return size


def _span(question: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Events carry whole seconds: the end is the last moment of its second."""
    start, end = _time(question.get("StartTime")), _time(question.get("EndTime"))
    if start and end and start > end:
        raise InvalidLookup("InvalidTimeRangeException", "StartTime is after EndTime")
    return max(start or now - _KEPT, now - _KEPT), (end or now) + timedelta(seconds=1)


def _before(question: Mapping[str, Any], default: int) -> int:
    token = question.get("NextToken")
    if not token:
        return default
    number = str(token).removeprefix(_TOKEN)
    if number == token or not number.isdecimal():
        raise InvalidLookup("InvalidNextTokenException", "The token is none that an earlier answer gave")
    return int(number)


def _is_data_event(call: ApiCall) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"""
    return call.service == "s3" and ("Key" in call.parameters or call.operation in _BUCKET_DATA_EVENTS)


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    return datetime.fromtimestamp(float(value), UTC) if isinstance(value, int | float) else parse_stamp(str(value))


def _attributes(record: dict[str, Any]) -> dict[str, str]:
    who = record["userIdentity"]
    named = who.get("userName") or re.split("[/:]", str(who.get("arn", "")))[-1]
    found = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "Username": named,
        "EventSource": record["eventSource"],
        "AccessKeyId": who.get("accessKeyId"),
    }
    return {k: v for k, v in found.items() if v}


def _listed(stored: _Stored) -> dict[str, Any]:
    times = {"EventTime": stored.at.timestamp(), "Resources": [], "CloudTrailEvent": json.dumps(stored.record)}
    return {**_attributes(stored.record), **times}


def _event(call: ApiCall, caller: Caller, answer: Answer, request_id: str) -> dict[str, Any]:
    read_only = call.operation.startswith(_READS) and call.operation not in _ARE_WRITES
    event: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(caller.principal),
        "eventTime": stamp(caller.now),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": "us-east-1" if call.service in _GLOBAL else call.region,
        "sourceIPAddress": caller.address,
        "userAgent": caller.agent,
        "requestParameters": without_secrets(_requested(call)) or None,
        "responseElements": None if answer.error or read_only else without_secrets(_response(call, answer)),
        "requestID": request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.principal.account,
        "eventCategory": "Management",
    }
    if answer.error:
        prefix = "Client." if call.service == "ec2" else ""
        event["errorCode"], event["errorMessage"] = prefix + answer.error, answer.message
    return event


def _identity(p: Principal) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": p.kind.value,
        "principalId": p.unique_id,
        "arn": p.arn,
        "accountId": p.account,
        "accessKeyId": p.key_id,
    }
    if p.kind is Kind.USER:
        found["userName"] = p.name
    if p.issued_at is not None:
        found["sessionContext"] = {
            "attributes": {"creationDate": stamp(p.issued_at), "mfaAuthenticated": "false"},
            **({"sessionIssuer": _issuer(p)} if p.kind in {Kind.ROLE, Kind.FEDERATED} else {}),
        }
    return found


def _issuer(p: Principal) -> dict[str, str]:
    return {
        "type": "Role" if p.kind is Kind.ROLE else "IAMUser",
        "principalId": p.source_id,
        "arn": p.source_arn,
        "accountId": p.account,
        "userName": p.name,
    }


def _requested(call: ApiCall) -> dict[str, Any]:
    found: dict[str, Any] = _lower(call.parameters)
    if call.service == "s3" and "bucket" in found:
        found["bucketName"] = found.pop("bucket")
    return found


def _response(call: ApiCall, answer: Answer) -> Any:
    """What the answer says was made, in CloudTrail's spelling."""
    if not answer.body:
        return None
    if answer.body.lstrip().startswith(b"{"):
        return _lower(json.loads(answer.body))
    try:
        tree = next(iter(xmltodict.parse(answer.body, strip_whitespace=True).values())) or {}
    except Exception:  # noqa: BLE001  an answer that is no XML has nothing to tell the trail
        return None
    inner = tree.get(f"{call.operation}Result", tree) or {}
    made = _items(_lower({k: v for k, v in inner.items() if k not in {"@xmlns", "ResponseMetadata"}}))
    return (_written_out(made) if call.service in _WRITES_DATES_OUT else made) or None


def _written_out(tree: Any) -> Any:
    """Times as CloudTrail tells them of IAM and STS: `Nov 30, 2026, 8:43:17 PM`."""
    if isinstance(tree, dict):
        return {k: _written_out(v) for k, v in tree.items()}
    if isinstance(tree, list):
        return [_written_out(v) for v in tree]
    if not isinstance(tree, str) or not _STAMP.fullmatch(tree):
        return tree
    when = parse_stamp(tree)
    return f"{when:%b} {when.day}, {when.year}, {when.hour % 12 or 12}:{when:%M:%S %p}"


def _items(tree: Any) -> Any:
    """EC2's `<item>` lists become CloudTrail's `{"items": […]}`."""
    if isinstance(tree, list):
        return [_items(t) for t in tree]
    if not isinstance(tree, dict):
        return tree
    if set(tree) == {"item"}:
        found = tree["item"]
        return {"items": _items(found if isinstance(found, list) else [found])}
    return {k: _items(v) for k, v in tree.items()}


def _lower(tree: Any) -> Any:
    """CloudTrail spells parameters with a small first letter."""
    if isinstance(tree, Mapping):
        return {k[:1].lower() + k[1:]: _lower(v) for k, v in tree.items()}
    return [_lower(v) for v in tree] if isinstance(tree, list) else tree


def without_secrets(tree: Any) -> Any:
    """CloudTrail leaves secrets out, but for session tokens, which it keeps."""
    if isinstance(tree, dict):
        kept = {k: without_secrets(v) for k, v in tree.items() if k.lower() not in _LEFT_OUT}
        return {k: _REMOVED.get(k.lower(), v) for k, v in kept.items()}
    return [without_secrets(v) for v in tree] if isinstance(tree, list) else tree
