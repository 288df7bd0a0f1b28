"""Objects of one bucket on this machine, so that none is fetched twice."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from unleak.model.errors import CouldNotLook

_INDEX = ".objects.jsonl"
_LONGEST = 200
_ODD = frozenset({"", ".", "..", _INDEX})


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing shows it; `size` in bytes."""

    key: str
    size: int
    etag: str


class Kept:
    """A folder for the owner only (0700), made when the first object comes. Whoever is killed leaves no half file under
    a real name. Raises CouldNotLook where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._etags: dict[str, str] = {}
        if (index := folder / _INDEX).exists():
            for line in index.read_text(encoding="utf-8", errors="replace").splitlines():
                self._learn(line)

    def path_of(self, listed: Listed) -> Path | None:
        """Where it lies, if it is here as listed."""
        path = self._place(listed.key)
        try:
            here = self._etags.get(listed.key) == listed.etag and path.stat().st_size == listed.size
        except OSError:
            return None
        return path if here else None

    def keep(self, listed: Listed, chunks: Iterable[bytes]) -> Path:
        """All of it, or nothing. Raises CouldNotLook where it is not as long as listed."""
        path = self._place(listed.key)
        try:
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        except OSError as error:
            raise CouldNotLook(f"cannot write to {self._folder}: {error.strerror}", "choose another folder") from error
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                size = sum(file.write(chunk) for chunk in chunks)
            if size != listed.size:
                raise CouldNotLook(f"{size} bytes came instead of {listed.size}", "run again")
            temporary.replace(path)
        except OSError as error:
            raise CouldNotLook(f"cannot write to {self._folder}: {error.strerror}", "make room for it") from error
        finally:
            temporary.unlink(missing_ok=True)
        self._note(listed)
        return path

    def _place(self, key: str) -> Path:
        """As the key has it; a key that would lead astray, or is no file name here, gets its hash as name."""
        parts = key.split("/")
        if any(p in _ODD or len(p.encode()) > _LONGEST or not p.isprintable() or "\\" in p for p in parts):
            return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json.gz"
        return self._folder.joinpath(*parts)

    def _note(self, listed: Listed) -> None:
        line = json.dumps([listed.key, listed.etag]) + "\n"
        with self._lock:
            self._etags[listed.key] = listed.etag
            with (self._folder / _INDEX).open("a", encoding="utf-8") as index:
                index.write(line)

    def _learn(self, line: str) -> None:
        """The last line may be half: its object is fetched again."""
        try:
            key, etag = json.loads(line)
        except ValueError:
            return
        self._etags[str(key)] = str(etag)
