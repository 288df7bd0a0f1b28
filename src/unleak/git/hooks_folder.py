"""Where git looks for the hooks of a repository."""

import os
from dataclasses import dataclass
from pathlib import Path

from unleak.git.repository import Repository
from unleak.model.errors import Misuse

_OWN = frozenset({"local", "worktree"})
_OURS = "command"


@dataclass(frozen=True, slots=True)
class HooksFolder:
    """`path` need not exist. `shared`: a setting of the user or the machine, not of the repository, leads there.
    `bare`: nobody commits in this repository.
    """

    path: Path
    shared: bool
    bare: bool


def hooks_folder(repository: Repository) -> HooksFolder:
    """Of a work tree, a bare repository, a linked work tree (whose hooks are the main one's) or a submodule.

    Raises Misuse inside of a `.git` folder, and where core.hooksPath is set to nothing.
    """
    facts = repository.run("rev-parse", "--is-bare-repository", "--is-inside-work-tree").stdout.split()
    bare, inside = (fact == b"true" for fact in facts)
    if not bare and not inside:
        raise Misuse(f"{repository.path} is inside of a .git folder", "give the path of the work tree")
    setting = _setting(repository)
    if setting is None:
        return HooksFolder(_answer(repository, "--git-common-dir") / "hooks", shared=False, bare=bare)
    scope, value = setting
    if not value:
        raise Misuse("core.hooksPath is set to nothing", "git config --unset core.hooksPath")
    top = _answer(repository, "--absolute-git-dir" if bare else "--show-toplevel")
    return HooksFolder(top / value, shared=scope not in _OWN, bare=bare)


def _setting(repository: Repository) -> tuple[str, str] | None:
    """Scope and value of the core.hooksPath that counts; ours, which turns hooks off while we read, does not."""
    listed = repository.run(
        "config", "--show-scope", "--type=path", "-z", "--get-all", "core.hooksPath", check=False
    ).stdout  # fmt: skip
    parts = os.fsdecode(listed).split("\0")
    settings = [(s, v) for s, v in zip(parts[::2], parts[1::2], strict=False) if s != _OURS]
    return settings[-1] if settings else None


def _answer(repository: Repository, question: str) -> Path:
    """Which may be relative to the folder in which it was asked."""
    told = os.fsdecode(repository.run("rev-parse", question).stdout).removesuffix("\n")
    return (repository.path.absolute() / told).resolve()
