"""A fresh mirror clone, and git-filter-repo over it. The repository that it is cloned from is only read."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

from unleak.git.repository import Repository, in_short
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.value import Value
from unleak.purge.needles import Needles
from unleak.purge.survey import Survey
from unleak.purge.tags import Tags

_NOTES, _NOTES_APART = "refs/notes/", "refs/unleak-notes/"
Refs = dict[str, str]
"""By full name, the id of what it points to: of a tag that is an object, that object's."""


class Rewritten(Value):
    """`commits`: old id to new. `before` and `after` are the refs. `reached`: every commit that `before` reaches."""

    commits: dict[str, str]
    before: Refs
    after: Refs
    reached: frozenset[str]


def need_filter_repo(repository: Repository) -> None:
    """Raises Misuse where git-filter-repo is not installed, or does not read such a repository."""
    if importlib.util.find_spec("git_filter_repo") is None:
        raise Misuse("git-filter-repo is not installed", "pip install 'unleak[purge]'")
    if repository.run("rev-parse", "--show-object-format").stdout.strip() != b"sha1":
        raise Misuse("git-filter-repo does not read repositories with SHA-256", "--branch makes the patch alone")


def clone(repository: Repository, mirror: Path) -> Repository:
    """All refs and what they reach, copied object by object. Nothing in it leads back to where it came from."""
    source = repository.run("rev-parse", "--absolute-git-dir").stdout.decode(errors="surrogateescape").rstrip("\n")
    allowed = Repository(mirror.parent, {**repository.environment, "GIT_ALLOW_PROTOCOL": "file"})
    done = allowed.run("clone", "--quiet", "--mirror", "--no-local", source, str(mirror.absolute()), check=False)
    if done.returncode:
        raise CouldNotLook(f"it cannot be cloned: {in_short(done.stderr)}", "run `git fsck` there")
    made = Repository(mirror, repository.environment)
    made.run("config", "--remove-section", "remote.origin")
    if made.run("symbolic-ref", "--quiet", "HEAD", check=False).returncode:
        # HEAD stood on no branch, and would hold the old commits here.
        branch = next((r for r in refs(made) if r.startswith("refs/heads/")), "refs/heads/main")
        made.run("symbolic-ref", "HEAD", branch)
    return made


def rewrite(mirror: Repository, needles: Needles, seen: Survey) -> Rewritten:
    """`seen`: the survey of where it was cloned from. Old objects are gone afterwards. Raises CouldNotLook where the
    rewriting ended early; the mirror is of no use then.
    """
    before = refs(mirror)
    reached = frozenset(mirror.run("rev-list", "--all").stdout.decode().split())
    _rename(mirror, _NOTES, _NOTES_APART)
    if reached:
        _filter(mirror, needles, seen)
    _rename(mirror, _NOTES_APART, _NOTES)
    commits = _commit_map(mirror.path)
    # Its list of refs has names that may hold a secret.
    shutil.rmtree(mirror.path / "filter-repo", ignore_errors=True)
    _delete_named_after(mirror, needles)
    moved = Tags(mirror, commits, needles).moved(before)
    _update(mirror, [f"update {needles.replaced_text(name)} {oid}" for name, oid in moved if _is_kept(name)])
    mirror.run("reflog", "expire", "--expire=now", "--all")
    mirror.run("gc", "--quiet", "--prune=now")
    return Rewritten(commits, before, refs(mirror), reached)


def refs(repository: Repository) -> Refs:
    listed = repository.run("for-each-ref", "--format=%(objectname) %(refname)").stdout
    pairs = (line.split(" ", 1) for line in listed.decode(errors="surrogateescape").splitlines())
    return {name: oid for oid, name in pairs}


def _is_kept(ref: str) -> bool:
    """Refs that replace objects mean nothing once the objects are others."""
    return not ref.startswith("refs/replace/")


def _rename(mirror: Repository, before: str, after: str) -> None:
    """git-filter-repo passes notes by unread, and knows them by the name of their ref."""
    named = [(name, oid) for name, oid in refs(mirror).items() if name.startswith(before)]
    _update(mirror, [f"delete {name}" for name, _ in named])
    _update(mirror, [f"create {after}{name.removeprefix(before)} {oid}" for name, oid in named])


def _update(mirror: Repository, lines: list[str]) -> None:
    told = "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
    mirror.run("update-ref", "--no-deref", "--stdin", stdin=told)


def _filter(mirror: Repository, needles: Needles, seen: Survey) -> None:
    asked = {
        "needles": [line.decode() for line in needles.lines()],
        "blobs": sorted(seen.holding["blob"]),
        "commits": sorted(seen.holding["commit"]),
    }
    command = [sys.executable, "-m", "unleak.purge.filtering", str(mirror.path.absolute())]
    done = subprocess.run(  # noqa: S603  ourselves
        command,
        input=json.dumps(asked).encode(),
        env={**mirror.environment, "GIT_ALLOW_PROTOCOL": "none"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        why = needles.replaced(in_short(done.stderr).encode()).decode()
        raise CouldNotLook(f"git-filter-repo ended early: {why}", "run `git fsck` on your repository; it was only read")


def _commit_map(path: Path) -> dict[str, str]:
    """As git-filter-repo wrote it; its first line is a heading."""
    listed = path / "filter-repo" / "commit-map"
    if not listed.exists():
        return {}
    pairs = (line.split() for line in listed.read_text("ascii").splitlines()[1:])
    return dict(pairs)


def _delete_named_after(mirror: Repository, needles: Needles) -> None:
    """Refs whose name holds a secret have been written under another name."""
    gone = [r for r in refs(mirror) if not _is_kept(r) or needles.replaced_text(r) != r]
    _update(mirror, [f"delete {name}" for name in gone])
    head = mirror.run("symbolic-ref", "HEAD", check=False).stdout.decode(errors="surrogateescape").strip()
    if head and needles.replaced_text(head) != head:
        mirror.run("symbolic-ref", "HEAD", needles.replaced_text(head))
