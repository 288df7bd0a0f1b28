"""Who brought an object in, out of the packs: the same that git's log tells."""

import random
import subprocess
from pathlib import Path

import pytest

from unleak.git.attribution import Introductions, introduced_by, introductions, introductions_elsewhere
from unleak.git.forest import plan_portions
from unleak.git.inflated_trees import InflatedTrees
from unleak.git.objects import GitObject, object_ids, object_kinds
from unleak.git.pack import open_pack
from unleak.git.pack_attribution import Packed, introductions_in_packs
from unleak.git.parts import SIZE, find_parts
from unleak.git.repository import Repository
from unleak.git.stores import object_stores
from unleak.git.walk import read_portion
from unleak.model.errors import CouldNotLook

_NAMES = ("a", "b", "dir/a", "dir/b", "dir/deep/a", "dir/deep/er/b", "other/a", "other/deep/a")


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, input=stdin).stdout


def _story(seed: int, commits: int) -> bytes:
    """For `git fast-import`: files come, go, come again and move; branches part and meet; a pull request has some."""
    chance = random.Random(seed)
    lines: list[bytes] = []
    heads: list[int] = []
    for mark in range(1, commits + 1):
        ref = b"refs/pull/1/head" if mark == commits else b"refs/heads/b%d" % (mark % 3)
        message = b"%d" % mark
        lines += [b"commit %s" % ref, b"mark :%d" % mark]
        lines += [b"author Dev %d <d@acme.dev> %d +0130" % (mark % 4, 1_600_000_000 + mark * 60)]
        lines += [b"committer Dev <d@acme.dev> %d +0000" % (1_600_000_000 + chance.randrange(mark, mark + 5) * 60)]
        lines += [b"data %d" % len(message), message]
        parents = chance.sample(heads, min(len(heads), chance.choice((1, 1, 1, 2, 3))))
        lines += [b"from :%d" % p if n == 0 else b"merge :%d" % p for n, p in enumerate(parents)]
        for _ in range(chance.randrange(4)):
            name = chance.choice(_NAMES).encode()
            if chance.random() < 0.25:
                lines.append(b"D " + name)
                continue
            text = b"value %d\n" % chance.randrange(6) + b"padding of a file\n" * 20
            lines += [b"M 100644 inline " + name, b"data %d" % len(text), text]
        for n in range(30):
            text = b"filler %d" % (mark if n == mark % 30 else n)
            lines += [b"M 100644 inline filler/%d" % n, b"data %d" % len(text), text]
        heads = [*heads[-4:], mark]
    return b"\n".join(lines) + b"\n"


def _repository(folder: Path, seed: int, *how: str, commits: int = 40) -> Repository:
    _git(folder, "init", "-q", "-b", "b0", *how)
    _git(folder, "fast-import", "--quiet", "--force", stdin=_story(seed, commits))
    _git(folder, "repack", "-adfq", "--depth=20")
    return Repository.at(folder)


def _packed(repository: Repository) -> Packed:
    stores = object_stores(repository)
    packed = Packed([open_pack(p, stores.hash_size) for p in stores.packs], stores.loose)
    for portion in plan_portions(packed.packs, 3).portions:
        pack = packed.packs[portion.pack]

        def look(entry: int, data: bytes, _changes: object, number: int = portion.pack) -> bool:
            if packed.packs[number].is_commit(entry):
                packed.commits.append((number, entry, bytes.fromhex(data.split(b"\n")[0][5:].decode())))
            return False

        assert not list(read_portion(pack, portion, look))
    return packed


def _blobs(repository: Repository) -> frozenset[str]:
    oids, _ = object_ids(repository)
    return frozenset(
        o.oid for o in object_kinds(repository, oids) if isinstance(o, GitObject) and o.kind in {"blob", "commit"}
    )


def _told(introductions: Introductions) -> set[tuple[str, str, str, str, str]]:
    assert introductions.complete
    return {(i.oid, i.path, i.commit, i.author, i.date) for i in introductions.found}


def _same(repository: Repository) -> tuple[Introductions, Introductions]:
    oids = _blobs(repository)
    own, elsewhere = introductions_in_packs(repository, _packed(repository), oids)
    assert _told(own) == _told(introductions(repository, oids))
    assert _told(elsewhere) >= _told(introductions_elsewhere(repository, oids))
    return own, elsewhere


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_git_s_log_tells(tmp_path: Path, seed: int) -> None:
    own, elsewhere = _same(_repository(tmp_path, seed))
    assert any(i.path.count("/") for i in own.found)
    assert elsewhere.found


def test_with_sha256(tmp_path: Path) -> None:
    _same(_repository(tmp_path, 1, "--object-format=sha256"))


def test_with_several_packs_and_loose_objects(tmp_path: Path) -> None:
    repository = _repository(tmp_path, 2)
    for name in ("new", "newer"):
        _git(tmp_path, "checkout", "-q", "-f", "b0")
        (tmp_path / name).write_text(f"{name}\n" * 30)
        _git(tmp_path, "add", "-A")
        _git(tmp_path, "-c", "user.name=D", "-c", "user.email=d@acme.dev", "commit", "-q", "-m", name)
        if name == "new":
            _git(tmp_path, "repack", "-dq")
    assert len(_packed(repository).packs) == 2
    assert _packed(repository).loose
    own, _ = _same(repository)
    assert {"new", "newer"} <= {i.path for i in own.found}


def test_a_commit_that_no_ref_holds_any_more_is_named(tmp_path: Path) -> None:
    repository = _repository(tmp_path, 3)
    gone = _git(tmp_path, "rev-parse", "refs/pull/1/head").decode().strip()
    (tmp_path / "lost").write_text("lost\n" * 30)
    _git(tmp_path, "add", "lost")
    tree = _git(tmp_path, "write-tree").decode().strip()
    who = ["-c", "user.name=D", "-c", "user.email=d@acme.dev"]
    dangling = _git(tmp_path, *who, "commit-tree", tree, "-p", gone, "-m", "x").decode().strip()
    blob = _git(tmp_path, "hash-object", "lost").decode().strip()
    own, elsewhere = introductions_in_packs(repository, _packed(repository), frozenset([blob]))
    assert not own.found
    assert [(i.path, i.commit) for i in elsewhere.found] == [("lost", dangling)]


def test_a_history_that_became_a_folder_of_another_is_found_there_too(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "main")
    who = ["-c", "user.name=D", "-c", "user.email=d@acme.dev"]
    (tmp_path / "secret").write_text("secret\n" * 30)
    _git(tmp_path, "add", "-A")
    _git(tmp_path, *who, "commit", "-q", "-m", "one")
    _git(tmp_path, "read-tree", "--prefix=sub/", "HEAD")
    _git(tmp_path, *who, "commit", "-q", "-m", "two")
    _git(tmp_path, "repack", "-adfq")
    repository = Repository.at(tmp_path)
    blob = _git(tmp_path, "rev-parse", "HEAD:secret").decode().strip()
    own, _ = introductions_in_packs(repository, _packed(repository), frozenset([blob]))
    assert {i.path for i in own.found} == {"secret", "sub/secret"}
    assert _told(own) == _told(introduced_by(repository, frozenset([blob]), ("HEAD",)))


def test_trees_in_trees_without_end_come_to_an_end(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "main")
    blob = _git(tmp_path, "hash-object", "-w", "--stdin", stdin=b"secret").decode().strip()
    kind, oid = "100644 blob", blob
    for _ in range(12):
        entries = "".join(f"{kind} {oid}\td{n}\n" for n in range(10))
        kind, oid = "040000 tree", _git(tmp_path, "mktree", stdin=entries.encode()).decode().strip()
    who = ["-c", "user.name=D", "-c", "user.email=d@acme.dev"]
    commit = _git(tmp_path, *who, "commit-tree", oid, "-m", "bomb").decode().strip()
    _git(tmp_path, "update-ref", "refs/heads/main", commit)
    repository = Repository.at(tmp_path)
    own, _ = introductions_in_packs(repository, _packed(repository), frozenset([blob]))
    assert {i.commit for i in own.found} == {commit}
    assert 1 <= len(own.found) <= 1000


@pytest.mark.parametrize("count", [1, 40, 700], ids=["one", "some", "many"])
def test_parts_of_ids_are_found_wherever_they_are(tmp_path: Path, count: int) -> None:
    repository = _repository(tmp_path, 5, commits=60)
    (pack,) = _packed(repository).packs
    trees = InflatedTrees(pack)
    raw = trees.memory[:]
    chance = random.Random(count)
    places = {chance.randrange(len(raw) - SIZE) for _ in range(count)} | {0, len(raw) - SIZE}
    parts = {raw[at : at + SIZE] for at in places}
    wanted = {at for at in range(len(raw) - SIZE + 1) if raw[at : at + SIZE] in parts}
    assert set(find_parts(trees.memory, parts)) == wanted


def test_a_damaged_tree_is_left_to_git(tmp_path: Path) -> None:
    repository = _repository(tmp_path, 4)
    packed = _packed(repository)
    (path,) = object_stores(repository).packs
    trees = InflatedTrees(packed.packs[0])
    path.chmod(0o644)
    with path.open("r+b") as damaged:
        damaged.seek(int(packed.packs[0].starts[trees.entries[0]]) + 2)
        damaged.write(b"\xff\xff\xff\xff")
    with pytest.raises(CouldNotLook, match="damaged"):
        InflatedTrees(open_pack(path, 20))
