"""One look at every object of a repository: which hold what is to be taken out, and what a rewrite does not keep."""

import subprocess
from collections import Counter
from collections.abc import Iterator

from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.value import Value, field
from unleak.purge.needles import Needles
from unleak.purge.tags import unsigned

_HEADER_FIELDS = 3
_LFS = b"version https://git-lfs.github.com/spec/"
_LFS_LONGEST = 1024


class Survey(Value, frozen=False):
    """`holding`: ids by kind (blob, tree, commit, tag). `counts`: objects by kind, and of them: lfs pointers, trees
    with submodules, signed commits, signed tags.
    """

    holding: dict[str, set[str]] = field(default_factory=lambda: {k: set() for k in ("blob", "tree", "commit", "tag")})
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def held(self) -> int:
        return sum(map(len, self.holding.values()))


def survey(repository: Repository, needles: Needles) -> Survey:
    """Reachable or not. Raises CouldNotLook where not every object could be read."""
    found = Survey()
    counts, holding, held_in = found.counts, found.holding, needles.held_in
    for oid, kind, data in _all_objects(repository):
        counts[kind] += 1
        what = _of_interest(kind, data)
        if what:
            counts[what] += 1
        if held_in(data):
            holding[kind].add(oid)
    return found


def _of_interest(kind: str, data: bytes) -> str:
    if kind == "blob":
        return "lfs pointers" if len(data) < _LFS_LONGEST and data.startswith(_LFS) else ""
    if kind == "tree":
        return "trees with submodules" if b"160000 " in data else ""
    if kind == "commit":
        return "signed commits" if b"\ngpgsig" in data and b"\ngpgsig" in data.partition(b"\n\n")[0] else ""
    return "signed tags" if b"-----BEGIN " in data and unsigned(data) != data else ""


def _all_objects(repository: Repository) -> Iterator[tuple[str, str, bytes]]:
    """In the order in which they lie there: a delta's base is still at hand."""
    with repository.start(
        "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer", stderr=subprocess.DEVNULL
    ) as git:
        assert git.stdout is not None  # noqa: S101  it is a pipe
        try:
            while line := git.stdout.readline():
                words = line.split()
                if len(words) != _HEADER_FIELDS:
                    raise CouldNotLook(f"object {words[0].decode()} cannot be read", "run `git fsck` there")
                size = int(words[2])
                data = git.stdout.read(size + 1)[:size]
                yield words[0].decode(), words[1].decode(), data
        finally:
            git.stdout.close()
        if git.wait():
            raise CouldNotLook("git cat-file ended early: not every object was read", "run `git fsck` there")
