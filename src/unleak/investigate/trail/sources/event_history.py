"""CloudTrail's event history, asked in all regions at once and kept, so that nothing is asked twice.

Management events of 90 days, one attribute a look-up, 50 events a page, 2 requests a second per account and region.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html

Needs cloudtrail:LookupEvents. No look-up is by address, nor by the role that a session came from: the sessions of a
role are found by what names the role (AssumeRole), and then by their keys.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unleak.investigate.trail.sources import Question
from unleak.investigate.trail.sources.kept_lookups import Asked, KeptLookup
from unleak.model.clock import stamp
from unleak.model.errors import AwsError, CouldNotLook

if TYPE_CHECKING:
    from unleak.aws.client import Client

_KEPT = timedelta(days=90)
_DELIVERY = timedelta(minutes=15)
"""How late an event may come. Usually within five minutes, not guaranteed:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""
_PAUSE_SECONDS = 0.52
_MOST_PAGES = 200
_AT_ONCE = 64
_PATIENCE = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds to wait when AWS says, after the retries of its own library, that too much was asked."""
_THROTTLED = frozenset({"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"})


@dataclass(frozen=True, slots=True)
class Place:
    """A region of an account: the event history is apart for each."""

    account: str
    region: str


def attributes_of(question: Question) -> tuple[Asked, ...]:
    """What to look up: each key as a caller and as something that was made or changed; each principal by name, as a
    caller (for sessions of a role that is the session's name) and as something that was used or changed; each event.
    """
    found: dict[Asked, None] = {}
    for key_id in question.key_ids:
        found |= dict.fromkeys((Asked("AccessKeyId", key_id), Asked("ResourceName", key_id)))
    for principal in question.principals:
        resource = principal.split(":", 5)[-1]
        name = resource.rsplit("/", 1)[-1]
        if not resource.startswith("role/"):
            found[Asked("Username", name)] = None
        if not resource.startswith("assumed-role/"):
            found |= dict.fromkeys((Asked("ResourceName", name), Asked("ResourceName", principal)))
    found |= dict.fromkeys(Asked("EventName", name) for name in question.event_names)
    return tuple(found)


class EventHistory:
    """An AskedSource. `client_for` gives a CloudTrail client of a place; `cache` is made for the owner only. Whoever is
    killed and asks again goes on where it stopped. `most_pages` bounds one look-up of one run: asking again goes on
    beyond it. `now` is AWS's time.
    """

    tells_addresses = False

    def __init__(
        self,
        client_for: "Callable[[Place], Client]",
        places: tuple[Place, ...],
        cache: Path,
        *,
        pause: float = _PAUSE_SECONDS,
        most_pages: int = _MOST_PAGES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client_for, self._places, self._cache = client_for, places, cache
        self._most_pages, self._now = most_pages, now
        self._paces = {place: _Pace(pause) for place in places}
        self._problems: dict[str, None] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(self._problems)

    def records(self, question: Question) -> Iterator[dict[str, Any]]:
        """Of all places, each event once. A place that refuses is a problem; the others go on."""
        if question.addresses:
            self._problems["the event history cannot be asked for addresses"] = None
        asked = attributes_of(question)
        seen: set[str] = set()
        if not asked:
            return
        stop = threading.Event()
        with ThreadPoolExecutor(min(len(self._places), _AT_ONCE) or 1) as pool:
            try:
                for found in pool.map(lambda place: self._in(place, asked, question, stop), self._places):
                    fresh = [event_id for event_id in found if event_id not in seen]
                    seen.update(fresh)
                    yield from (found[event_id] for event_id in fresh)
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _in(
        self, place: Place, asked: tuple[Asked, ...], question: Question, stop: threading.Event
    ) -> dict[str, dict[str, Any]]:
        now = self._now()
        end = min(question.until or now, now)
        start = max(question.since or now - _KEPT, now - _KEPT)
        found: dict[str, dict[str, Any]] = {}
        for what in asked if start <= end else ():
            kept = KeptLookup(self._cache / place.account / place.region, what)
            try:
                self._look_up(place, kept, (start, end, now), stop)
            except CouldNotLook as error:
                self._problem(place, str(error))
            found |= kept.records(start, end)
            if kept.damaged:
                self._problem(place, f"{kept.damaged} records of {what.value} could not be read")
        return found

    def _problem(self, place: Place, what: str) -> None:
        self._problems[f"{place.account} {place.region}: {what}"] = None

    def _look_up(
        self, place: Place, kept: KeptLookup, times: tuple[datetime, datetime, datetime], stop: threading.Event
    ) -> None:
        """What of this time was not asked yet, newest first. What may still come is asked again another time."""
        start, end, now = times
        pages = 0
        for since, until in reversed(kept.unasked(start, end)):
            settled = min(until, now - _DELIVERY)
            for events, oldest in self._pages(place, kept.asked, since, until):
                kept.add(events, oldest or since, settled)
                pages += 1
                if oldest and (pages >= self._most_pages or stop.is_set()):
                    self._problem(
                        place,
                        f"{kept.asked.value} has more events than were read; those before {stamp(oldest)} are not, "
                        "ask again to go on",
                    )
                    return

    def _pages(
        self, place: Place, what: Asked, since: datetime, until: datetime
    ) -> Iterator[tuple[list[str], datetime | None]]:
        """The events of each page, and the time of the oldest so far; None with the last page. Tokens live for a while
        only: where one is no longer taken, the time of the oldest event serves.
        """
        client, oldest = self._client_for(place), until
        attribute = {"AttributeKey": what.attribute, "AttributeValue": what.value}
        asked: dict[str, Any] = {
            "LookupAttributes": [attribute],
            "StartTime": since,
            "EndTime": until,
            "MaxResults": 50,
        }
        while True:
            try:
                answer = self._ask(place, client, asked)
            except AwsError as error:
                if error.code != "InvalidNextTokenException" or asked.pop("NextToken", None) is None:
                    raise
                asked["EndTime"] = oldest
                continue
            oldest = max(since, min((_at(e) for e in answer["Events"]), default=oldest))
            token = answer.get("NextToken")
            yield [str(e.get("CloudTrailEvent", "{}")) for e in answer["Events"]], oldest if token else None
            if not token:
                return
            asked["NextToken"] = token

    def _ask(self, place: Place, client: "Client", asked: dict[str, Any]) -> Any:
        for patience in (*_PATIENCE, None):
            self._paces[place].wait()
            try:
                return client.lookup_events(**asked)
            except AwsError as error:
                if error.code not in _THROTTLED or patience is None:
                    raise
                self._paces[place].rest(patience)
        return None


class _Pace:
    """At most one request in so many seconds, over all questions and threads."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next = seconds, 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            begin = max(self._next, time.monotonic())
            self._next = begin + self._seconds
        time.sleep(max(0.0, begin - time.monotonic()))

    def rest(self, seconds: float) -> None:
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


def _at(event: dict[str, Any]) -> datetime:
    at = event["EventTime"]
    return at.astimezone(UTC) if isinstance(at, datetime) else datetime.fromtimestamp(float(at), UTC)
