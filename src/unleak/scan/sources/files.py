"""Files and folders, without `.git`; links are not followed, save for the one that was asked for."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from unleak.scan.blob import Blob, Problem
from unleak.scan.sources.pieces import WHOLE, read_in_pieces

_SPECIAL = "neither a file nor a folder; `unleak scan -` reads standard input"
_OF_REPOSITORY = {"HEAD", "objects", "refs"}
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


def read_files(root: Path) -> Iterator[Blob | Problem]:
    """Every regular file at or below `root`, in a stable order; what cannot be read is told, not skipped."""
    for found in list_files(root):
        if isinstance(found, Problem):
            yield found
        else:
            yield from read_file(found, follow=found == str(root))


def list_files(root: Path) -> Iterator[str | Problem]:
    """The paths of all that is no folder at or below `root`, in a stable order."""
    try:
        is_folder = stat.S_ISDIR(root.stat().st_mode)
    except OSError as error:
        yield _problem(str(root), error)
        return
    if is_folder:
        yield from _walk(str(root))
    else:
        yield str(root)


def _walk(root: str) -> Iterator[str | Problem]:
    """Paths are joined by hand: for tens of thousands of files, it counts."""
    folders = ["" if root == "." else root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder or ".") as listed:
                entries = sorted(listed, key=lambda e: e.name)
        except OSError as error:
            yield _problem(folder, error)
            continue
        names = {e.name for e in entries}
        if names >= _OF_REPOSITORY:
            yield Problem(folder, "git's own files, which are packed: scan it with --history")
        below = []
        for entry in entries:
            path = f"{folder}{os.sep}{entry.name}" if folder else entry.name
            try:
                if entry.is_symlink():
                    continue
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError as error:
                yield _problem(path, error)
                continue
            if not is_folder:
                yield path
            elif entry.name != ".git":
                below.append(path)
        folders += reversed(below)


def read_file(path: str, *, follow: bool = False) -> Iterator[Blob | Problem]:
    """Never waits: what was a file a moment ago may be a pipe by now. A large file comes in pieces."""
    try:
        opened = os.open(path, _OPEN if follow else _OPEN | os.O_NOFOLLOW)
    except OSError as error:
        yield Problem(path, _SPECIAL) if _is_special(path) else _problem(path, error)
        return
    try:
        now = os.fstat(opened)
        if not stat.S_ISREG(now.st_mode):
            yield Problem(path, _SPECIAL)
        elif now.st_size <= WHOLE:
            yield Blob(_all_of(opened, now.st_size), path)
        else:
            with open(opened, "rb", buffering=0, closefd=False) as file:
                yield from read_in_pieces(file, now.st_size, path)
    except (OSError, MemoryError) as error:
        yield _problem(path, error)
    finally:
        os.close(opened)


def _all_of(opened: int, size: int) -> bytes:
    """As much as there is by now: it may have grown, and some of the system's own files say that they are empty."""
    data = os.read(opened, size + 1)
    if len(data) == size and size:
        return data
    parts = [data]
    while part := os.read(opened, 1 << 20) if data else b"":
        parts.append(part)
    return b"".join(parts)


def _is_special(path: str) -> bool:
    """A socket cannot be opened."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _problem(path: str, error: Exception) -> Problem:
    if isinstance(error, MemoryError):
        return Problem(path, "too large for this machine's memory")
    words = error.strerror if isinstance(error, OSError) else ""
    return Problem(path, words or str(error))
