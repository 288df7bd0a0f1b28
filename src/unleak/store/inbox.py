"""What comes from outside: each message once, its alerts as entries of the record, its errands as a queue.

A message is one transaction: its own number, the entries that it brings, the errands, and whoever is to be woken.
Where that is not on disk, the sender is not answered, and sends it again.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from unleak.model.entry import Alerted, Event, Opened
from unleak.model.errors import CouldNotLook, Misuse
from unleak.store.codec import event_from_json, event_to_json
from unleak.store.record import Record
from unleak.store.schema import ENTRIES, ERRANDS, MESSAGES
from unleak.store.sightings import Look, note

LONG = "long-"
"""Ids of errands that may take hours begin so: they are run beside the others, which must not wait for them."""
_TRIES = 20
_KEPT = timedelta(days=30)

# Made once: making a statement costs more than running it.
_LENGTH = sa.select(sa.func.max(ENTRIES.c.seq)).where(ENTRIES.c.incident == sa.bindparam("incident"))
_ALERTS = sa.select(ENTRIES.c.body).where(
    ENTRIES.c.incident == sa.bindparam("incident"), ENTRIES.c.type.in_((Opened.__name__, Alerted.__name__))
)
_ERRAND = sa.select(ERRANDS.c.id).where(ERRANDS.c.id == sa.bindparam("id"))
_IN_LINE = sa.text("SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:numbers AS bigint[])) AS n")
_NEW_ENTRY, _NEW_ERRAND = ENTRIES.insert(), ERRANDS.insert()


class Known(Exception):
    """This very message has been taken already."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Incidents that a message opened, those that it spoke of too, and those of which it said nothing new."""

    opened: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    errands: int = 0


@dataclass(frozen=True, slots=True)
class Errand:
    """`body` is the errand's own; `tries` those that failed; `told` why. `is_aside`: it is tried no more."""

    id: str
    body: str
    at: datetime
    due_at: datetime
    tries: int
    told: str
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One message. `opened`: the incident of each alert, and how it opens where there is none. `errands`: id, body."""

    id: str
    sender: str
    at: datetime
    opened: Sequence[tuple[str, Opened]] = ()
    errands: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class _Woken:
    """Who is to be woken at the end of a transaction."""

    incidents: list[str] = field(default_factory=list)
    errands: list[str] = field(default_factory=list)


class Inbox:
    """`wake` is called in the transaction, with its connection and the ids of errands.

    Messages that come at the same time share one transaction: the disk is waited for once. Whoever comes first writes
    for those who have come meanwhile.
    """

    def __init__(self, record: Record, wake: Callable[[sa.Connection, Sequence[str]], None] | None = None) -> None:
        self._record, self._wake = record, wake
        self._alone, self._queue = Lock(), deque[tuple[Received, Future[Taken]]]()
        dialect = postgresql if record.is_shared else sqlite
        new_message = dialect.insert(MESSAGES).on_conflict_do_nothing()
        self._new_message = new_message.execution_options(preserve_rowcount=True)

    def take(self, message: Received) -> Taken:
        """Raises Known, or CouldNotLook where it could not be stored: then nothing of it is."""
        for _ in range(_TRIES):
            answer: Future[Taken] = Future()
            self._queue.append((message, answer))
            with self._alone:
                if not answer.done():
                    self._take_all([self._queue.popleft() for _ in range(len(self._queue))])
            try:
                return answer.result()
            except IntegrityError:  # another process has opened the same incident just then
                continue
        raise CouldNotLook("the message could not be stored: others write to the same incident", "send it again")

    def _take_all(self, waiting: list[tuple[Received, Future[Taken]]]) -> None:
        """In one transaction; where something is wrong with one, each in its own. Nobody is left without an answer."""
        messages = [message for message, _ in waiting]
        outcomes = self._outcomes(messages)
        if outcomes is None:
            outcomes = [self._outcome(message) for message in messages]
        for (_, answer), outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, Taken):
                answer.set_result(outcome)
            else:
                answer.set_exception(outcome)

    def _outcomes(self, messages: list[Received]) -> list[Taken | Exception] | None:
        """None where one has spoilt it for all, by what it says or by whom it meets."""
        try:
            return [*self._written(messages)]
        except OperationalError as error:
            return [_unstored(error)] * len(messages)
        except Exception:  # noqa: BLE001  a defect of one message
            return None

    def _outcome(self, message: Received) -> Taken | Exception:
        try:
            return self._written([message])[0]
        except IntegrityError as error:
            return error
        except DatabaseError as error:
            return _unstored(error)
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it
            return error

    def _written(self, messages: list[Received]) -> list[Taken | Known]:
        with self._record.writing() as db:
            self._line_up(db, {incident for message in messages for incident, _ in message.opened})
            woken, new = _Woken(), self._new(db, messages)
            outcomes = [self._all(db, m, woken) if n in new else Known() for n, m in enumerate(messages)]
            self._record.woken(db, list(dict.fromkeys(woken.incidents)))
            self._awake(db, woken.errands)
        return outcomes

    def _awake(self, db: sa.Connection, errands: Sequence[str]) -> None:
        if self._wake is not None and errands:
            self._wake(db, errands)

    def _line_up(self, db: sa.Connection, names: set[str]) -> None:
        """Other processes that hear of the same incidents wait, all in one order: nobody waits for each other."""
        if self._record.is_shared:
            numbers = sorted(_number(name) for name in names)
            db.execute(_IN_LINE, {"numbers": numbers})

    def _new(self, db: sa.Connection, messages: list[Received]) -> set[int]:
        """Where in `messages` those are that were not taken before. All processes note them in one order: whoever has
        the same one waits, and none for each other.
        """
        in_order = sorted(range(len(messages)), key=lambda n: messages[n].id)
        return {n for n in in_order if self._is_new(db, messages[n])}

    def _is_new(self, db: sa.Connection, message: Received) -> bool:
        row = {"id": message.id, "sender": message.sender, "at": message.at.isoformat()}
        return bool(db.execute(self._new_message, row).rowcount)

    def _all(self, db: sa.Connection, message: Received, woken: _Woken) -> Taken:
        said: dict[str, list[str]] = {"opened": [], "joined": [], "known": []}
        for incident, event in message.opened:
            how = self._alert(db, message.at, incident, event)
            said[how].append(incident)
            if how != "known":
                woken.incidents.append(incident)
        added = [errand for errand, body in message.errands if self._errand(db, message.at, errand, body)]
        woken.errands.extend(added)
        once = {how: tuple(dict.fromkeys(incidents)) for how, incidents in said.items()}
        return Taken(once["opened"], once["joined"], once["known"], len(added))

    def _alert(self, db: sa.Connection, at: datetime, incident: str, opening: Opened) -> str:
        length = db.execute(_LENGTH, {"incident": incident}).scalar() or 0
        if length and opening.alert in self._alerts(db, incident, opening.alert.received_at):
            return "known"
        event: Event = Alerted(opening.alert) if length else opening
        row = {"incident": incident, "seq": length + 1, "at": at.isoformat(), "type": type(event).__name__}
        db.execute(_NEW_ENTRY, {**row, "body": event_to_json(event)})
        self._record.grown(db, incident, length + 1, is_new=not length)
        return "joined" if length else "opened"

    def _alerts(self, db: sa.Connection, incident: str, received_at: datetime) -> list[object]:
        """As if they had been received then: what is said again is nothing new."""
        events = [event_from_json(body) for body in db.execute(_ALERTS, {"incident": incident}).scalars()]
        return [replace(e.alert, received_at=received_at) for e in events if isinstance(e, Opened | Alerted)]

    def _errand(self, db: sa.Connection, at: datetime, errand: str, body: str) -> bool:
        if db.execute(_ERRAND, {"id": errand}).scalar():
            return False
        row = {"id": errand, "body": body, "at": at.isoformat(), "due_at": at.isoformat()}
        db.execute(_NEW_ERRAND, {**row, "state": "waits", "tries": 0, "told": ""})
        return True

    def note(self, look: Look) -> None:
        """What a scan saw: apart from the alerts, which must be stored whatever comes of this. Raises CouldNotLook."""
        try:
            with self._alone, self._record.writing() as db:
                self._line_up(db, {f"repository {look.repository}"})
                note(db, look)
        except DatabaseError as error:
            raise CouldNotLook(f"what was seen could not be stored: {error.orig}", "it is scanned again") from error

    def due(self, now: datetime, most: int = 50, *, long: bool | None = None) -> list[Errand]:
        """The oldest first. `long`: only those that take long, or only the others."""
        waits = sa.and_(ERRANDS.c.state == "waits", ERRANDS.c.due_at <= now.isoformat())
        if long is not None:
            takes_long = ERRANDS.c.id.startswith(LONG)
            waits = sa.and_(waits, takes_long if long else sa.not_(takes_long))
        with self._record.engine.connect() as db:
            rows = db.execute(sa.select(ERRANDS).where(waits).order_by(ERRANDS.c.due_at).limit(most)).mappings().all()
        return [_errand(row) for row in rows]

    def errand(self, errand: str) -> Errand | None:
        """None where it is done, set aside or unknown."""
        query = sa.select(ERRANDS).where(ERRANDS.c.id == errand, ERRANDS.c.state == "waits")
        with self._record.engine.connect() as db:
            row = db.execute(query).mappings().first()
        return _errand(row) if row else None

    def done(self, errand: str, told: str) -> None:
        self._write(errand, state="done", told=told)

    def again(self, errand: Errand, due_at: datetime, told: str) -> None:
        self._write(errand.id, due_at=due_at.isoformat(), tries=errand.tries + 1, told=told)

    def set_aside(self, errand: str, told: str) -> None:
        """It is not tried again by itself; whoever looks finds it with its reason."""
        self._write(errand, state="set aside", told=told)

    def take_up(self, errand: str, now: datetime) -> None:
        """Once more, from the first try. Raises Misuse where it was not set aside."""
        aside = sa.and_(ERRANDS.c.id == errand, ERRANDS.c.state == "set aside")
        with self._alone, self._record.writing() as db:
            due = {"state": "waits", "due_at": now.isoformat(), "tries": 0}
            if not db.execute(ERRANDS.update().where(aside).values(**due)).rowcount:
                raise Misuse("no such errand was set aside", "GET /api/v1/errands lists them")
            self._awake(db, [errand])

    def not_done(self, beginning: str) -> list[Errand]:
        """Those that wait or were set aside, of which the id begins so; the oldest first."""
        mine = sa.and_(ERRANDS.c.id.startswith(beginning, autoescape=True), ERRANDS.c.state != "done")
        query = sa.select(ERRANDS).where(mine).order_by(ERRANDS.c.at)
        with self._record.engine.connect() as db:
            return [_errand(row) for row in db.execute(query).mappings()]

    def aside(self) -> list[Errand]:
        query = sa.select(ERRANDS).where(ERRANDS.c.state == "set aside").order_by(ERRANDS.c.at)
        with self._record.engine.connect() as db:
            return [_errand(row) for row in db.execute(query).mappings()]

    def forget(self, now: datetime) -> None:
        """Numbers of old messages, and errands that are done: what comes again after that long changes nothing."""
        before = (now - _KEPT).isoformat()
        with self._alone, self._record.writing() as db:
            db.execute(MESSAGES.delete().where(MESSAGES.c.at < before))
            db.execute(ERRANDS.delete().where(ERRANDS.c.state == "done", ERRANDS.c.at < before))

    def _write(self, errand: str, **values: object) -> None:
        with self._alone, self._record.writing() as db:
            db.execute(ERRANDS.update().where(ERRANDS.c.id == errand).values(**values))


def _unstored(error: DatabaseError) -> CouldNotLook:
    return CouldNotLook(f"the message could not be stored: {error.orig}", "send it again")


def _number(name: str) -> int:
    return int.from_bytes(sha256(f"inbox {name}".encode(errors="replace")).digest()[:8], signed=True)


def _errand(row: sa.RowMapping) -> Errand:
    at, due_at = datetime.fromisoformat(row["at"]), datetime.fromisoformat(row["due_at"])
    return Errand(row["id"], row["body"], at, due_at, row["tries"], row["told"], row["state"] == "set aside")
