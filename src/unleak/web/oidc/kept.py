"""What is fetched now and then, and kept meanwhile."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from unleak.model.errors import CouldNotLook

T = TypeVar("T")
_GOOD_FOR = 600.0
_AGAIN_AFTER = 10.0


class Kept(Generic[T]):
    """Ten minutes. Where it could not be had, nobody else waits for the same answer within the next seconds."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock, self._lock = read, clock, Lock()
        self._held: tuple[float, T] | None = None
        self._failed: tuple[float, str] | None = None

    def value(self, younger_than: float = _GOOD_FOR) -> T:
        """Raises CouldNotLook."""
        with self._lock:
            now = self._clock()
            if self._held is not None and now - self._held[0] < younger_than:
                return self._held[1]
            if self._failed is not None and now - self._failed[0] < _AGAIN_AFTER:
                raise CouldNotLook(self._failed[1], "try again in a moment")
            try:
                self._held = (now, self._read())
            except CouldNotLook as error:
                self._failed = (now, str(error))
                raise
            return self._held[1]
