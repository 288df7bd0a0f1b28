"""Work among processes: all of it, each once, whoever dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from unleak.forked import processors, shared_out
from unleak.model.errors import CouldNotLook


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_everything_is_done_once(count: int) -> None:
    assert sorted(shared_out(count, lambda n: n * n)) == [(n, n * n) for n in range(count)]


def test_answers_may_be_large() -> None:
    sizes = {n: len(answer) for n, answer in shared_out(6, lambda n: bytes(n << 20))}
    assert sizes == {n: n << 20 for n in range(6)}


def test_each_process_begins_first() -> None:
    begun: list[int] = []
    assert all(answer == 1 for _, answer in shared_out(20, lambda _n: len(begun), lambda: begun.append(1)))
    assert begun == []


def _killed(n: int) -> int:
    if n == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def _raises(n: int) -> int:
    if n == 7:
        raise ValueError(n)
    return n


@pytest.mark.parametrize("work", [_killed, _raises])
def test_a_process_that_dies_is_told(work: "Callable[[int], int]") -> None:
    with pytest.raises(CouldNotLook, match="died"):
        list(shared_out(20, work))


def test_whoever_stops_listening_leaves_nobody_behind() -> None:
    answers: Iterator[tuple[int, int]] = shared_out(1000, lambda n: n)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_nobody_works_on_for_one_who_was_killed(tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = (
        "import sys, time; from unleak.forked import shared_out\n"
        "def work(n):\n"
        "    with open(sys.argv[1], 'a') as done: done.write('x')\n"
        "    time.sleep(0.2)\n"
        "for _ in shared_out(1000, work): pass\n"
    )
    started = subprocess.Popen([sys.executable, "-c", script, str(done)])
    while not done.exists():
        time.sleep(0.02)
    started.kill()
    started.wait()
    time.sleep(0.5)
    size = done.stat().st_size
    time.sleep(1)
    assert done.stat().st_size == size < 100


def test_there_is_a_processor() -> None:
    assert processors() >= 1
