"""Where a place is for other programs: relative to the folder that they look from, with `/`."""

import os
from pathlib import Path


def relative(path: str, source: str) -> str | None:
    """Relative to the present folder, or else to what was scanned; None below neither.

    Paths in git are relative to their repository already, and stay as they are.
    """
    given = Path(path)
    if not given.is_absolute() and ".." not in given.parts:
        return given.as_posix()
    full, root = absolute(path), absolute(source)
    for base in (Path.cwd(), root if root != full else root.parent):
        if full.is_relative_to(base):
            return full.relative_to(base).as_posix()
    return None


def shown(path: str, source: str) -> str:
    """The same, or the path as it is where there is no such folder."""
    return relative(path, source) or Path(path).as_posix()


def absolute(path: str) -> Path:
    """Without `..`; links are not followed."""
    return Path(os.path.normpath(Path(path).absolute()))
