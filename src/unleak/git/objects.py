"""Objects out of a repository, in bulk, through `git cat-file`."""

import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO

from unleak.git.repository import Repository, in_short
from unleak.model.value import Value

_MOST_RESTARTS = 1000
_PIECES = 3


class GitObject(Value):
    """`kind`: blob, tree, commit or tag. `data` never prints."""

    _unshown = frozenset({"data"})

    oid: str
    kind: str
    data: bytes = b""


class BadObject(Value):
    """git could not give this object: it is missing or damaged."""

    oid: str
    why: str


def object_ids(repository: Repository) -> tuple[list[str], str]:
    """Every object in packs, loose and in alternates, reachable or not; and what git complains of, where it did not
    get at all of them.
    """
    listed = repository.run(
        "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)", check=False
    )
    complaint = in_short(listed.stderr) if listed.returncode or b"error: " in listed.stderr else ""
    return listed.stdout.decode().split(), complaint


def object_kinds(repository: Repository, oids: Sequence[str]) -> Iterator[GitObject | BadObject]:
    """One answer for each id, in order, without its data."""
    return _each(repository, "--batch-check", oids, _header)


def read_objects(repository: Repository, oids: Sequence[str]) -> Iterator[GitObject | BadObject]:
    """One answer for each id, in order."""
    return _each(repository, "--batch", oids, _content)


_Answer = Callable[[IO[bytes], str], GitObject | BadObject | None]


def _each(repository: Repository, mode: str, oids: Sequence[str], answer: _Answer) -> Iterator[GitObject | BadObject]:
    """A damaged object may end git: we note it, and go on behind it until it is too much."""
    start = restarts = 0
    while start < len(oids) and restarts < _MOST_RESTARTS:
        for found in _batch(repository, mode, oids[start:], answer):
            yield found
            start += 1
        if start < len(oids):
            yield BadObject(oids[start], "git cannot read it: damaged or missing")
            start += 1
            restarts += 1
    for oid in oids[start:]:
        yield BadObject(oid, f"not looked at, after {_MOST_RESTARTS} damaged objects")


def _batch(repository: Repository, mode: str, oids: Sequence[str], answer: _Answer) -> Iterator[GitObject | BadObject]:
    """Ends early when git does."""
    with repository.start("cat-file", mode, stdin=subprocess.PIPE) as git:
        assert git.stdin is not None  # noqa: S101  it is a pipe
        assert git.stdout is not None  # noqa: S101  it is a pipe
        asking = threading.Thread(target=_ask, args=(git.stdin, oids), daemon=True)
        asking.start()
        try:
            for oid in oids:
                found = answer(git.stdout, oid)
                if found is None:
                    return
                yield found
        finally:
            git.kill()
            asking.join()


def _ask(pipe: IO[bytes], oids: Sequence[str]) -> None:
    """Closes the pipe. That git has ended before, the reader notices."""
    with suppress(OSError):
        for oid in oids:
            pipe.write(oid.encode() + b"\n")
    with suppress(OSError):
        pipe.close()


def _header(pipe: IO[bytes], oid: str) -> GitObject | BadObject | None:
    """None when git has ended before it answered in full."""
    answered = _kind_and_size(pipe, oid)
    return GitObject(oid, answered[0]) if isinstance(answered, tuple) else answered


def _content(pipe: IO[bytes], oid: str) -> GitObject | BadObject | None:
    """None when git has ended before it answered in full."""
    answered = _kind_and_size(pipe, oid)
    if not isinstance(answered, tuple):
        return answered
    kind, size = answered
    data = pipe.read(size + 1)
    return GitObject(oid, kind, data[:size]) if len(data) == size + 1 else None


def _kind_and_size(pipe: IO[bytes], oid: str) -> tuple[str, int] | BadObject | None:
    line = pipe.readline()
    pieces = line.split()
    if pieces[1:] == [b"missing"]:
        return BadObject(oid, "missing or damaged")
    whole = len(pieces) == _PIECES and pieces[2].isdigit() and line.endswith(b"\n")
    return (pieces[1].decode(), int(pieces[2])) if whole else None
