"""The stand-in's time: the wall clock plus what was dialled."""

import threading
from datetime import UTC, datetime, timedelta


class DialClock:
    def __init__(self) -> None:
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> datetime:
        """Moves time forward; never back, since nothing on AWS does either."""
        with self._lock:
            self._ahead += timedelta(seconds=max(0.0, seconds))
        return self.now()
