"""Processes that write to one file take turns: none waits for long, and none that was killed or stuck is waited for."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from unleak.model.entry import Resumed
from unleak.store import turn as turns
from unleak.store.lease import file_lease
from unleak.store.record import Record
from unleak.store.turn import turn

_HOLDS = "import sys, time; from pathlib import Path; from unleak.store.turn import turn\n"
_HOLDS += "with turn(Path(sys.argv[1])): print('mine', flush=True); time.sleep(60)"
_WRITES = "import sys; from datetime import UTC, datetime; from unleak.model.entry import Resumed\n"
_WRITES += "from unleak.store.record import Record; record = Record(sys.argv[1])\n"
_WRITES += "for n in range(int(sys.argv[3])): record.append(sys.argv[2], n, [(datetime.now(UTC), Resumed('sam'))])"


def holder(path: Path) -> "subprocess.Popen[str]":
    held = subprocess.Popen([sys.executable, "-c", _HOLDS, str(path)], stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    assert held.stdout.readline() == "mine\n"
    return held


def test_the_turn_of_a_killed_process_is_over(tmp_path: Path) -> None:
    held, had = holder(tmp_path / "a.turn"), threading.Event()

    def wait() -> None:
        with turn(tmp_path / "a.turn"):
            had.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not had.wait(0.3)
    held.kill()
    assert had.wait(10)
    waiting.join()
    held.communicate()


def test_whoever_is_stuck_in_their_turn_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_MOST_SECONDS", 0.2)
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    held = holder(tmp_path / "record.db.turn")
    record.append("inc-1", 0, [(datetime.now(UTC), Resumed("sam"))])
    assert record.length("inc-1") == 1
    held.kill()
    held.communicate()
    record.close()


@pytest.mark.parametrize("held", [turn, lambda path: file_lease(path.parent, path.name)], ids=["turn", "lease"])
def test_a_process_that_was_forked_meanwhile_does_not_keep_it(
    tmp_path: Path, held: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with held(tmp_path / "a"):
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(0)
    began = time.monotonic()
    with held(tmp_path / "a"):
        assert time.monotonic() - began < 5
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_where_no_turn_can_be_had_it_is_written_without(tmp_path: Path) -> None:
    (tmp_path / "record.db.turn").mkdir()
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    record.append("inc-1", 0, [(datetime.now(UTC), Resumed("sam"))])
    assert record.length("inc-1") == 1
    record.close()


def test_three_that_write_without_a_pause_are_all_served(tmp_path: Path) -> None:
    url, number = f"sqlite:///{tmp_path / 'record.db'}", 60
    record, began = Record(url), time.monotonic()
    writers = [subprocess.Popen([sys.executable, "-c", _WRITES, url, f"inc-{n}", str(number)]) for n in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0], time.monotonic() - began
    assert record.lengths() == {f"inc-{n}": number for n in range(3)}
    record.close()
