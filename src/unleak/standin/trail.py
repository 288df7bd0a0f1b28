"""CloudTrail: every authenticated call as an event, and its event history.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import itertools
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from unleak.model.clock import parse_stamp
from unleak.standin.authorize import Caller
from unleak.standin.errors import Answer
from unleak.standin.event import event_of, is_data_event, resources_in, seen_by_the_role
from unleak.standin.request import ApiCall

_KEPT = timedelta(days=90)
_PAGE = 50
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
    """`delivery_seconds`: how long after a call its event can be looked up, and is delivered to a bucket.
    `lookups_a_second`: how many LookupEvents an account may ask of a region; 0 for any number.
    """

    def __init__(self) -> None:
        self._events: list[_Stored] = []
        self._lock = threading.Lock()
        self.delivery_seconds = 0.0
        self.lookups_a_second = 0
        self._asked: dict[tuple[str, str], list[float]] = {}

    def record(self, call: ApiCall, caller: Caller, answer: Answer, request_id: str, host: str = "") -> None:
        if is_data_event(call):
            return  # they are no part of the event history
        event = event_of(call, caller, answer, request_id, host)
        self.add(caller.now, event)
        if (other := seen_by_the_role(event)) is not None:
            self.add(caller.now, other)

    def add(self, at: datetime, event: dict[str, Any]) -> None:
        """An event as CloudTrail writes it, of any time."""
        visible = at + timedelta(seconds=self.delivery_seconds)
        stored = _Stored(at, visible, event["awsRegion"], event["recipientAccountId"], event)
        with self._lock:
            self._events.append(stored)

    def length(self) -> int:
        return len(self._events)

    def since(self, number: int, now: datetime) -> tuple[int, list[dict[str, Any]]]:
        """Events that can be delivered by now, from the `number`-th on; and the number to go on with."""
        with self._lock:
            events = self._events[number:]
        ready = list(itertools.takewhile(lambda e: e.visible_at <= now, events))
        return number + len(ready), [e.record for e in ready if e.account]

    def forget(self, account: str) -> None:
        """The places of its events stay: deliveries and pages of other accounts go on by number."""
        with self._lock:
            self._events = [replace(e, account="", record={}) if e.account == account else e for e in self._events]

    def lookup(self, account: str, region: str, question: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """LookupEvents: newest first, at most 50 a page, one attribute, one region, 90 days. Pages go on where the last
        one ended, whatever happened in between. Raises InvalidLookup.
        """
        self._throttle(account, region)
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
            and all(v in _values(e.record, k) for k, v in wanted.items())
        ]
        page: dict[str, Any] = {"Events": [_listed(e) for _, e in found[:size]]}
        if len(found) > size:
            page["NextToken"] = _TOKEN + str(found[size - 1][0])
        return page

    def _throttle(self, account: str, region: str) -> None:
        """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html"""
        if not self.lookups_a_second:
            return
        now = time.monotonic()
        with self._lock:
            recent = [t for t in self._asked.get((account, region), ()) if now - t < 1]
            if len(recent) >= self.lookups_a_second:
                raise InvalidLookup("ThrottlingException", "Rate exceeded")
            self._asked[account, region] = [*recent, now]


_TOKEN = "before-"  # noqa: S105  how our page marks begin


def _wanted(question: Mapping[str, Any]) -> dict[str, str]:
    asked = question.get("LookupAttributes") or []
    known = isinstance(asked, list) and all(isinstance(a, dict) and str(a.get("AttributeKey")) in _KEYS for a in asked)
    if not known or len(asked) > 1:
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


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(float(value), UTC) if isinstance(value, int | float) else parse_stamp(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidLookup("InvalidTimeRangeException", f"{value!r:.40} is no time") from error


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


def _values(record: dict[str, Any], key: str) -> list[str]:
    if key in {"ResourceName", "ResourceType"}:
        return [r[key] for r in resources_in(record)]
    value = _attributes(record).get(key)
    return [value] if value is not None else []


def _listed(stored: _Stored) -> dict[str, Any]:
    record = stored.record
    about = {"Resources": resources_in(record), "CloudTrailEvent": json.dumps(record)}
    return {**_attributes(record), "EventTime": stored.at.timestamp(), **about}
