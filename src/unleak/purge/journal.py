"""How far a purge came, written before each stage, so that one that was killed can say so. It holds no secret."""

import json
from enum import StrEnum
from pathlib import Path

from unleak.model.errors import CouldNotLook, Misuse

_NAME = "purge.json"
_SCHEMA = "unleak.purge-journal/1"


class Stage(StrEnum):
    CLONING = "cloning"
    REWRITING = "rewriting"
    PROVING = "proving"
    PROVEN = "proven"
    NOT_PROVEN = "not proven"


class Journal:
    """One folder, one purge: it is never gone on with, since a clone made anew is surer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self) -> None:
        """Raises Misuse where the folder is there already, with how far that purge came."""
        try:
            self._folder.mkdir(mode=0o700)
        except FileExistsError:
            raise Misuse(*_left_over(self._folder)) from None
        except OSError as error:
            raise CouldNotLook(f"cannot make {self._folder}: {error.strerror}", "give another place") from error
        self.write(Stage.CLONING)

    def check_new(self) -> None:
        """Raises Misuse as `begin` would."""
        if self._folder.exists() or self._folder.is_symlink():
            raise Misuse(*_left_over(self._folder))

    def write(self, stage: Stage) -> None:
        new = self._folder / f"{_NAME}.new"
        new.write_text(json.dumps({"schema": _SCHEMA, "stage": stage}) + "\n", encoding="ascii")
        new.replace(self._folder / _NAME)


def _left_over(folder: Path) -> tuple[str, str]:
    try:
        stage = Stage(json.loads((folder / _NAME).read_text("ascii"))["stage"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{folder} is there already", "give a place that is not there yet: it is made"
    if stage in {Stage.PROVEN, Stage.NOT_PROVEN}:
        return f"{folder} holds an earlier purge, which ended: {stage}", "use that one, or give another --into"
    return (
        f"{folder} holds an earlier purge, which ended early, while {stage}; your repository was only read",
        f"remove {folder}, then run again",
    )
