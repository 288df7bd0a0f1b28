"""7z archives, where py7zr is installed: by a process of its own, see `sevenzip_child.py`."""

import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import IO

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import DAMAGED
from unleak.scan.unpack.member import Member, step
from unleak.scan.unpack.sink import Sink, TooMuch

NAME = "7z"
_CHILD = "unleak.scan.unpack.sevenzip_child"
_FRAME = struct.Struct(">cL")
_PATIENCE = 120.0


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    if find_spec("py7zr") is None:
        yield Problem(NAME, "pip install 'unleak[sevenzip]'")
        return
    command = [sys.executable, "-P", "-m", _CHILD]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere) as child:  # noqa: S603  our own module
        assert child.stdin is not None  # noqa: S101  it is a pipe
        assert child.stdout is not None  # noqa: S101  it is a pipe
        patience = threading.Timer(_PATIENCE, child.kill)
        patience.start()
        try:
            _give(child.stdin, data)
            yield from _members(child.stdout, len(data), budget)
        finally:
            patience.cancel()
            child.kill()


def _give(pipe: IO[bytes], data: bytes) -> None:
    """That the child has ended before, the reader of its answer notices."""
    with suppress(BrokenPipeError):
        pipe.write(data)
    with suppress(BrokenPipeError):
        pipe.close()


def _members(pipe: IO[bytes], packed: int, budget: Budget) -> Iterator[Member | Problem]:
    """N: the name of the next member. D: bytes of it. P: why no more could be read. E: all is read."""
    kind, content = _frame(pipe)
    while kind == b"N":
        where = step("7z entry", content.decode("utf-8", "backslashreplace"))
        kind, content, why = yield from _member(pipe, where, Sink(budget, packed))
        if why:
            yield Problem(where, why)
            return
    if kind != b"E":
        yield Problem(NAME, content.decode() if kind == b"P" else DAMAGED)


def _member(pipe: IO[bytes], where: str, sink: Sink) -> Generator[Member, None, tuple[bytes, bytes, str]]:
    """Returns the frame that follows it, and why the member is too much, if it is."""
    why = ""
    try:
        while (frame := _frame(pipe))[0] == b"D":
            sink.write(frame[1])
    except TooMuch as full:
        frame, why = (b"", b""), full.why
    content = sink.take()
    if content:
        yield Member(where, content)
    return *frame, why


def _frame(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    """An empty kind where the child has ended without a word."""
    head = pipe.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return b"", b""
    kind, size = _FRAME.unpack(head)
    return kind, pipe.read(size)
