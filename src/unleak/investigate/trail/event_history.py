"""Where calls come from: CloudTrail's event history, region by region.

Management events of 90 days, one attribute a look-up, 50 events a page, 2 requests a second in each region.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unleak.investigate.calls import call_from_record
from unleak.model.call import Call
from unleak.model.errors import CouldNotLook

if TYPE_CHECKING:
    from collections.abc import Callable

    from unleak.aws.client import Client

_PAUSE_SECONDS = 0.5
_MOST_PAGES = 200
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """`unread` says which regions, or which part of one, could not be looked at, and why."""

    calls: tuple[Call, ...]
    unread: tuple[str, ...]


def calls_with_key(client_for: "Callable[[str], Client]", regions: tuple[str, ...], key_id: str) -> Heard:
    """Every call that the event history of these regions has of this key, oldest first."""

    def look(region: str) -> tuple[list[Call], str]:
        try:
            return _region(client_for(region), key_id)
        except CouldNotLook as error:
            return [], f"{region}: {error}"

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(look, regions))
    calls = {c.event_id: c for found, _ in answers for c in found}
    unread = tuple(problem for _, problem in answers if problem)
    return Heard(tuple(sorted(calls.values(), key=lambda c: (c.at, c.event_id))), unread)


def _region(client: "Client", key_id: str) -> tuple[list[Call], str]:
    calls: list[Call] = []
    question: dict[str, Any] = {"LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": key_id}]}
    damaged = 0
    for page in range(_MOST_PAGES):
        if page:
            time.sleep(_PAUSE_SECONDS)
        answer = client.lookup_events(**question, MaxResults=50)
        for event in answer["Events"]:
            try:
                calls.append(call_from_record(json.loads(event["CloudTrailEvent"])))
            except Exception:  # noqa: BLE001  one odd record must not hide the others, whatever is odd about it
                damaged += 1
        if not answer.get("NextToken"):
            return calls, f"{client.region}: {damaged} records could not be read" if damaged else ""
        question["NextToken"] = answer["NextToken"]
    oldest = f"those before {min(c.at for c in calls):%Y-%m-%d %H:%M}" if calls else "the rest"
    return calls, f"{client.region}: more than {len(calls)} calls, {oldest} not read"
