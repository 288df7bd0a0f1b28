"""What git cannot give is told, all else is scanned, and the end is never 'nothing found' with exit code 0."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_world import (  # noqa: F401  fixtures
    Key,
    Repo,
    apart_fixture,
    findings_of,
    repo_fixture,
    unleak_scan,
    who,
)

from unleak.git import objects
from unleak.git.objects import BadObject, GitObject, read_objects
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.scan.history import scan_history

KEY, LOST = Key(1), Key(2)


@pytest.fixture(name="leaky")
def leaky_fixture(repo: Repo) -> Repo:
    """Two keys in two files of two commits."""
    repo.write("kept", KEY.text())
    repo.commit("One", date="2024-01-01T00:00:00+00:00")
    repo.write("lost", LOST.text())
    repo.commit("Two", date="2024-01-02T00:00:00+00:00")
    return repo


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:30])


def garble(path: Path) -> None:
    path.write_bytes(b"no object at all")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARM: list[Callable[[Path], None]] = [cut, cut_short, garble, empty, folder, Path.unlink]


def outcome(repo: Repo, *arguments: str) -> tuple[int, set[str], bool, int]:
    """Exit code, ids found, whether complete, number of problems."""
    done = unleak_scan(*arguments, "--format", "json", cwd=repo.path)
    assert done.returncode in {0, 1, 3}, done.stderr
    document = json.loads(done.stdout)
    found = {f["key_id"] for f in findings_of(done) if f["has_secret"]}
    return done.returncode, found, document["complete"], len(document["problems"])


@pytest.mark.parametrize("harm", HARM, ids=lambda h: h.__name__)
@pytest.mark.parametrize("what", ["HEAD:lost", "HEAD^{tree}", "HEAD"])
def test_a_damaged_loose_object_is_a_problem_and_the_rest_is_scanned(
    leaky: Repo, what: str, harm: Callable[[Path], None]
) -> None:
    harm(leaky.object_file(leaky.git("rev-parse", what)))
    code, found, complete, problems = outcome(leaky, "--history")
    assert (code, complete) == (3, False)
    assert problems
    assert KEY.id in found
    assert (LOST.id in found) is (what != "HEAD:lost")


def test_nothing_found_beside_damage_is_not_nothing_found(repo: Repo) -> None:
    repo.write("a", "harmless")
    repo.commit("One")
    garble(repo.object_file(repo.git("rev-parse", "HEAD:a")))
    done = unleak_scan("--history", cwd=repo.path)
    assert done.returncode == 3
    assert "COULD NOT LOOK" in done.stdout
    assert "nothing found in what could be read" in done.stdout


def test_where_git_lost_its_way_it_is_not_said_that_a_secret_has_left_head(leaky: Repo) -> None:
    garble(leaky.object_file(leaky.git("rev-parse", "HEAD^{tree}")))
    places = {f.key_id: f.places[0] for f in scan_history(Repository.at(leaky.path)).findings}
    assert places[LOST.id].at_head is None
    assert "git could not say" in unleak_scan("--history", cwd=leaky.path).stdout


def packed(repo: Repo) -> Path:
    repo.git("repack", "-q", "-a", "-d")
    (pack,) = (repo.path / ".git" / "objects" / "pack").glob("*.pack")
    for part in (pack, pack.with_suffix(".idx")):
        part.chmod(0o644)
    return pack


@pytest.mark.parametrize("harm", [cut, garble, empty, Path.unlink], ids=lambda h: h.__name__)
@pytest.mark.parametrize("suffix", [".pack", ".idx"])
def test_a_damaged_pack_is_a_problem_and_the_rest_is_scanned(
    leaky: Repo, suffix: str, harm: Callable[[Path], None]
) -> None:
    pack = packed(leaky)
    leaky.git("hash-object", "-w", "--stdin", stdin=Key(3).text().encode())
    harm(pack.with_suffix(suffix))
    code, found, complete, problems = outcome(leaky, "--history")
    assert (code, complete) == (3, False)
    assert problems
    assert Key(3).id in found


def test_a_pack_without_index_and_without_refs_is_a_problem(leaky: Repo) -> None:
    packed(leaky).with_suffix(".idx").unlink()
    shutil.rmtree(leaky.path / ".git" / "refs")
    (leaky.path / ".git" / "refs").mkdir()
    (leaky.path / ".git" / "index").unlink()
    (leaky.path / ".git" / "packed-refs").unlink(missing_ok=True)
    code, _, complete, problems = outcome(leaky, "--history")
    assert (code, complete, problems) == (3, False, 1)


def test_one_damaged_object_in_a_pack_costs_no_other(repo: Repo) -> None:
    for n in range(8):
        repo.write(f"file{n}", Key(n).text() + Key(n + 50).secret * 20)
    repo.commit("One")
    pack = packed(repo)
    listed = [line.split() for line in repo.git("verify-pack", "-v", str(pack)).splitlines()]
    oid, offset = next((r[0], int(r[4])) for r in listed if r[1:2] == ["blob"])
    data = bytearray(pack.read_bytes())
    data[offset + 20 : offset + 24] = b"\0\0\0\0"
    pack.write_bytes(data)
    code, found, complete, _ = outcome(repo, "--history")
    lost = int(repo.git("ls-tree", "HEAD").split(oid)[1].split()[0].removeprefix("file"))
    assert (code, complete) == (3, False)
    assert found == {Key(n).id for n in range(8) if n != lost}


def test_many_objects_behind_a_damaged_one_are_read(repo: Repo) -> None:
    """More ids than a pipe holds: whoever still writes them must not break when git ends."""
    repo.write("a", "x")
    repo.commit("One")
    good = repo.git("rev-parse", "HEAD:a")
    bad = repo.git("hash-object", "-w", "--stdin", stdin=b"bad" * 1000)
    cut(repo.object_file(bad))
    asked = [good, bad, *[good] * 6000, bad, good]
    found = list(read_objects(Repository.at(repo.path), asked))
    assert [f.oid for f in found] == asked
    assert [type(f) for f in found] == [BadObject if oid == bad else GitObject for oid in asked]


def test_after_too_many_damaged_objects_the_others_are_told_as_not_looked_at(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_MOST_RESTARTS", 3)
    good = repo.git("hash-object", "-w", "--stdin", stdin=b"good")
    bad = repo.git("hash-object", "-w", "--stdin", stdin=b"bad" * 1000)
    folder(repo.object_file(bad))
    found = list(read_objects(Repository.at(repo.path), [bad, bad, good, bad, good, good]))
    assert [isinstance(f, GitObject) for f in found] == [False, False, True, False, False, False]
    assert isinstance(found[-1], BadObject)
    assert "not looked at" in found[-1].why


def test_staged_content_that_is_not_there_is_a_problem(repo: Repo) -> None:
    repo.write("a", KEY.text())
    repo.git("add", "a")
    repo.object_file(repo.git("rev-parse", ":a")).unlink()
    assert outcome(repo, "--staged") == (3, set(), False, 1)


def test_a_damaged_index_or_head_is_no_empty_one(leaky: Repo) -> None:
    (leaky.path / ".git" / "index").write_bytes(b"no index")
    assert unleak_scan("--staged", cwd=leaky.path).returncode == 3
    (leaky.path / ".git" / "index").unlink()
    garble(leaky.object_file(leaky.git("rev-parse", "HEAD")))
    assert unleak_scan("--staged", cwd=leaky.path).returncode == 3


def test_a_shallow_clone_is_not_the_whole_history(leaky: Repo, tmp_path: Path) -> None:
    leaky.git("rm", "-q", "lost", "kept")
    leaky.commit("Clean")
    leaky.git("clone", "-q", "--depth", "1", f"file://{leaky.path}", str(tmp_path / "shallow"))
    done = unleak_scan("--history", cwd=tmp_path / "shallow")
    assert done.returncode == 3
    assert "--unshallow" in done.stdout


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_is_not_the_whole_history_and_nothing_is_fetched(
    leaky: Repo, tmp_path: Path, what: str
) -> None:
    leaky.git("rm", "-q", "lost")
    leaky.commit("Clean")
    leaky.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    leaky.git("clone", "-q", f"--filter={what}", f"file://{leaky.path}", str(partial))
    before = {p for p in partial.rglob("*") if p.is_file()}
    done = unleak_scan("--history", "--format", "json", cwd=partial)
    assert done.returncode == 3
    assert [f["key_id"] for f in findings_of(done)] == [KEY.id]
    assert "not here" in done.stdout
    assert {p for p in partial.rglob("*") if p.is_file()} == before


def test_git_s_own_words_are_handed_on(leaky: Repo) -> None:
    with pytest.raises(CouldNotLook, match=r"git ls-tree: Not a valid object name nothing"):
        Repository.at(leaky.path).run("ls-tree", "nothing")
