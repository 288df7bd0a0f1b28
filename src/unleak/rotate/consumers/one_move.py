"""A file of this machine that holds a secret, written anew: whoever reads meanwhile has the old one or the new one."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def in_one_move(file: Path, lines: Iterable[str]) -> None:
    """Readable by its owner alone from the first byte on. Where it cannot be written, nothing is changed or left."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
