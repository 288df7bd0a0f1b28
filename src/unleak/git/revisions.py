"""Which objects a choice of commits brings with it, as `git rev-list` tells."""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unleak.git.repository import Repository, in_short
from unleak.model.errors import CouldNotLook, Misuse

_OPTION = re.compile(r"--not|--all|--remotes(=[^\0\n]+)?")
_RESOLVED = re.compile(r"([0-9a-f]{40,64}) (?:commit|tag|tree|blob) \d+")
_NAMED = 'name a commit, a range such as "main..HEAD", or --all; in a shallow clone, fetch more first'


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the choice reaches is not here, or git did not get there."""

    why: str


def by_id(repository: Repository, revisions: Sequence[str]) -> list[str]:
    """The same choice with ids for names, so that git can take no name for an option.

    `revisions`: names, `A..B`, `A...B`, `^A`, `--not`, `--all` and `--remotes=NAME`, in git's meaning.
    Raises Misuse for any other option, and for a name of nothing that is here.
    """
    if not revisions:
        raise Misuse("no commits were named", _NAMED)
    forms = {r: _forms(r) for r in revisions if not _OPTION.fullmatch(r)}
    ids = _resolve(repository, list(dict.fromkeys(name for many in forms.values() for form in many for name in form)))
    return [_written(r, forms[r], ids) if r in forms else r for r in revisions]


def objects_of(repository: Repository, chosen: Sequence[str]) -> Iterator[str | Gap]:
    """The id of every object that a choice from `by_id` reaches, once each, commits first; and what is missing."""
    cut = _shallow_commits(repository)
    with (
        tempfile.TemporaryFile() as words,
        repository.start(
            "rev-list", "--objects", "--no-object-names", "--missing=print", *chosen, stderr=words.fileno()
        ) as git,
    ):
        assert git.stdout is not None  # noqa: S101  it is a pipe
        try:
            for line in git.stdout:
                oid = line.decode().strip()
                if oid.startswith("?"):
                    yield Gap(f"object {oid[1:]} is not here (a partial clone, or damage)")
                    continue
                yield oid
                if oid in cut:
                    yield Gap(f"a shallow clone: what is before {oid} is not here; `git fetch --unshallow` brings it")
            failed = git.wait()
        finally:
            git.kill()
        if failed:
            words.seek(0)
            yield Gap(f"git rev-list: {in_short(words.read()) or 'failed'}; `git fsck` tells more")


def _forms(revision: str) -> list[list[str]]:
    """What the names in it may be: all of it one name, which comes first, or two with dots between, or one left out."""
    forms = [[revision]]
    if revision.startswith("^"):
        forms = [[revision[1:]]]
    elif ".." in revision:
        forms.append([side or "HEAD" for side in re.split(r"\.{2,3}", revision, maxsplit=1)])
    return forms


def _written(revision: str, forms: list[list[str]], ids: dict[str, str]) -> str:
    for form in forms:
        if all(name in ids for name in form):
            found = [ids[name] for name in form]
            dots = "..." if "..." in revision else ".."
            return ("^" if revision.startswith("^") else "") + dots.join(found)
    raise Misuse(f"{ascii(revision)[1:-1]} is no commit that is here", _NAMED)


def _resolve(repository: Repository, names: Sequence[str]) -> dict[str, str]:
    """By name; asked on standard input, where git knows no options."""
    asked = [name for name in names if name and not set(name) & {"\n", "\0"}]
    if not asked:
        return {}
    lines = b"".join(os.fsencode(name) + b"\n" for name in asked)
    answers = repository.run("cat-file", "--batch-check", stdin=lines).stdout.decode(errors="replace").splitlines()
    if len(answers) != len(asked):
        raise CouldNotLook("git cat-file did not answer for every revision", "run `git fsck` there")
    found = ((name, _RESOLVED.fullmatch(answer)) for name, answer in zip(asked, answers, strict=True))
    return {name: match.group(1) for name, match in found if match}


def _shallow_commits(repository: Repository) -> frozenset[str]:
    """Those whose parents a shallow clone has left out."""
    listed = repository.environment.get("GIT_SHALLOW_FILE") or os.fsdecode(
        repository.run("rev-parse", "--git-path", "shallow").stdout.rstrip(b"\n")
    )
    try:
        return frozenset((repository.path / Path(listed)).read_text("ascii").split())
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        raise CouldNotLook(f"cannot read {listed}: is it damaged?", "run `git fsck` there") from error
