"""Work shared out among all processors, by processes that are forked: they find everything as it is, and nothing is
copied. What they answer crosses a pipe.

`concurrent.futures` does this too; its import takes as long as a small scan.
"""

import os
import pickle
import select
import signal
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from unleak.model.errors import CouldNotLook

T = TypeVar("T")

_NUMBER = struct.Struct("<i")
_LENGTH = struct.Struct("<iq")
_MOST = 16_000
"""So many numbers go into a pipe before anybody reads."""


def processors() -> int:
    """How many processes may work; 1 where none can be forked: on Windows, or beside threads, whose locks would be
    copied as they are.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared_out(
    count: int, work: Callable[[int], T], begin: Callable[[], None] = lambda: None
) -> Iterator[tuple[int, T]]:
    """`work(n)` for every n below `count`, with its n, as they come. Whoever is done takes the next. Each process calls
    `begin` first.

    Raises CouldNotLook where a process ends early: it was killed, or `work` raised.
    """
    if count > _MOST:
        raise ValueError(f"at most {_MOST} pieces of work")
    asked, asking = os.pipe()
    os.write(asking, b"".join(_NUMBER.pack(n) for n in range(count)))
    os.close(asking)
    children: dict[int, int] = {}
    parent = os.getpid()
    try:
        for _ in range(min(processors(), count)):
            answers, answering = os.pipe()
            child = os.fork()
            if not child:
                _answer(parent, asked, answering, work, begin)
            os.close(answering)
            children[answers] = child
        yield from _answers(children)
    finally:
        os.close(asked)
        for answers, child in children.items():
            os.close(answers)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _answer(parent: int, asked: int, answering: int, work: Callable[[int], T], begin: Callable[[], None]) -> None:
    """In a child: never returns. Whoever interrupts us, interrupts the one that started us; where that one was ended
    all the same, nobody waits for more.
    """
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        begin()
        while os.getppid() == parent and (number := os.read(asked, _NUMBER.size)):
            answer = pickle.dumps(work(_NUMBER.unpack(number)[0]), pickle.HIGHEST_PROTOCOL)
            _write(answering, number + struct.pack("<q", len(answer)) + answer)
        _write(answering, _LENGTH.pack(-1, 0))
        code = 0
    finally:
        os._exit(code)


def _write(pipe: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(pipe, left) :]


def _answers(children: dict[int, int]) -> Iterator[tuple[int, T]]:
    """From whichever child has one. Each says when it has no more."""
    ready = select.poll()
    for pipe in children:
        ready.register(pipe, select.POLLIN | select.POLLHUP)
    working = len(children)
    while working:
        for pipe, _ in ready.poll():
            number, length = _LENGTH.unpack(_read(pipe, _LENGTH.size))
            if number < 0:
                ready.unregister(pipe)
                working -= 1
            else:
                yield number, pickle.loads(_read(pipe, length))  # noqa: S301  from a process of ours


def _read(pipe: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            raise CouldNotLook("a process that helped to look has died", "is there enough memory?")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
