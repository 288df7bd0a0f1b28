"""Who brought an object in, read out of the packs: in large repositories many times as fast as git's log.

Every commit that is there counts, whether or not a ref leads to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from unleak.git.attribution import COMMIT_ITSELF, Introduction, Introductions, own_revisions
from unleak.git.holders import Holders
from unleak.git.inflated_trees import InflatedTrees
from unleak.git.objects import BadObject, GitObject, object_kinds, read_objects
from unleak.git.pack import Pack
from unleak.git.repository import Repository
from unleak.git.walk import read_entry
from unleak.model.errors import CouldNotLook

_MOST_PATHS = 1000

Located = tuple[bytes, bytes]
"""A path, and the binary id of what is there."""


@dataclass(slots=True)
class Packed:
    """What a walk through the packs has seen. `commits`: pack, entry, and the binary id of the commit's tree. `loose`:
    ids of the objects outside of packs.
    """

    packs: list[Pack]
    loose: list[str]
    commits: list[tuple[int, int, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Commit:
    """`when` it was committed, in seconds. Ids are binary."""

    tree: bytes
    parents: tuple[bytes, ...]
    when: int


def introductions_in_packs(
    repository: Repository, packed: Packed, oids: frozenset[str]
) -> tuple[Introductions, Introductions]:
    """Among what branches, tags and HEAD reach, and in all other commits. Raises CouldNotLook where git is to be
    asked instead.
    """
    with repository.start("rev-list", "--date-order", *own_revisions(repository), "--") as git:
        found = list(_brought(repository, packed, oids))  # while git puts its commits in order
        listed, _ = git.communicate()
    ages = {commit: n for n, commit in enumerate(reversed(listed.decode().split()))}
    brought = sorted(found, key=lambda b: (ages.get(b[0], len(ages)), b[3]))
    oldest: dict[tuple[str, str, bool], tuple[str, int]] = {}
    for age, (commit, path, oid, _) in enumerate(brought):
        oldest.setdefault((oid, path, commit in ages), (commit, age))
    authors = _authors(repository, [commit for commit, _ in oldest.values()])
    own, elsewhere = Introductions([], not git.returncode), Introductions([], not git.returncode)
    for (oid, path, is_own), (commit, age) in oldest.items():
        (own if is_own else elsewhere).found.append(Introduction(oid, path, commit, *authors[commit], age))
    return own, elsewhere


def _brought(repository: Repository, packed: Packed, oids: frozenset[str]) -> Iterator[tuple[str, str, str, int]]:
    """Commit, path, object, time: of every commit that has an object at a path where no parent of it has it."""
    for found in object_kinds(repository, sorted(oids)):
        if isinstance(found, GitObject) and found.kind == "commit":
            yield found.oid, COMMIT_ITSELF, found.oid, 0
    trees, commits = _loose(repository, packed.loose)
    holders = Holders(map(InflatedTrees, packed.packs), trees, frozenset(map(bytes.fromhex, oids)))
    paths = _Paths(holders)
    holding = {
        oid: commit
        for oid, commit in (*_packed_holding(packed, holders), *commits.items())
        if commit.tree in holders.trees
    }
    for name, commit in holding.items():
        before = [holding[p].tree for p in commit.parents if p in holding]
        if commit.tree in before:
            continue
        had = set().union(*map(paths.of, before))
        for path, oid in paths.of(commit.tree):
            if (path, oid) not in had:
                yield name.hex(), path.decode(errors="surrogateescape"), oid.hex(), commit.when


def _packed_holding(packed: Packed, holders: Holders) -> Iterator[tuple[bytes, _Commit]]:
    for number, entry, tree in packed.commits:
        if tree in holders.trees:
            pack = packed.packs[number]
            data = read_entry(pack, entry)
            if data is None:
                raise CouldNotLook(f"commit {pack.index.oid(entry)} is damaged", "run `git fsck` there")
            yield pack.index.raw_oid(entry), _commit(data)


class _Paths:
    """Where in a tree the wanted are; of absurdly many paths, some."""

    def __init__(self, holders: Holders) -> None:
        self._trees = holders.trees
        self._known: dict[bytes, tuple[Located, ...]] = {}

    def of(self, tree: bytes) -> tuple[Located, ...]:
        known = self._known.get(tree)
        if known is None:
            known = self._known[tree] = tuple(islice(self._listed(tree), _MOST_PATHS))
        return known

    def _listed(self, tree: bytes) -> Iterator[Located]:
        for name, oid in self._trees[tree]:
            if oid in self._trees:
                yield from ((name + b"/" + path, found) for path, found in self.of(oid))
            else:
                yield name, oid


def _commit(data: bytes) -> _Commit:
    """https://git-scm.com/docs/git-commit-tree#_commit_information"""
    lines = data.partition(b"\n\n")[0].split(b"\n")
    parents = tuple(bytes.fromhex(line[7:].decode()) for line in lines if line.startswith(b"parent "))
    times = [line.split() for line in lines if line.startswith(b"committer ")]
    when = int(times[0][-2]) if times and times[0][-2].isdigit() else 0
    return _Commit(bytes.fromhex(lines[0].removeprefix(b"tree ").decode()), parents, when)


def _loose(repository: Repository, oids: list[str]) -> tuple[dict[bytes, bytes], dict[bytes, _Commit]]:
    """Trees and commits that are in no pack."""
    kinds = [f for f in object_kinds(repository, oids) if isinstance(f, GitObject) and f.kind in {"tree", "commit"}]
    trees: dict[bytes, bytes] = {}
    commits: dict[bytes, _Commit] = {}
    for one in read_objects(repository, [k.oid for k in kinds]):
        if isinstance(one, BadObject):
            raise CouldNotLook(f"{one.oid}: {one.why}", "run `git fsck` there")
        if one.kind == "tree":
            trees[bytes.fromhex(one.oid)] = one.data
        else:
            commits[bytes.fromhex(one.oid)] = _commit(one.data)
    return trees, commits


def _authors(repository: Repository, commits: list[str]) -> dict[str, tuple[str, str]]:
    """Name and address, and the author's date."""
    if not commits:
        return {}
    told = repository.run(
        "log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--encoding=UTF-8", "-s", "-z",
        "--format=%H%x02%aI%x02%an <%ae>", stdin="\n".join(dict.fromkeys(commits)).encode() + b"\n",
    ).stdout  # fmt: skip
    found = {}
    for line in told.decode(errors="replace").split("\0"):
        commit, _, who = line.partition("\x02")
        date, _, author = who.partition("\x02")
        found[commit] = author, date
    return found
