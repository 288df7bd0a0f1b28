"""The direct way through a pack: the same objects, byte for byte, as git gives; damage is told, the rest is read."""

import subprocess
import sys
from pathlib import Path

import pytest
from dulwich.pack import apply_delta, create_delta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unleak.git.delta import Span, changes
from unleak.git.forest import plan_portions
from unleak.git.objects import GitObject, object_ids, read_objects
from unleak.git.pack import open_pack
from unleak.git.pack_index import PackIndex
from unleak.git.repository import Repository
from unleak.git.stores import object_stores
from unleak.git.walk import read_portion


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    who = ["-c", "user.name=Dev", "-c", "user.email=dev@example.com", "-c", "gc.auto=0"]
    return subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, input=stdin
    ).stdout


def _repository(folder: Path, versions: list[list[bytes]], *how: str) -> Repository:
    """A file for each list, a commit for each of its versions; then everything in packs."""
    folder.mkdir(exist_ok=True)
    _git(folder, "init", "-q", "-b", "main", *how)
    for number in range(max(map(len, versions))):
        for name, contents in enumerate(versions):
            (folder / f"f{name}").write_bytes(contents[min(number, len(contents) - 1)])
        _git(folder, "add", "-A")
        _git(folder, "commit", "-q", "--allow-empty", "-m", f"version {number}")
    return Repository.at(folder)


def _walked(repository: Repository) -> tuple[dict[str, bytes], list[str]]:
    stores = object_stores(repository)
    packs = [open_pack(p, stores.hash_size) for p in stores.packs]
    plan = plan_portions(packs, 3)
    found: dict[str, bytes] = {}
    bad = list(plan.left)
    for portion in plan.portions:
        index = packs[portion.pack].index

        def look(number: int, data: bytes, changes: list[Span] | None, index: PackIndex = index) -> bool:
            found[index.oid(number)] = data
            assert changes is None or changes[-1] == (len(data), len(data))
            return True

        bad += [index.oid(number) for number in read_portion(packs[portion.pack], portion, look)]
    return found, bad


def _by_git(repository: Repository) -> dict[str, bytes]:
    oids, _ = object_ids(repository)
    objects = [o for o in read_objects(repository, oids) if isinstance(o, GitObject)]
    return {o.oid: o.data for o in objects if o.kind != "tree"}


def _versions() -> list[list[bytes]]:
    """Long files that change a little each time: git packs them as deltas."""
    lines = [f"line {n} of a file that is long enough for a delta to pay\n".encode() for n in range(300)]
    return [
        [b"".join([*lines[:n], b"changed\n", *lines[n:]]) for n in range(shift, 40 + shift)] for shift in (0, 50, 100)
    ]


@pytest.mark.parametrize("offsets", ["true", "false"], ids=["OFS_DELTA", "REF_DELTA"])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_what_is_walked_is_what_git_has(tmp_path: Path, offsets: str, form: str) -> None:
    repository = _repository(tmp_path, _versions(), f"--object-format={form}")
    _git(tmp_path, "-c", f"repack.useDeltaBaseOffset={offsets}", "repack", "-adfq", "--depth=30")
    found, bad = _walked(repository)
    assert found == _by_git(repository)
    assert not bad
    assert len(found) > 100


def test_several_packs_and_alternates(tmp_path: Path) -> None:
    first = _repository(tmp_path / "a", _versions()[:1])
    _git(first.path, "repack", "-adq")
    _git(tmp_path, "clone", "-q", "--shared", str(first.path), str(tmp_path / "b"))
    second = _repository(tmp_path / "b", _versions()[1:])
    _git(second.path, "repack", "-dq")
    found, _ = _walked(second)
    loose = object_stores(second).loose
    assert {**found, **{o: d for o, d in _by_git(second).items() if o in loose}} == _by_git(second)
    assert len(object_stores(second).packs) >= 2


def test_a_damaged_entry_is_told_with_all_that_is_built_on_it(tmp_path: Path) -> None:
    repository = _repository(tmp_path, _versions())
    _git(tmp_path, "repack", "-adfq", "--depth=30")
    whole = _by_git(repository)
    path = next((tmp_path / ".git" / "objects" / "pack").glob("*.pack"))
    pack = open_pack(path, 20)
    victim = int(pack.telling[len(pack.telling) // 2])
    raw = bytearray(path.read_bytes())
    at = (int(pack.starts[victim]) + int(pack.ends[victim])) // 2
    raw[at] ^= 0xFF
    path.chmod(0o644)
    path.write_bytes(raw)
    found, bad = _walked(repository)
    assert pack.index.oid(victim) in bad
    assert set(found) | set(bad) == set(whole)
    assert all(found[oid] == whole[oid] for oid in found)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.binary(max_size=400), min_size=1, max_size=4), min_size=1, max_size=3), st.data())
def test_any_repository(tmp_path_factory: pytest.TempPathFactory, versions: list[list[bytes]], data: object) -> None:
    del data
    repository = _repository(tmp_path_factory.mktemp("r"), versions)
    _git(repository.path, "repack", "-adfq")
    assert _walked(repository) == (_by_git(repository), [])


WORDS = st.lists(st.sampled_from([b"secret = ", b"abcdefgh", b"\n", b"0123456789" * 20, b"x"]), max_size=30).map(
    b"".join
)


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS, st.integers(1, 12))
def test_whatever_is_new_in_an_object_touches_a_change(base: bytes, made: bytes, length: int) -> None:
    """Any `length` bytes that lie apart from all changes stand in the base, too."""
    delta = b"".join(create_delta(base, made))
    assert b"".join(apply_delta(base, delta)) == made
    spans = changes(delta)
    for at in range(len(made) - length + 1):
        if all(end <= at or at + length <= start for start, end in spans if (start, end) != (len(made), len(made))):
            assert made[at : at + length] in base


def test_both_ways_bring_the_same_findings(tmp_path: Path) -> None:
    """The whole command, with the direct way forced on a small repository, beside the way through git."""
    key_id, secret = "AKIA" + "QYLPMN5HHHFPZAM2", "q8Zr2LmXv5TtYh3BnKd7" + "WsPf1JcGe9RaUo4ViNx6"
    planted = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n".encode()
    versions = [*_versions(), [b"nothing\n", planted, b"gone\n"]]
    repository = _repository(tmp_path, versions)
    _git(tmp_path, "repack", "-adfq")
    code = "import sys, unleak.scan.history as h, unleak.cli.main as m; h._SMALL = int(sys.argv.pop(1)); m.main()"
    scan = ["scan", "--history", str(repository.path), "--format", "json"]
    runs = [
        subprocess.run([sys.executable, "-c", code, small, *scan],
                       capture_output=True, text=True, check=False)
        for small in ("0", str(1 << 40))
    ]  # fmt: skip
    assert [r.returncode for r in runs] == [1, 1], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    assert key_id in runs[0].stdout
    assert secret not in runs[0].stdout
