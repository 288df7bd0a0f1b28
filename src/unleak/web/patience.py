"""How often somebody may come before they are not listened to any more."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

_MOST = 10_000
"""Names that are remembered: whoever forges a new one each time must not fill the memory."""


class Patience:
    """A bucket a name: `a_minute` at once, and as many again over a minute."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock, self._lock = float(a_minute), clock, Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, name: str) -> bool:
        """False where there was none left."""
        with self._lock:
            left = self._now(name)
            self._left[name] = (max(left - 1, 0.0), self._clock())
            self._left.move_to_end(name)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
            return left >= 1

    def has_left(self, name: str) -> bool:
        with self._lock:
            return self._now(name) >= 1

    def _now(self, name: str) -> float:
        left, at = self._left.get(name, (self._most, self._clock()))
        return min(self._most, left + (self._clock() - at) * self._most / 60)
