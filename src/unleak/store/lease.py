"""One process at a time works on an incident. The lock is the kernel's, so a killed process leaves none behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unleak.model.errors import Busy


@contextmanager
def lease(folder: Path, incident: str) -> Iterator[None]:
    """Raises Busy while another process holds the incident."""
    path = folder / f"{incident}.lock"
    path.touch(mode=0o600)
    with path.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"another process is responding to {incident} right now",
                f"watch it with `unleak incident show {incident}`; it is safe to end it and to run this again",
            ) from error
        yield
