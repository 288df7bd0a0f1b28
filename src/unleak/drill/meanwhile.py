"""An attacker who goes on while they are contained: at every entry of the record, and every second of every wait."""

from collections.abc import Callable
from datetime import datetime, timedelta

from unleak.drill.arena import ArenaClock
from unleak.drill.technique import Loot
from unleak.model.entry import Entry

_FOR, _EVERY = timedelta(minutes=2), timedelta(seconds=2)


class Harried:
    """A clock beside which somebody acts, for two minutes from now; it does not leap as long as they do."""

    def __init__(self, clock: ArenaClock, act: Callable[[Loot], None], loot: Loot) -> None:
        self._clock, self._act, self._loot = clock, act, loot
        self._until = clock.now() + _FOR
        self._leap, clock.least = clock.least, 0.0

    def now(self) -> datetime:
        return self._clock.now()

    def sleep_until(self, when: datetime) -> None:
        while self.now() < when:
            if self.now() >= self._until:
                self._clock.least = self._leap
                self._clock.sleep_until(when)
                return
            self._clock.sleep_until(min(self.now() + _EVERY, when))
            self._act(self._loot)

    def heard(self, _: Entry) -> None:
        if self.now() < self._until:
            self._act(self._loot)
