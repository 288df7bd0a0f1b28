"""Paths of places as an ignore file sees them."""

import os
from pathlib import Path

from unleak.model.value import Value


class Seen(Value):
    """`folder` holds the ignore file; relative paths of places begin at `start`."""

    folder: Path
    start: Path

    def inside(self, path: str) -> str | None:
        """Relative to the folder, with `/`; None outside of it."""
        full = Path(os.path.normpath(self.start / path))
        return full.relative_to(self.folder).as_posix() if full.is_relative_to(self.folder) else None
