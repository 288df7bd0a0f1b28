"""One process looks after every incident of the record, each when it is due, several at a time.

Timers come out of the record: whoever is started later takes up what fell due meanwhile. Incidents that other processes
work on are left to them.
"""

from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from unleak.engine.bell import Bell
from unleak.engine.telling import Teller, alone_with, earlier
from unleak.model.errors import RecordConflict, UnleakError
from unleak.respond import World, respond

_POLL = timedelta(seconds=1)
_BUSY_AGAIN = timedelta(seconds=5)
_BROKEN_AGAIN = timedelta(minutes=1)
_NEVER = timedelta(days=365)


class Watch:
    """`beside` is done each time around: errands, for one. `broken` hears of a defect, which ends nothing else."""

    def __init__(
        self, world: World, *, at_once: int = 1, bell: Bell | None = None,
        beside: Callable[[], object] = lambda: None, broken: Callable[[str, Exception], None] = lambda _i, _e: None,
    ) -> None:  # fmt: skip
        self._world, self._at_once, self._bell = world, at_once, bell
        self._beside, self._broken = beside, broken
        self._due: dict[str, datetime] = {}
        self._seen: dict[str, int] = {}
        self._taken: dict[str, Future[tuple[datetime | None, int]]] = {}

    def run(self, *, wait: bool = True) -> None:
        """Until the bell says that it is over, or it is interrupted; without `wait`, once."""
        with (
            Teller(self._world, alone_with(self._world.record)) as self._teller,
            ThreadPoolExecutor(self._at_once) as pool,
        ):
            while self._bell is None or not self._bell.is_over:
                self._around(pool)
                self._beside()
                if not wait:
                    break
                self._rest()
        self._gather()

    def _around(self, pool: ThreadPoolExecutor) -> None:
        self._gather()
        now = self._world.clock.now()
        for incident_id, seq in self._world.record.lengths().items():
            if self._seen.get(incident_id) != seq and incident_id not in self._taken:
                self._seen[incident_id], self._due[incident_id] = seq, now
        for incident_id in [i for i, at in self._due.items() if at <= now and i not in self._taken]:
            self._taken[incident_id] = pool.submit(self._take, incident_id)

    def _gather(self) -> None:
        for incident_id in [i for i, future in self._taken.items() if future.done()]:
            wake_at, self._seen[incident_id] = self._taken.pop(incident_id).result()
            self._due[incident_id] = wake_at or self._world.clock.now() + _NEVER

    def _take(self, incident_id: str) -> tuple[datetime | None, int]:
        """When to look again, and how long the record was then: more of it means that somebody has written since."""
        try:
            with self._world.record.lease(incident_id):
                incident, plan = respond(self._world, incident_id)
        except RecordConflict:
            return self._world.clock.now(), self._seen[incident_id]
        except UnleakError:
            return self._world.clock.now() + _BUSY_AGAIN, self._world.record.incident(incident_id).seq
        except Exception as defect:  # noqa: BLE001  one incident's defect must not end the containment of the others
            self._broken(incident_id, defect)
            return self._world.clock.now() + _BROKEN_AGAIN, self._world.record.incident(incident_id).seq
        finally:
            if self._bell is not None:
                self._bell.ring()
        return earlier(plan.wake_at, self._teller.hear(incident, plan)), incident.seq

    def _rest(self) -> None:
        now = self._world.clock.now()
        free = [at for i, at in self._due.items() if i not in self._taken]
        until = min([now + _POLL, *free])
        if self._bell is not None:
            self._bell.wait(max(0.0, (until - now).total_seconds()))
        elif self._taken:
            futures.wait(self._taken.values(), _POLL.total_seconds(), futures.FIRST_COMPLETED)
        else:
            self._world.clock.sleep_until(until)
