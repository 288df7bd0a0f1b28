# ruff: noqa: INP001  a script's part, no package
"""Runs a process and says what it took."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPROFILEIMPORTTIME")
_DROPPED_BEGINS = ("AWS_", "UNLEAK_")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds, and the greatest resident size in bytes. `load`: of the machine, when it began."""

    wall: float
    cpu: float
    peak: int
    code: int
    load: float


def spent(argv: Sequence[str], output: Path, extra: Mapping[str, str], limit: float = 3600) -> Spent:
    """`code` is negative where it was killed for taking longer than `limit` seconds."""
    kept = {k: v for k, v in os.environ.items() if k not in _DROPPED and not k.startswith(_DROPPED_BEGINS)}
    load, began = os.getloadavg()[0], time.perf_counter()
    with output.open("wb") as out, output.with_suffix(".err").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  ourselves, and what we are compared with
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env={**kept, **extra}, start_new_session=True
        )
        timer = threading.Timer(limit, _kill, [process.pid])
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            timer.cancel()
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode, load)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def job(what: str, *words: str) -> list[str]:
    """A process of ours that does one thing."""
    return [sys.executable, str(Path(__file__).with_name("investigate_jobs.py")), what, *words]
