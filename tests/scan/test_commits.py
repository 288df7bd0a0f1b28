"""Exactly what some commits bring in, whatever their names look like, and never less without saying so."""

import subprocess
import sys
from pathlib import Path

import pytest
from gitted_world import WHO, Key, apart_fixture, commit, git, make  # noqa: F401  a fixture

from unleak.git.repository import Repository
from unleak.model.errors import Misuse
from unleak.scan.blob import Blob, Problem
from unleak.scan.commits import scan_commits
from unleak.scan.sources import commits
from unleak.scan.sources.commits import read_commits

OLD, NEW = Key(1), Key(2)


@pytest.fixture(name="repo")
def repo_fixture(tmp_path: Path) -> Path:
    """Two commits with a key each; between them the tag `one`."""
    repo = make(tmp_path / "repo")
    commit(repo, "old", OLD.text)
    git(repo, "tag", "one")
    commit(repo, "new", NEW.text)
    return repo


def read(repo: Path, *revisions: str) -> tuple[set[str], list[str]]:
    """The key ids, and what could not be looked at."""
    result = scan_commits(Repository.at(repo), *revisions)
    return {f.key_id or "" for f in result.findings}, [p.why for p in result.problems]


CHOICES = [
    (["one..main"], {NEW.id}),
    (["one.."], {NEW.id}),
    (["one...main"], {NEW.id}),
    (["^one", "main"], {NEW.id}),
    (["main", "--not", "one"], {NEW.id}),
    (["--all", "--not", "one"], {NEW.id}),
    (["--all", "--not", "--all"], set()),
    (["--not", "one"], set()),
    (["main~1"], {OLD.id}),
    (["HEAD:new"], {NEW.id}),
    (["--remotes=origin"], set()),
    (["main", "--not", "--remotes=origin"], {OLD.id, NEW.id}),
    (["main@{1 second ago}", "main"], {OLD.id, NEW.id}),
]


@pytest.mark.parametrize(
    ("revisions", "found"), CHOICES, ids=lambda v: " ".join(sorted(v) if isinstance(v, set) else v) or "-"
)
def test_a_choice_means_what_it_means_to_git(repo: Path, revisions: list[str], found: set[str]) -> None:
    assert read(repo, *revisions) == (found, [])


def test_the_same_blobs_as_git_lists_each_once(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "_AT_ONCE", 2)
    git(repo, "tag", "-a", "v1", "-m", f"key {Key(3).text}")
    listed = git(repo, "rev-list", "--objects", "--no-object-names", "v1").split()
    kinds = {oid: git(repo, "cat-file", "-t", oid) for oid in listed}
    blobs = [b for b in read_commits(Repository.at(repo), "v1") if isinstance(b, Blob)]
    assert sorted(b.oid for b in blobs) == sorted(oid for oid, kind in kinds.items() if kind != "tree")
    assert {b.path for b in blobs} == {""}
    assert read(repo, "v1") == ({OLD.id, NEW.id, Key(3).id}, [])


def test_what_was_found_is_attributed(repo: Path) -> None:
    (finding,) = scan_commits(Repository.at(repo), "one..main").findings
    (place,) = finding.places
    assert (place.path, place.commit) == ("new", git(repo, "rev-parse", "main"))


BAD = [
    "nowhere",
    "nowhere..main",
    "main..nowhere",
    "^nowhere",
    "0" * 40,
    "--output=pwned",
    "--exec=pwned",
    "--stdin",
    "-n1",
    "--end-of-options",
    "--allx",
    "--remotes=a\nb",
    "^--all",
    "--all..main",
    "main\0",
    "main\nmain",
    "main:no-such-file",
    "",
    "^",
]


@pytest.mark.parametrize("bad", BAD, ids=ascii)
def test_what_names_nothing_or_is_an_option_is_misuse(repo: Path, bad: str) -> None:
    before = sorted(repo.rglob("*"))
    with pytest.raises(Misuse) as raised:
        read_commits(Repository.at(repo), "main", bad)
    assert ascii(bad)[1:-1] in str(raised.value)
    assert sorted(repo.rglob("*")) == before


def test_no_revisions_are_misuse_and_not_an_empty_choice(repo: Path) -> None:
    with pytest.raises(Misuse, match="no commits were named"):
        read_commits(Repository.at(repo))


@pytest.mark.parametrize("name", ["--all", "-n1", "--output=x"])
def test_a_ref_with_the_name_of_an_option_is_a_ref(repo: Path, name: str) -> None:
    git(repo, "update-ref", f"refs/heads/{name}", "one")
    assert read(repo, f"refs/heads/{name}") == ({OLD.id}, [])
    assert read(repo, f"refs/heads/{name}..main") == ({NEW.id}, [])


def test_a_repository_without_commits(tmp_path: Path) -> None:
    empty = make(tmp_path / "empty")
    assert read(empty, "--all") == (set(), [])
    with pytest.raises(Misuse, match="HEAD"):
        read(empty, "HEAD")


def test_a_shallow_clone_tells_where_it_ends_if_one_gets_there(repo: Path, tmp_path: Path) -> None:
    commit(repo, "newer", "harmless")
    commit(repo, "newest", Key(3).text)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{repo}", str(shallow))
    assert read(shallow, "HEAD~1..HEAD") == ({Key(3).id}, [])
    found, (why,) = read(shallow, "HEAD")
    assert Key(3).id in found
    assert "--unshallow" in why


@pytest.mark.parametrize("what", ["blob:none", "tree:0"])
def test_a_partial_clone_tells_what_is_missing_and_fetches_nothing(repo: Path, tmp_path: Path, what: str) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    commit(repo, "new", "cleaned")
    partial = tmp_path / "partial"
    git(tmp_path, "clone", "-q", f"--filter={what}", f"file://{repo}", str(partial))
    before = {p for p in partial.rglob("*") if p.is_file()}
    found, problems = read(partial, "--all")
    assert NEW.id not in found
    assert any("is not here" in why for why in problems)
    assert {p for p in partial.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("what", ["main:new", "main^{tree}", "main", "one"])
@pytest.mark.parametrize("harm", ["gone", "garbled"])
def test_damage_is_a_problem(repo: Path, what: str, harm: str) -> None:
    oid = git(repo, "rev-parse", what)
    path = repo / ".git" / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.unlink() if harm == "gone" else path.write_bytes(b"no object")
    assert any(isinstance(b, Problem) for b in read_commits(Repository.at(repo), "--all"))


HOOK = """#!PYTHON
import sys
from pathlib import Path
from unleak.git.repository import Repository
from unleak.scan.commits import scan_commits

new = sys.stdin.readline().split()[1]
result = scan_commits(Repository.at(Path.cwd()), new, "--not", "--all")
print(*[f"{f.key_id} in {f.places[0].path}" for f in result.findings], *[p.why for p in result.problems])
sys.exit(1)
"""


def test_in_a_server_s_hook_what_waits_in_quarantine_is_read(repo: Path, tmp_path: Path) -> None:
    server = make(tmp_path / "server", "--bare")
    git(repo, "push", "-q", str(server), "one:refs/heads/main")
    hook = server / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.replace("PYTHON", sys.executable))
    hook.chmod(0o755)
    pushed = subprocess.run(
        ["git", *WHO, "push", str(server), "main"], cwd=repo, capture_output=True, text=True, check=False
    )
    assert pushed.returncode
    assert f"remote: {NEW.id} in new" in pushed.stderr
    assert OLD.id not in pushed.stderr
