"""Files and folders, without `.git`; links are not followed, save for the one that was asked for."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from unleak.scan.blob import Blob, Problem
from unleak.scan.sources.pieces import WHOLE, read_in_pieces

_SPECIAL = "neither a file nor a folder; `unleak scan -` reads standard input"


def read_files(root: Path) -> Iterator[Blob | Problem]:
    """Every regular file at or below `root`, in a stable order; what cannot be read is told, not skipped."""
    try:
        mode = root.stat().st_mode
    except OSError as error:
        yield _problem(root, error)
        return
    if stat.S_ISDIR(mode):
        yield from _walk(root)
    else:
        yield from _read(root, mode)


def _walk(root: Path) -> Iterator[Blob | Problem]:
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208  a Path for each name is slow
        except OSError as error:
            yield _problem(folder, error)
            continue
        below = []
        for name in names:
            path = folder / name
            try:
                mode = path.lstat().st_mode
            except OSError as error:
                yield _problem(path, error)
                continue
            if stat.S_ISDIR(mode):
                below.append(path)
            elif not stat.S_ISLNK(mode):
                yield from _read(path, mode, os.O_NOFOLLOW)
        folders += [f for f in reversed(below) if f.name != ".git"]


def _read(path: Path, mode: int, flags: int = 0) -> Iterator[Blob | Problem]:
    """Never waits: what was a file a moment ago may be a pipe by now. A large file comes in pieces."""
    if not stat.S_ISREG(mode):
        yield Problem(str(path), _SPECIAL)
        return
    try:
        with open(path, "rb", opener=lambda p, f: os.open(p, f | os.O_NONBLOCK | flags), buffering=0) as file:
            now = os.fstat(file.fileno())
            if not stat.S_ISREG(now.st_mode):
                yield Problem(str(path), _SPECIAL)
            elif now.st_size <= WHOLE:
                yield Blob(file.read(), str(path))
            else:
                yield from read_in_pieces(file, now.st_size, str(path))
    except (OSError, MemoryError) as error:
        yield _problem(path, error)


def _problem(path: Path, error: Exception) -> Problem:
    if isinstance(error, MemoryError):
        return Problem(str(path), "too large for this machine's memory")
    words = error.strerror if isinstance(error, OSError) else ""
    return Problem(str(path), words or str(error))
