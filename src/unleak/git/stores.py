"""Where a repository keeps its objects: packs and loose ones, its own and those of its alternates."""

import os
from dataclasses import dataclass
from pathlib import Path

from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook

_FOLDER_NAME = 2
_SHA256_BYTES, _SHA1_BYTES = 32, 20


@dataclass(frozen=True, slots=True)
class Stores:
    """`packs` are paths of `.pack` files that have an index; `loose` are ids."""

    packs: list[Path]
    loose: list[str]
    hash_size: int

    @property
    def size(self) -> int:
        """Bytes of all packs."""
        return sum(p.stat().st_size for p in self.packs)


def object_stores(repository: Repository) -> Stores:
    """Raises CouldNotLook where a folder of objects cannot be read."""
    folders = _folders(repository)
    form = repository.run("rev-parse", "--show-object-format").stdout.strip()
    try:
        packs = [p for f in folders for p in sorted(f.glob("pack/*.pack")) if p.with_suffix(".idx").exists()]
        loose = [sub.name + name.name for f in folders for sub in _fan(f) for name in sub.iterdir()]
    except OSError as error:
        raise CouldNotLook(f"cannot read the objects: {error}", "look at the rights of its folders") from error
    hash_size = _SHA256_BYTES if form == b"sha256" else _SHA1_BYTES
    return Stores(packs, [oid for oid in loose if len(oid) == 2 * hash_size], hash_size)


def _fan(folder: Path) -> list[Path]:
    return [sub for sub in folder.iterdir() if len(sub.name) == _FOLDER_NAME and sub.is_dir()]


def _folders(repository: Repository) -> list[Path]:
    """The repository's own folder of objects first, then its alternates and theirs."""
    own = repository.run("rev-parse", "--git-path", "objects").stdout.rstrip(b"\n")
    waiting = [repository.path / os.fsdecode(own)]
    waiting += [
        Path(p) for p in repository.environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "").split(os.pathsep) if p
    ]
    found: list[Path] = []
    while waiting:
        folder = waiting.pop(0).resolve()
        if folder in found:
            continue
        found.append(folder)
        waiting += _alternates(folder)
    return found


def _alternates(folder: Path) -> list[Path]:
    listed = folder / "info" / "alternates"
    if not listed.exists():
        return []
    return [
        folder / os.fsdecode(line) for line in listed.read_bytes().splitlines() if line and not line.startswith(b"#")
    ]
