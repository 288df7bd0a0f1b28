"""Who brought an object in: the oldest commit, on every path."""

import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from unleak.git.repository import Repository

COMMIT_ITSELF = "(commit)"
_HEADER = b"\x01unleak\x01"
_CHUNK = 1 << 20
_FEW = 2_000
_PROCESSES = 2
_FEW_OBJECTS = 64


@dataclass(frozen=True, slots=True)
class Introduction:
    """A commit in which `path` had this blob and no parent had it there; of a commit, itself. `age` counts commits from
    the oldest. `date` is the author's, ISO 8601.
    """

    oid: str
    path: str
    commit: str
    author: str
    date: str
    age: int


@dataclass(slots=True)
class Introductions:
    """The oldest for each object and path, oldest first. `complete`: git got through all of the history."""

    found: list[Introduction]
    complete: bool


def introductions(repository: Repository, oids: frozenset[str]) -> Introductions:
    """Among what branches, tags and HEAD reach: nothing for other objects."""
    if not oids:
        return Introductions([], complete=True)
    return introduced_by(repository, oids, own_revisions(repository))


def own_revisions(repository: Repository) -> tuple[str, ...]:
    """For `git rev-list`: branches, tags and HEAD."""
    born = not repository.run("rev-parse", "--verify", "--quiet", "HEAD", check=False).returncode
    return ("--branches", "--tags", "--remotes", *(["HEAD"] if born else []))


def introductions_elsewhere(repository: Repository, oids: frozenset[str]) -> Introductions:
    """Among what only other refs reach: pull requests, a stash, notes."""
    refs = repository.run("for-each-ref", "--format=%(refname)").stdout.split() if oids else []
    if all(ref.startswith((b"refs/heads/", b"refs/tags/", b"refs/remotes/")) for ref in refs):
        return Introductions([], complete=True)
    return introduced_by(repository, oids, ("--all", "--not", "--branches", "--tags", "--remotes"))


def introduced_by(repository: Repository, oids: frozenset[str], revisions: Sequence[str]) -> Introductions:
    """Among the commits of `revisions`, in the words of `git rev-list`."""
    listed = repository.run("rev-list", "--date-order", *revisions, "--", check=False)
    commits = listed.stdout.split()[::-1]
    ages = {commit: n for n, commit in enumerate(commits)}
    share = max(1, len(commits) if len(commits) < _FEW else -(-len(commits) // _PROCESSES))
    readers = [_Reader(repository, oids, ages, commits[n : n + share]) for n in range(0, len(commits), share)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    oldest: dict[tuple[str, str], Introduction] = {}
    for i in sorted((i for r in readers for i in r.found), key=lambda i: i.age):
        oldest.setdefault((i.oid, i.path), i)
    return Introductions(list(oldest.values()), not listed.returncode and not any(r.failed for r in readers))


class _Reader(threading.Thread):
    """One git, that tells what each of some commits changed."""

    def __init__(
        self, repository: Repository, oids: frozenset[str], ages: dict[bytes, int], commits: list[bytes]
    ) -> None:
        super().__init__(daemon=True)
        self.found: list[Introduction] = []
        self.failed = True
        self._repository, self._ages, self._commits = repository, ages, commits
        self._oids = {o.encode() for o in oids}

    def run(self) -> None:
        with self._repository.start(
            "log", "--no-walk=unsorted", "--stdin", "--root", "-c", "--raw", "--no-abbrev", "--no-renames",
            "--no-relative", "-O/dev/null", "--no-color", "--no-show-signature", "-z", "--encoding=UTF-8",
            "--format=%x01unleak%x01%H%x02%aI%x02%an <%ae>%x03", stdin=subprocess.PIPE,
        ) as git:  # fmt: skip
            assert git.stdin is not None  # noqa: S101  it is a pipe
            assert git.stdout is not None  # noqa: S101  it is a pipe
            with git.stdin as asking:
                asking.write(b"\n".join(self._commits) + b"\n")
            rest = b""
            while chunk := git.stdout.read(_CHUNK):
                whole, _, rest = (rest + chunk).rpartition(_HEADER)
                self._read(whole)
            self._read(rest)
        self.failed = bool(git.returncode)

    def _read(self, text: bytes) -> None:
        if len(self._oids) <= _FEW_OBJECTS and not any(oid in text for oid in self._oids):
            return
        for commit in text.split(_HEADER):
            head, _, changes = commit.partition(b"\x03")
            name, _, who = head.partition(b"\x02")
            if name in self._oids:
                self._add(name, COMMIT_ITSELF, name, who)
            parts = iter(changes.split(b"\0"))
            for part in parts:
                entry = part.lstrip(b"\n")
                if entry.startswith(b":"):
                    path, oid = next(parts, b""), entry.split(b" ")[-2]
                    if oid in self._oids:
                        self._add(oid, path.decode(errors="surrogateescape"), name, who)

    def _add(self, oid: bytes, path: str, commit: bytes, who: bytes) -> None:
        date, _, author = (p.decode(errors="replace") for p in who.partition(b"\x02"))
        self.found.append(Introduction(oid.decode(), path, commit.decode(), author, date, self._ages[commit]))
