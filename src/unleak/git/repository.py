"""A repository, asked through git itself."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.value import Value, field

# A scanned repository must not run its own programs, nor ask a remote for objects that it does not have, nor show us
# one object in the place of another.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
# What git tells a hook about its repository. `git rev-parse --local-env-vars`, without those that hold configuration.
_PATHS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
_LOCAL = (*_PATHS, "GIT_INDEX_FILE", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
          "GIT_IMPLICIT_WORK_TREE", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_NAMESPACE")  # fmt: skip
_RAW_FIELDS = 5


def _environment() -> dict[str, str]:
    """Ours, for git: no prompts, no writes, no fetching behind our back, and the path alone says which repository."""
    return {k: v for k, v in os.environ.items() if k not in _LOCAL} | _ENVIRONMENT


class Repository(Value):
    """Where it is, and what git finds in its environment."""

    _unshown = frozenset({"environment"})

    path: Path
    environment: Mapping[str, str] = field(default_factory=_environment)

    @classmethod
    def at(cls, path: Path) -> "Repository":
        """Raises Misuse where `path` is in no repository, CouldNotLook where git does not open the one that is there.

        In a hook, what git says of the index and of new objects is heeded, if `path` is in the hook's repository.
        """
        if not path.exists():
            raise Misuse(f"there is no {path}", "give the path of a git repository")
        folder = path if path.is_dir() else path.parent
        plain = cls(folder)
        found = plain.run("rev-parse", "--absolute-git-dir", "--show-cdup", check=False)
        hooked = _of_hook(folder)
        if hooked is not None:
            theirs = hooked.run("rev-parse", "--absolute-git-dir", check=False)
            if not theirs.returncode and (found.returncode or found.stdout.startswith(theirs.stdout)):
                return hooked
        _check_opened(path, folder, found)
        return plain

    def run(
        self, *arguments: str, check: bool = True, stdin: bytes | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        """Raises CouldNotLook when git fails, with git's own words."""
        with self.start(*arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as git:
            out, err = git.communicate(stdin)
        if check and git.returncode:
            raise CouldNotLook(f"git {arguments[0]}: {in_short(err) or 'failed'}", "run `git fsck` there")
        return subprocess.CompletedProcess(git.args, git.returncode, out, err)

    def start(
        self, *arguments: str, stdin: int | IO[bytes] = subprocess.DEVNULL, stderr: int = subprocess.DEVNULL
    ) -> "subprocess.Popen[bytes]":
        """Raises CouldNotLook where there is no git."""
        command = ["git", "-C", str(self.path), *_SAFE, *arguments]
        try:
            return subprocess.Popen(  # noqa: S603  git with arguments of ours
                command, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, env=self.environment
            )
        except OSError as error:
            raise CouldNotLook(f"git cannot be run: {error.strerror}", "install git and put it on the PATH") from error

    def has_commit(self) -> bool:
        """Raises CouldNotLook where HEAD names a commit that cannot be read."""
        if self.run("rev-parse", "--verify", "--quiet", "HEAD", check=False).returncode:
            return False
        self.run("cat-file", "-e", "HEAD^{tree}")
        return True

    def staged(self) -> list[tuple[str, str]]:
        """Path and blob id of each staged file that is new or changed; the id is empty where a merge is not decided."""
        told = self.run("rev-parse", "--is-bare-repository", "--verify", "--quiet", "HEAD^{tree}", check=False)
        if not told.stdout.startswith((b"true", b"false")):
            raise CouldNotLook(f"git rev-parse: {in_short(told.stderr) or 'failed'}", "run `git fsck` there")
        if told.stdout.startswith(b"true"):
            raise Misuse(f"{self.path} is a bare repository: nothing is staged there", "use --history")
        base = "HEAD" if not told.returncode or self.has_commit() else self._empty_tree()
        raw = self.run(
            "diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "--no-relative", "-z", base
        ).stdout  # fmt: skip
        parts = raw.decode(errors="surrogateescape").split("\0")
        found = []
        for entry, path in zip(parts[::2], parts[1::2], strict=False):
            fields = entry.lstrip(":").split(" ")
            if len(fields) == _RAW_FIELDS and fields[4] != "D" and not fields[1].startswith("16"):
                found.append((path, fields[3] if fields[4] != "U" else ""))
        return found

    def at_head(self) -> frozenset[tuple[str, str]]:
        """Path and blob id of everything at HEAD; empty where there is no commit."""
        if not self.has_commit():
            return frozenset()
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", "HEAD").stdout.decode(errors="surrogateescape")
        rows = (row.partition("\t") for row in listed.split("\0") if row)
        return frozenset((path, meta.split(" ")[2]) for meta, _, path in rows)

    def _empty_tree(self) -> str:
        return self.run("hash-object", "-t", "tree", "--stdin", stdin=b"").stdout.decode().strip()


def in_short(words: bytes) -> str:
    """Of what git said, the line that says what is wrong."""
    lines = words.decode(errors="replace").strip().splitlines()
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    return next(iter([*fatal, *lines[-1:]]), "").removeprefix("fatal: ").removeprefix("error: ")


def _of_hook(folder: Path) -> Repository | None:
    """The repository that the environment speaks of, if it says so and `folder` is not elsewhere."""
    if not any(name in os.environ for name in _LOCAL) or not folder.resolve().is_relative_to(Path.cwd().resolve()):
        return None
    paths = {name: str(Path.cwd() / os.environ[name]) for name in _PATHS if name in os.environ}
    return Repository(folder, {**os.environ, **paths, **_ENVIRONMENT})


def _check_opened(path: Path, folder: Path, found: "subprocess.CompletedProcess[bytes]") -> None:
    if not found.returncode:
        # A way up in the last line: the repository that git found is another one, around this folder.
        if (folder / ".git").exists() and not found.stdout.endswith(b"\n\n"):
            raise CouldNotLook(f"git does not take {folder / '.git'} for a repository: is it damaged?", "look into it")
        return
    inside = any((above / ".git").exists() for above in (folder.resolve(), *folder.resolve().parents))
    if b"not a git repository" in found.stderr and not inside:
        raise Misuse(f"{path} is not a git repository", "leave out --history and --staged to scan its files")
    command = [line.strip() for line in found.stderr.decode(errors="replace").splitlines() if "safe.directory" in line]
    hint = f"if you trust it: {command[-1]}" if command else "run `git fsck` there"
    raise CouldNotLook(f"git does not open the repository at {path}: {in_short(found.stderr)}", hint)
