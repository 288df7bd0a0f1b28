"""Telling people, beside the loop: containment never waits for it.

Each channel has a thread of its own, so that a mail server that is dead holds up neither a change nor another incident
nor another channel. A lease on (incident, channel) keeps two processes from sending the same; the incident's own lease
is held only to write down what came of it, so that no entry comes between a change and its outcome.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from secrets import token_hex
from threading import Event, Thread
from types import TracebackType
from typing import Self

from unleak.aws.accounts import Accounts
from unleak.model.entry import Told
from unleak.model.errors import Busy, RecordConflict, UnleakError
from unleak.model.incident import Incident
from unleak.model.plan import Plan, Tri
from unleak.notify.channel import PATIENCE_SECONDS, Access, NotTold
from unleak.notify.channels import CHANNELS
from unleak.notify.due import Due, due
from unleak.notify.notice import Notice, notice_of, trial_notice
from unleak.notify_settings import NotifySetting
from unleak.playbook import playbook
from unleak.report.story import tell
from unleak.respond import ACTIONS, CHECKS, World
from unleak.store.record import Record

Alone = Callable[[str], AbstractContextManager[object]]
"""How to be alone with an incident, for long enough to write an entry."""

_TITLES: Mapping[str, str] = {c.id: c.title for c in CHECKS.values()} | {a.id: a.title for a in ACTIONS.values()}
_LOOK_AGAIN = timedelta(seconds=15)
"""Until when what is being sent has come to something."""
_LAST_WORDS_SECONDS = PATIENCE_SECONDS + 2
_LONGEST_WAIT_SECONDS, _PAUSE_SECONDS = 60.0, 0.2
_MOST_OF_A_DETAIL = 200
_THIS_IS_A_DEFECT = "this is a defect: report it"


class Teller:
    """Hears how an incident stands after each pass of the loop, and has people told of what is new. Never blocks and
    never raises; leaving it waits some seconds for what is under way. What is not told then is told by the next run.
    """

    def __init__(self, world: World, alone: Alone, *, tells: bool = True) -> None:
        self._world = world
        self._lines = [_Line(world, s, alone) for s in world.config.notify if tells]

    def hear(self, incident: Incident, plan: Plan, *, at_once: bool = False) -> datetime | None:
        """Returns when to ask again. `at_once`: nobody may come back, so nothing waits for company."""
        times = [line.hear(incident, plan, at_once=at_once) for line in self._lines]
        return min((t for t in times if t), default=None)

    def next_at(self, incident: Incident, plan: Plan) -> datetime | None:
        """When there is something to tell; None where there is nothing that time brings. Sends nothing."""
        found = [_due(self._world, line.setting, incident, plan) for line in self._lines]
        now = self._world.clock.now()
        times = [now if messages else at for messages, at in found]
        return min((t for t in times if t), default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        until = time.monotonic() + (_LAST_WORDS_SECONDS if error is None else 0)
        for line in self._lines:
            line.finish(until)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((t for t in (one, other) if t), default=None)


def alone_with(record: Record) -> Alone:
    """By the incident's lease. Who holds it for a minute is waiting for something: then the entry is written beside
    it, as an approval is.
    """

    @contextmanager
    def alone(incident_id: str) -> Iterator[None]:
        until = time.monotonic() + _LONGEST_WAIT_SECONDS
        with ExitStack() as held:
            while time.monotonic() < until:
                try:
                    held.enter_context(record.lease(incident_id))
                    break
                except Busy:
                    time.sleep(_PAUSE_SECONDS)
            yield

    return alone


class _Line:
    """One channel's queue of incidents, and the thread that works it off. The thread begins with the first."""

    def __init__(self, world: World, setting: NotifySetting, alone: Alone) -> None:
        self.setting = setting
        self._world, self._alone = world, alone
        self._queue: SimpleQueue[tuple[str, bool]] = SimpleQueue()
        self._queued: set[tuple[str, bool]] = set()
        self._thread: Thread | None = None
        self._closing = Event()

    def hear(self, incident: Incident, plan: Plan, *, at_once: bool) -> datetime | None:
        try:
            messages, later = _due(self._world, self.setting, incident, plan, at_once=at_once)
        except Exception as error:  # noqa: BLE001  a defect here must not end the containment
            self._defect(incident.id, error)
            return None
        if not messages:
            return later
        errand = (incident.id, at_once)
        if errand not in self._queued:
            self._queued.add(errand)
            self._queue.put(errand)
            self._start()
        return earlier(later, self._world.clock.now() + _LOOK_AGAIN)

    def finish(self, until: float) -> None:
        """Waits for what is queued; what takes longer than that is left."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name=f"tell-{self.setting.name}", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                errand = self._queue.get(timeout=_PAUSE_SECONDS)
            except Empty:
                if self._closing.is_set():
                    return
                continue
            self._queued.discard(errand)  # what comes from here on is a reason to look again
            incident_id, at_once = errand
            try:
                tell_due(self._world, self.setting, incident_id, self._alone, at_once=at_once)
            except UnleakError:
                continue  # the record could not be read or written, or somebody else is at it: it is asked again
            except Exception as error:  # noqa: BLE001  the other incidents must be told all the same
                self._defect(incident_id, error)

    def _defect(self, incident_id: str, error: Exception) -> None:
        """In the record, once: its words may hold what must not be written."""
        occasion = f"defect/{type(error).__name__}"
        with suppress(UnleakError):
            if (self.setting.name, occasion) not in self._world.record.incident(incident_id).told:
                told = Told(self.setting.name, (occasion,), ok=False, detail=_THIS_IS_A_DEFECT)
                _write(self._world, incident_id, told, self._alone)


def tell_due(world: World, setting: NotifySetting, incident_id: str, alone: Alone, *, at_once: bool = False) -> None:
    """Sends what this channel is to be told of this incident now, and writes down what came of it, message by message.

    Raises Busy while another process does.
    """
    with world.record.lease(f"{incident_id}.{setting.name}"):
        incident = world.record.incident(incident_id)
        now = world.clock.now()
        plan = playbook(incident, now)
        story = tell(incident, plan, (), _TITLES)
        messages, _ = _due(world, setting, incident, plan, at_once=at_once)
        for message in messages:
            ids = tuple(o.id for o in message.occasions)
            ok, detail = _sent(world, setting, lambda m=message: notice_of(m, incident, story, now))  # type: ignore[misc]
            _write(world, incident_id, Told(setting.name, ids, ok, detail), alone)


def _due(
    world: World, setting: NotifySetting, incident: Incident, plan: Plan, *, at_once: bool = False
) -> tuple[tuple[Due, ...], datetime | None]:
    if not CHANNELS[setting.kind].concerns(incident, setting):
        return (), None
    return due(incident, plan, setting, world.clock.now(), at_once=at_once)


def _sent(world: World, setting: NotifySetting, make: Callable[[], Notice]) -> tuple[bool, str]:
    access = Access(setting, world.aws, world.config.region)
    try:
        return True, _send(make(), access)[:_MOST_OF_A_DETAIL]
    except UnleakError as error:
        return False, str(error)[:_MOST_OF_A_DETAIL]
    except Exception as error:  # noqa: BLE001  a defect in a channel is not one of the others; its words may be secret
        return False, f"failed with {type(error).__name__}; {_THIS_IS_A_DEFECT}"


def _send(notice: Notice, access: Access) -> str:
    """Within the patience there is for one message, whatever the other end does: it may answer a byte a second."""
    came: SimpleQueue[str | Exception] = SimpleQueue()

    def work() -> None:
        try:
            came.put(CHANNELS[access.setting.kind].send(notice, access))
        except Exception as error:  # noqa: BLE001  told where it is waited for
            came.put(error)

    Thread(target=work, name=f"send-{access.setting.name}", daemon=True).start()
    try:
        outcome = came.get(timeout=PATIENCE_SECONDS)
    except Empty:
        raise NotTold(f"no answer within {PATIENCE_SECONDS:.0f} s", "whether it came is not known") from None
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _write(world: World, incident_id: str, told: Told, alone: Alone) -> None:
    with alone(incident_id):
        while True:
            try:
                seq = world.record.length(incident_id)
                entries = world.record.append(incident_id, seq, [(world.clock.now(), told)])
            except RecordConflict:
                continue
            for entry in entries:
                world.on_entry(entry)
            return


@dataclass(frozen=True, slots=True)
class Tried:
    """Whether a test message was taken: no, where the other side said so."""

    channel: str
    kind: str
    verdict: Tri
    detail: str
    hint: str = ""


def try_channel(aws: Accounts, setting: NotifySetting, region: str, now: datetime, to: tuple[str, ...] = ()) -> Tried:
    """Sends a message that says that nothing happened."""
    notice = trial_notice(now, token_hex(16))
    try:
        detail = _send(notice, Access(setting, aws, region, to))
    except UnleakError as error:
        refused = isinstance(error, NotTold) and error.refused
        verdict = Tri.NO if refused else Tri.COULD_NOT_LOOK
        return Tried(setting.name, setting.kind, verdict, str(error), error.hint)
    return Tried(setting.name, setting.kind, Tri.YES, detail or "taken")
