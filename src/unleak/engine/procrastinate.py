"""Many machines: PostgreSQL holds the record and the queue, Procrastinate's workers take what is due.

A job names an incident, and nothing else: what is to be done is asked of the record. It is enqueued in the
transaction of the alert. One job an incident runs at a time; a dead worker's job is found by its heartbeat and run
elsewhere. Timers are jobs for later, set anew after each run; where one is lost, the sweep sets it again. What takes
long has a queue of its own, from which each process takes one at a time: no leak waits for it.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import sqlalchemy as sa
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.exc import IntegrityError

from unleak.engine.errands import Hands, run_errand
from unleak.engine.telling import Teller, alone_with, earlier
from unleak.model.errors import Busy
from unleak.playbook import playbook
from unleak.respond import World, respond
from unleak.store.inbox import LONG, Errand

QUEUE, _LONG_QUEUE, _TASK, _ERRAND = "unleak", "unleak-long", "unleak.respond", "unleak.errand"
_HEARTBEAT_SECONDS, _STALLED_SECONDS = 3.0, 10.0
_EVERY_FIVE_SECONDS, _EVERY_FIVE_MINUTES = "* * * * * */5", "*/5 * * * *"
_BUSY_AGAIN = timedelta(seconds=5)
_LATE = timedelta(minutes=2)
_DEFER = sa.text(
    "SELECT procrastinate_defer_jobs_v1(array_agg(ROW(queue, task, 0, lock, queueing_lock, CAST(args AS jsonb), NULL)"
    "::procrastinate_job_to_defer_v1)) FROM unnest(CAST(:queue AS text[]), CAST(:task AS text[]),"
    " CAST(:lock AS text[]), CAST(:queueing_lock AS text[]), CAST(:args AS text[]))"
    " AS job(queue, task, lock, queueing_lock, args)"
)
_HAS_QUEUE = sa.text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")


def enqueue(db: sa.Connection, incidents: Sequence[str]) -> None:
    """In the transaction of `db`. A job for an incident that waits already will see what was written."""
    _defer(db, [_job(QUEUE, _TASK, i, f"now-{i}", f'{{"incident": "{i}"}}') for i in incidents])


def enqueue_errands(db: sa.Connection, errands: Sequence[str]) -> None:
    """As above, for errands of the inbox."""
    named = [(errand, f"errand-{errand}") for errand in errands]
    _defer(db, [_job(_queue_of(e), _ERRAND, name, name, f'{{"errand": "{e}"}}') for e, name in named])


def _queue_of(errand: str) -> str:
    return _LONG_QUEUE if errand.startswith(LONG) else QUEUE


def _job(queue: str, task: str, lock: str, queueing_lock: str, args: str) -> dict[str, str]:
    return {"queue": queue, "task": task, "lock": lock, "queueing_lock": queueing_lock, "args": args}


def _defer(db: sa.Connection, jobs: Sequence[Mapping[str, str]]) -> None:
    """All at once; where one of them waits already, none is made, and then each for itself."""
    try:
        with db.begin_nested():
            db.execute(_DEFER, {name: [job[name] for job in jobs] for name in jobs[0]})
    except IntegrityError:
        for job in jobs if len(jobs) > 1 else ():
            _defer(db, [job])


def make_queue(url: str) -> None:
    """Makes Procrastinate's tables where they are not there yet. Safe where several processes do it at once."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as db:
        db.execute(sa.text("SELECT pg_advisory_xact_lock(7163)"))
        there = db.execute(_HAS_QUEUE).scalar()
        if not there:
            driver: Any = db.connection.driver_connection  # psycopg's own: it takes many statements at once
            driver.execute(App(connector=_connector(url)).schema_manager.get_schema())
    engine.dispose()


def make_app(url: str, world: World, teller: Teller, hands: Hands | None = None) -> App:
    """What a worker runs: respond, rescue, sweep; and errands, where it has hands for them."""
    app = App(connector=_connector(url))

    @app.task(name=_TASK, queue=QUEUE, retry=RetryStrategy(max_attempts=10_000, wait=15))
    def respond_to(incident: str) -> None:
        _set_timer(app, world, incident, _respond(world, teller, incident))

    @app.periodic(cron=_EVERY_FIVE_SECONDS)
    @app.task(name="unleak.rescue", queue=QUEUE, queueing_lock="rescue", pass_context=True)
    async def rescue(context: JobContext, timestamp: int) -> None:
        del context, timestamp
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            await app.job_manager.retry_job(job)

    @app.task(name=_ERRAND, queue=QUEUE, retry=RetryStrategy(max_attempts=10_000, wait=15))
    def run(errand: str) -> None:
        if hands is not None:
            _run_errand(app, hands, errand)

    @app.periodic(cron=_EVERY_FIVE_MINUTES)
    @app.task(name="unleak.sweep", queue=QUEUE, queueing_lock="sweep")
    def sweep(timestamp: int) -> None:
        del timestamp
        if hands is not None:
            _sweep_errands(app, hands)
        for incident_id in world.record.incident_ids():
            incident = world.record.incident(incident_id)
            plan = playbook(incident, world.clock.now())
            wake_at = world.clock.now() if plan.steps else earlier(plan.wake_at, teller.next_at(incident, plan))
            if wake_at is not None and not app.job_manager.list_jobs(lock=incident_id, status="todo"):
                _set_timer(app, world, incident_id, wake_at)

    return app


def _respond(world: World, teller: Teller, incident_id: str) -> datetime | None:
    """Does what is due; returns when to ask again."""
    try:
        with world.record.lease(incident_id):
            incident, plan = respond(world, incident_id)
    except Busy:
        return world.clock.now() + _BUSY_AGAIN
    return earlier(plan.wake_at, teller.hear(incident, plan))


def _run_errand(app: App, hands: Hands, errand_id: str) -> None:
    """Raises Busy, for the queue to try it again."""
    errand = hands.inbox.errand(errand_id)
    if errand is None:
        return
    run_errand(hands, errand)
    if (left := hands.inbox.errand(errand_id)) is not None:
        _defer_errand(app, hands, left)


def _sweep_errands(app: App, hands: Hands) -> None:
    """Those whose job was lost; what is long past is forgotten."""
    hands.inbox.forget(hands.world.clock.now())
    for errand in hands.inbox.due(hands.world.clock.now() - _LATE):
        _defer_errand(app, hands, errand)


def _defer_errand(app: App, hands: Hands, errand: Errand) -> None:
    name = f"errand-{errand.id}"
    in_our_time = datetime.now(UTC) + (errand.due_at - hands.world.clock.now())
    with suppress(AlreadyEnqueued):
        app.configure_task(
            _ERRAND,
            queue=_queue_of(errand.id),
            lock=name,
            queueing_lock=name,
            schedule_at=in_our_time,
            allow_unknown=False,
        ).defer(errand=errand.id)


def _set_timer(app: App, world: World, incident_id: str, wake_at: datetime | None) -> None:
    """One timer an incident: an older one gives way."""
    if wake_at is None:
        return
    name = f"at-{incident_id}"
    for job in app.job_manager.list_jobs(queueing_lock=name, status="todo"):
        if job.id is not None:
            app.job_manager.cancel_job_by_id(job.id, delete_job=True)
    in_our_time = datetime.now(UTC) + (wake_at - world.clock.now())
    timer = app.configure_task(
        _TASK, queue=QUEUE, lock=incident_id, queueing_lock=name, schedule_at=in_our_time, allow_unknown=False
    )
    with suppress(AlreadyEnqueued):
        timer.defer(incident=incident_id)


def work(
    url: str, world: World, hands: Hands | None = None, *, at_once: int, wait: bool = True, signals: bool = True
) -> None:
    """Runs until it is interrupted; without `wait`, until nothing is due. `signals`: whether it hears those itself."""
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    with Teller(world, alone_with(world.record)) as teller:
        beside = {"queue": _LONG_QUEUE, "at_once": 1, "wait": wait, "signals": False}
        long = Thread(target=_run, args=(make_app(url, world, teller, hands),), kwargs=beside, daemon=True)
        long.start()
        _run(make_app(url, world, teller, hands), queue=QUEUE, at_once=at_once, wait=wait, signals=signals)
        if not wait:
            long.join()


def _run(app: App, *, queue: str, at_once: int, wait: bool, signals: bool) -> None:
    options: dict[str, Any] = {
        "queues": [queue],
        "concurrency": at_once,
        "wait": wait,
        "install_signal_handlers": signals,
        "fetch_job_polling_interval": 1.0,
        "update_heartbeat_interval": _HEARTBEAT_SECONDS,
        "stalled_worker_timeout": _STALLED_SECONDS,
        "delete_jobs": "successful",
    }
    with app.open():
        app.run_worker(**options)


def _connector(url: str) -> PsycopgConnector:
    plain = sa.make_url(url).set(drivername="postgresql")
    return PsycopgConnector(conninfo=plain.render_as_string(hide_password=False))
