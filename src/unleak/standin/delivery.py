"""Trails that deliver to a bucket: gzip files in CloudTrail's layout.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import gzip
import json
import secrets
import string
import threading
from collections import defaultdict
from datetime import datetime
from importlib import import_module
from typing import Any

from moto.s3.models import s3_backends

from unleak.standin.engine import owner_of
from unleak.standin.trail import Trail

_LETTERS = string.ascii_letters + string.digits


class Delivery:
    """Goes on, for each trail that logs, from the event that it has delivered last."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()

    def sight(self, account: str) -> None:
        """Trails that log from now on, and those that no longer do."""
        logging = {t.arn for t in _trails(account) if t.status.is_logging}
        with self._lock:
            for arn in [a for a in self._done if a.split(":")[4] == account and a not in logging]:
                del self._done[arn]
            for arn in logging:
                self._done.setdefault(arn, self._trail.length())

    def deliver(self, now: datetime) -> int:
        """Writes what is due by now; says how many files that made."""
        written = 0
        with self._lock:
            for arn, number in list(self._done.items()):
                trail = next((t for t in _trails(arn.split(":")[4]) if t.arn == arn), None)
                self._done[arn], events = self._trail.since(number, now)
                if trail is not None:
                    written += _write(trail, events, now)
        return written


def _trails(account: str) -> list[Any]:
    backends = import_module("moto.cloudtrail.models").cloudtrail_backends[account]
    return [t for backend in list(backends.values()) for t in list(backend.trails.values())]


def _write(trail: Any, events: list[dict[str, Any]], now: datetime) -> int:
    owner = owner_of(trail.bucket_name)
    if owner is None:
        return 0
    by_place: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        account, region = event["recipientAccountId"], event["awsRegion"]
        if account == trail.account_id and (trail.is_multi_region or region == trail.region_name):
            by_place[account, region].append(event)
    for (account, region), records in by_place.items():
        body = gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode(), mtime=0)
        s3_backends[owner]["aws"].put_object(trail.bucket_name, _key(trail, account, region, now), body)
    return len(by_place)


def _key(trail: Any, account: str, region: str, now: datetime) -> str:
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    name = "".join(secrets.choice(_LETTERS) for _ in range(16))
    folder = f"{prefix}AWSLogs/{account}/CloudTrail/{region}/{now:%Y/%m/%d}"
    return f"{folder}/{account}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{name}.json.gz"
