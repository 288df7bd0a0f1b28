"""The patch as a commit on a new branch, made beside the work tree: neither it nor the index is touched."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from unleak.git.repository import Repository, in_short
from unleak.model.errors import CouldNotLook, Misuse
from unleak.purge.patch import Edit

_MESSAGE = "The AWS credentials are taken out of the source\n\nThey must be deactivated as well: unleak respond.\n"


def check_branch(repository: Repository, name: str) -> None:
    """Raises Misuse for no name of a branch, or for one that is taken."""
    if repository.run("check-ref-format", "--branch", name, check=False).returncode:
        raise Misuse(f"{name!r} is no name for a branch", "give another")
    if not repository.run("rev-parse", "--verify", "--quiet", f"refs/heads/{name}", check=False).returncode:
        raise Misuse(f"there is a branch {name} already", "give another name")


def make_branch(repository: Repository, name: str, edits: Sequence[Edit]) -> str:
    """The new commit, whose parent is HEAD. The branch comes last: before it, nothing points to what was written."""
    with tempfile.TemporaryDirectory() as folder:
        apart = Repository(repository.path, {**repository.environment, "GIT_INDEX_FILE": str(Path(folder) / "index")})
        apart.run("read-tree", "HEAD")
        for edit in edits:
            oid = apart.run("hash-object", "-w", "--stdin", stdin=edit.new).stdout.decode().strip()
            line = f"{edit.mode} {oid}\t{edit.path}\0"
            apart.run("update-index", "-z", "--index-info", stdin=line.encode(errors="surrogateescape"))
        tree = apart.run("write-tree").stdout.decode().strip()
        done = apart.run("commit-tree", tree, "-p", "HEAD", stdin=_MESSAGE.encode(), check=False)
        if done.returncode:
            raise CouldNotLook(f"git commit-tree: {in_short(done.stderr)}", "git config user.name and user.email")
        commit = done.stdout.decode().strip()
        apart.run("update-ref", f"refs/heads/{name}", commit, "0" * len(commit))
    return commit
