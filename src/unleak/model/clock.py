"""Time as the loop sees it, so that tests and the drill can move it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, with time zone UTC."""

    def sleep_until(self, when: datetime) -> None:
        """Returns when `now() >= when`."""


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep_until(self, when: datetime) -> None:
        seconds = (when - self.now()).total_seconds()
        if seconds > 0:
            time.sleep(seconds)


def stamp(when: datetime) -> str:
    """`2026-11-23T04:05:06Z`, as AWS writes times in policies and trails."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
