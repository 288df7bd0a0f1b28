# ruff: noqa: INP001  a script's part, no package
"""Runs a program and says what it took: time, processor time, and memory of it and all that it started.

Time and memory are taken in runs of their own, because asking for memory slows a program down.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SHORTEST_PAUSE = 0.003
_LONGEST_PAUSE = 0.05
_PAUSES_A_RUN = 50
_DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPROFILEIMPORTTIME")
_DROPPED_BEGINS = ("AWS_", "BETTERLEAKS_", "GITLEAKS_", "KF_", "KINGFISHER_", "UNLEAK_")


@dataclass(frozen=True, slots=True)
class Command:
    """`output` is where its standard output goes; None: nowhere."""

    argv: Sequence[str]
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds; `cpu` is of the process and of those of its descendants that it waited for."""

    wall: float
    cpu: float
    code: int


def timed(command: Command, extra: Mapping[str, str], limit: float) -> Run:
    """`code` is negative where the program was killed for taking longer than `limit` seconds."""
    began = time.perf_counter()
    process = _start(command, extra)
    timer = threading.Timer(limit, _kill, [process.pid])
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, process.returncode)


def peak(command: Command, extra: Mapping[str, str], limit: float) -> int:
    """The greatest sum of the proportional set sizes (PSS) of its session's processes, in bytes: a page that several
    of them share counts once. What lives for less than a pause between two looks is not seen.
    """
    began = time.perf_counter()
    process = _start(command, extra)
    most = 0
    while process.poll() is None:
        most = max(most, sum(_pss(pid) for pid in _session(process.pid)))
        passed = time.perf_counter() - began
        if passed > limit:
            _kill(process.pid)
        time.sleep(min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE, passed / _PAUSES_A_RUN)))
    return most


def _start(command: Command, extra: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that all that it starts can be told."""
    kept = {k: v for k, v in os.environ.items() if k not in _DROPPED and not k.startswith(_DROPPED_BEGINS)}
    with (command.output or Path(os.devnull)).open("wb") as out:
        return subprocess.Popen(  # noqa: S603  the scanners to compare
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**kept, **extra},
            start_new_session=True,
        )


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _session(leader: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, IndexError):
                stat = (entry / "stat").read_bytes()
                if int(stat.rpartition(b")")[2].split()[3]) == leader:
                    yield int(entry.name)


def _pss(pid: int) -> int:
    with suppress(OSError):
        for line in Path("/proc", str(pid), "smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0
