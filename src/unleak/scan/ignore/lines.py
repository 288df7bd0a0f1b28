"""The lines of an ignore file, which is part of what is scanned and may be anything."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from unleak.model.errors import CouldNotLook, Misuse

_LARGEST = 1 << 20


def read_small(path: Path, largest: int = _LARGEST) -> bytes | None:
    """None where there is no such file. Never waits for a pipe. Raises CouldNotLook where it cannot be read, and Misuse
    where it is no file or too large for one of its kind.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CouldNotLook(f"cannot read {path}: {error.strerror}", "make it readable, or scan without it") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Misuse(f"{path} is no file", "remove it")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(largest + 1)
    finally:
        os.close(descriptor)
    if len(data) > largest:
        raise Misuse(f"{path} is larger than {largest >> 10} KiB", "shorten it")
    return data


def numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines that say something, with their numbers: without comments, line ends and the spaces before these.

    A space with a backslash before it stays, as in `.gitignore`.
    """
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        line = raw.removesuffix(b"\r")
        while line.endswith(b" ") and not line.endswith(b"\\ "):
            line = line[:-1]
        if line.strip() and not line.startswith(b"#"):
            yield number, line
