"""It answers, and looks after what came in; others may help it."""

import gc
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from unleak.engine.bell import Bell
from unleak.engine.errands import Hands, keep_running, look_now
from unleak.engine.watch import Watch
from unleak.model.entry import Entry
from unleak.model.errors import Misuse, UnleakError
from unleak.report.words import sentence
from unleak.respond import World
from unleak.web.app import make_app
from unleak.web.log import log
from unleak.web.processes import Share
from unleak.web.pulse import Pulse
from unleak.web.queue import queue_of, read_queue
from unleak.web.service import Service

_ANSWER_WITHIN = 5.0
_TRIES_AT_ONCE = 16
_HEAD_WITHIN = 10.0
_GRACE_SECONDS = 10
_BACKLOG = 2048
_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen; `certificate` and `key` are files, for https. `at_once`: incidents; 0: leave them to workers.

    `proxy`: the addresses that may say for whom they ask. `processes`: how many answer there.
    """

    host: str
    port: int
    certificate: str = ""
    key: str = ""
    at_once: int = 4
    proxy: str = ""
    processes: int = 1


def listen(place: Place) -> list[socket.socket]:
    """One for each process. Raises Misuse where nobody can listen there."""
    first = _listener(place)
    return [first, *(_listener(replace(place, port=first.getsockname()[1])) for _ in range(place.processes - 1))]


def _listener(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    shared = place.processes > 1
    try:
        made = socket.create_server((place.host, place.port), family=family, backlog=_BACKLOG, reuse_port=shared)
    except OSError as error:
        raise Misuse(
            f"cannot listen at {place.host}, port {place.port}: {error.strerror}", "name another with --port"
        ) from error
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer after the first waits for 40 ms
    return made


def serve(service: Service, hands: Hands, place: Place, listener: socket.socket) -> None:
    """One process, until it is told to stop: then requests and steps that have begun are brought to their end."""
    with _at_work(service, hands, place) as ring:
        _answer(service, place, listener, ring)
    log("stopped")


def serve_share(service: Service, hands: Hands, place: Place, share: Share) -> None:
    """What one of several processes does of it, as long."""
    if share.listener is not None:
        _answer(service, place, share.listener, share.ring, share.when_over)
    else:
        over = threading.Event()
        share.when_over(over.set)
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: over.set())
        with _at_work(service, hands, place) as ring:
            share.when_rung(ring)
            over.wait()
    log("stopped")


@contextmanager
def _at_work(service: Service, hands: Hands, place: Place) -> Iterator[Callable[[], None]]:
    """What came in is looked after meanwhile; yields what tells that there is more."""
    bell, errands, inquiries, listening, tries = Bell(), Bell(), Bell(), Bell(), ThreadPoolExecutor(1, "try")
    ring = partial(_ring, bell, errands, inquiries)
    jobs = _workers(service.world, hands, place, bell, errands, inquiries)
    if url := queue_of(service):
        jobs.append(partial(read_queue, _whole(service, ring, tries), url, listening))
    workers = [threading.Thread(target=keep_up, args=(job, bell), daemon=True) for job in jobs]
    for worker in workers:
        worker.start()
    try:
        yield ring
    finally:
        for one in (bell, errands, inquiries, listening):
            one.end()
        tries.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.join(_GRACE_SECONDS)


def keep_up(job: Callable[[], None], bell: Bell) -> None:
    """Where it breaks off (the record did not answer, say), it is begun again: no containment waits for somebody to
    read the log.
    """
    while not bell.is_over:
        try:
            job()
        except Exception as defect:  # noqa: BLE001  whatever it is
            _broken("what is looked after", defect)
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _answer(
    service: Service, place: Place, listener: socket.socket, ring: Callable[[], None],
    when_over: Callable[[Callable[[], None]], None] = lambda _: None,
) -> None:  # fmt: skip
    tries = ThreadPoolExecutor(_TRIES_AT_ONCE, "try")
    whole = _whole(service, ring, tries)
    server = _Server(_config(whole, place), whole.pulse)
    when_over(server.end)
    gc.freeze()  # what the program consists of stays: looking for what can go took a fifth of a second longer
    try:
        server.run([listener])
    finally:
        tries.shutdown(wait=False, cancel_futures=True)


def _whole(service: Service, ring: Callable[[], None], tries: ThreadPoolExecutor) -> Service:
    return replace(service, woken=ring, try_now=partial(_try, tries, service.world))


def _ring(*bells: Bell) -> None:
    for bell in bells:
        bell.ring()


def _try(pool: ThreadPoolExecutor, world: World, incident: str) -> None:
    """The sender waits for it, but not for ever. What goes wrong is no matter to them: the alert is stored."""
    try:
        pool.submit(look_now, world, incident).result(_ANSWER_WITHIN)
    except Late:
        return
    except UnleakError as error:
        log("not tried", incident=incident, said=str(error))
    except Exception as defect:  # noqa: BLE001  as above
        _broken(incident, defect)


def _workers(
    world: World, hands: Hands, place: Place, bell: Bell, errands: Bell, inquiries: Bell
) -> list[Callable[[], None]]:
    if not place.at_once:
        return []
    watched = replace(world, on_entry=_tell)
    hands = replace(hands, world=watched)
    if world.record.is_shared:
        from unleak.engine import procrastinate  # noqa: PLC0415  only where PostgreSQL is used, and installed

        url = world.config.record_url
        return [lambda: procrastinate.work(url, watched, hands, at_once=place.at_once, signals=False)]
    watch = Watch(watched, at_once=place.at_once, bell=bell, broken=_broken)
    long = partial(keep_running, hands, inquiries, broken=_broken, long=True)
    return [watch.run, partial(keep_running, hands, errands, bell.ring, _broken), long]


def _tell(entry: Entry) -> None:
    log("entry", incident=entry.incident, seq=entry.seq, kind=type(entry.event).__name__, said=sentence(entry.event))


def _broken(what: str, defect: Exception) -> None:
    log("defect", of=what, kind=type(defect).__name__)


def _config(service: Service, place: Place) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Config(
        make_app(service),
        host=place.host,
        port=place.port,
        http=_Impatient,
        ssl_certfile=place.certificate or None,
        ssl_keyfile=place.key or None,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(place.proxy),
        forwarded_allow_ips=place.proxy or None,
        limit_concurrency=500,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=32 * 1024,
        lifespan="off",
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, pulse: Pulse) -> None:
        super().__init__(config)
        self._pulse = pulse

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told once, it ends in order and with 0; told again, at once. The signal is not raised once more."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True

    def end(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever watches would be waited for."""
        self._pulse.end()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for one in sockets or []:
            log("listening", host=self.config.host, port=one.getsockname()[1])


class _Impatient(H11Protocol):
    """Hangs up on whoever does not end the head of a request in time: each holds a connection of few."""

    def connection_made(self, transport: object) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._head = self.loop.call_later(_HEAD_WITHIN, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_idle():
            self._head.cancel()
        elif self._head.cancelled():
            self._head = self.loop.call_later(_HEAD_WITHIN, self._hang_up)

    def _hang_up(self) -> None:
        if self._is_idle():
            self.transport.close()

    def _is_idle(self) -> bool:
        """Between requests, or in the midst of a head. There is no cycle before the first, whatever its type says."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete
