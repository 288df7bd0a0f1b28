"""Pages as they were drawn a moment ago: many who watch the same ask for it in the same second."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

_SECONDS = 3.0
_MOST = 64


class Kept:
    """Of one process. `name` must say all that the text depends on, but for the time, which stands still so long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._texts: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()
        self._drawing: dict[Hashable, Lock] = {}

    def of(self, name: Hashable, draw: Callable[[], str]) -> str:
        """Whoever comes while it is drawn waits for that, instead of drawing it as well."""
        with self._lock:
            turn = self._drawing.setdefault(name, Lock())
        with turn:
            known = self._texts.get(name)
            if known is not None and self._clock() - known[0] < _SECONDS:
                return known[1]
            begun = self._clock()
            try:
                text = draw()
                self._keep(name, begun, text)
            finally:
                with self._lock:
                    self._drawing.pop(name, None)
        return text

    def _keep(self, name: Hashable, begun: float, text: str) -> None:
        with self._lock:
            self._texts[name] = (begun, text)
            self._texts.move_to_end(name)
            while len(self._texts) > _MOST:
                self._texts.popitem(last=False)
