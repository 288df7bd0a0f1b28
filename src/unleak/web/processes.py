"""Several processes answer at one address, and one responds: where one dies, the others go on, another takes its place.

Who responds answers nobody: those who look on, or send, have no part of its interpreter.

What starting takes (reading the program, bringing the record's tables up to date) the keeper has done before it forks,
so that a new process answers within a fraction of a second. Each listens at a socket of its own, among which the kernel
shares out who connects (SO_REUSEPORT, socket(7)). The keeper holds them all: who connects to one that has just died
waits for the next. It does nothing else, so that nothing in it can break; where it is killed all the same, the others
answer for some seconds more, until whoever started it has started it again.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from unleak.model.errors import Misuse
from unleak.web.log import log

_MOST = 64
_COUNTS = "PROMETHEUS_MULTIPROC_DIR"
_TOO_SOON = 1.0
_LINGER = 10.0
_OVER = b"."


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several processes has of them. Without a listener it responds; the others ring for it."""

    listener: socket.socket | None
    _rung: int
    _ringing: int
    _leash: int

    def ring(self) -> None:
        """There is something to do; whether it was rung before does not matter."""
        with suppress(BlockingIOError):
            os.write(self._ringing, b".")

    def when_rung(self, hear: Callable[[], None]) -> None:
        """For the one that responds."""
        threading.Thread(target=_hear, args=(self._rung, hear), daemon=True).start()

    def when_over(self, end: Callable[[], None]) -> None:
        """Once the keeper was told to stop; or some time after it is no more."""
        threading.Thread(target=_wait, args=(self._leash, end), daemon=True).start()


def apart(listeners: Sequence[socket.socket], *, responds: bool) -> Share:
    """Goes on in a process for each of `listeners`, and in one that `responds`; in the keeper, which called it, only
    SystemExit comes back.

    To be called while there is one thread, no connection, and nothing that counts (`count_together`).
    """
    return _Keeper([*listeners, None] if responds else listeners).keep()


def check(number: int) -> None:
    """Raises Misuse where there cannot be so many."""
    if not 1 <= number <= _MOST:
        raise Misuse(f"{number} processes cannot answer", f"--processes takes 1 to {_MOST}; one a processor is enough")
    if number > 1 and sys.platform != "linux":
        raise Misuse("several processes share an address on Linux only", "leave --processes out")


def count_together() -> None:
    """What each counts is told as one sum, whoever is asked. To be called before anything counts."""
    os.environ[_COUNTS] = tempfile.mkdtemp(prefix="unleak-counts-")


def counted_together(environment: Mapping[str, str] = os.environ) -> str:
    """The folder that holds it; none where one process answers."""
    return environment.get(_COUNTS, "")


class _Keeper:
    def __init__(self, listeners: Sequence[socket.socket | None]) -> None:
        self._listeners = listeners
        self._running: dict[int, tuple[int, float]] = {}
        self._rung, self._ringing = os.pipe()
        self._leash, self._held = os.pipe()
        os.set_blocking(self._ringing, False)
        self._is_over = False

    def keep(self) -> Share:
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, self._end)
        for number in range(len(self._listeners)):
            if share := self._begin(number):
                return share
        while self._running:
            pid, status = os.wait()
            number, begun = self._running.pop(pid)
            if not self._is_over:
                self._say(number, status, begun)
            if not self._is_over and (share := self._begin(number)):
                return share
        shutil.rmtree(counted_together(), ignore_errors=True)
        raise SystemExit(0)

    def _begin(self, number: int) -> Share | None:
        """The share of it in the new process, and None in the keeper."""
        if child := os.fork():
            self._running[child] = number, time.monotonic()
            return None
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, signal.SIG_DFL)
        with suppress(OSError):  # it was told to stop just now
            os.close(self._held)
        mine = self._listeners[number]
        for other in self._listeners:
            if other is not None and other is not mine:
                other.close()
        return Share(mine, self._rung, self._ringing, self._leash)

    def _say(self, number: int, status: int, begun: float) -> None:
        code = os.waitstatus_to_exitcode(status)
        log("process ended", number=number, signal=-code if code < 0 else "", code=code if code >= 0 else "")
        if time.monotonic() - begun < _TOO_SOON:  # what ends at once may do so again
            time.sleep(_TOO_SOON)

    def _end(self, *_: object) -> None:
        """Told once, they end in order; told again, at once."""
        if self._is_over:
            for pid in self._running:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            self._is_over = True
            os.write(self._held, _OVER * len(self._listeners))
            os.close(self._held)


def _hear(rung: int, hear: Callable[[], None]) -> None:
    while os.read(rung, 4096):
        hear()


def _wait(leash: int, end: Callable[[], None]) -> None:
    """Each of them reads one sign. Where there is none, and nobody who could write it, the keeper was killed."""
    if not os.read(leash, len(_OVER)):
        time.sleep(_LINGER)
    end()
