"""Findings in real repositories: in their history, in what is staged, and who brought them in."""

import os
import subprocess
import sys
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

from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Finding, Place
from unleak.scan.history import scan_history
from unleak.scan.scanner import Scan, scan
from unleak.scan.sources.staged import read_staged

KEY, OTHER = Key(1), Key(2)


def only(result: Scan) -> Finding:
    assert result.problems == []
    (finding,) = result.findings
    return finding


def staged(path: Path) -> Scan:
    return scan(read_staged(Repository.at(path)))


# --- history


def test_a_removed_secret_is_told_with_its_oldest_commit(repo: Repo) -> None:
    repo.write("README", "hello\n")
    repo.commit("Begin", "Alice", "2023-01-01T00:00:00+00:00")
    repo.write("infra/main.tf", KEY.text())
    leak = repo.commit("Deploy", "Mallory Ünlü", "2023-02-03T04:05:06+02:00")
    repo.write("infra/main.tf", KEY.text(above=3))
    repo.commit("Comment", "Bob", "2023-03-01T00:00:00+00:00")
    repo.write("infra/main.tf", "nothing\n")
    repo.commit("Oops", "Bob", "2023-04-01T00:00:00+00:00")
    finding = only(scan_history(Repository.at(repo.path)))
    assert finding.places == (
        Place(
            "infra/main.tf", 2, leak, "Mallory Ünlü <mallory@example.com>", "2023-02-03T04:05:06+02:00", at_head=False
        ),
    )  # fmt: skip
    assert (finding.key_id, finding.has_secret) == (KEY.id, True)


def test_json_and_text_tell_who_and_since_when(repo: Repo) -> None:
    repo.write("a", KEY.text())
    commit = repo.commit("Leak", "Alice")
    oid = repo.git("hash-object", "-w", "--stdin", stdin=OTHER.text().encode())
    done = unleak_scan("--history", "--format", "json", cwd=repo.path)
    assert done.returncode == 1
    by_id = {f["key_id"]: f["places"] for f in findings_of(done)}
    author, date = "Alice <alice@example.com>", "2024-03-01T12:00:00+00:00"
    assert by_id[KEY.id] == [
        {
            "path": "a",
            "line": 2,
            "commit": commit,
            "author": author,
            "date": date,
            "at_head": True,
            "refs": ["main"],
            "via": [],
        }
    ]
    assert by_id[OTHER.id] == [
        {
            "path": f"object {oid}",
            "line": 2,
            "commit": None,
            "author": None,
            "date": None,
            "at_head": False,
            "refs": [],
            "via": [],
        }
    ]
    text = unleak_scan("--history", cwd=repo.path).stdout
    assert f"  a:2  since {commit[:12]} by {author} on 2024-03-01, still at HEAD" in text
    assert f"  object {oid}:2  which no branch or tag reaches\n" in text


def test_a_secret_that_is_still_there_is_at_head_even_if_its_file_has_changed_since(repo: Repo) -> None:
    repo.write("a", KEY.text())
    leak = repo.commit("Leak")
    repo.write("a", KEY.text(above=5))
    repo.commit("Change")
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (place.commit, place.line, place.at_head) == (leak, 2, True)


def test_a_renamed_file_is_two_places_of_one_finding(repo: Repo) -> None:
    repo.write("old", KEY.text())
    first = repo.commit("Leak", date="2024-01-01T00:00:00+00:00")
    repo.git("mv", "old", "new")
    second = repo.commit("Rename", date="2024-01-02T00:00:00+00:00")
    places = only(scan_history(Repository.at(repo.path))).places
    assert [(p.path, p.commit, p.at_head) for p in places] == [("old", first, False), ("new", second, True)]


def test_of_two_branches_the_older_one_brought_it_in(repo: Repo) -> None:
    repo.commit("Begin", date="2024-01-01T00:00:00+00:00")
    repo.git("checkout", "-q", "-b", "late")
    repo.write("a", KEY.text())
    repo.commit("Late", "Late", "2024-03-01T00:00:00+00:00")
    repo.git("checkout", "-q", "-b", "early", "main")
    repo.write("a", KEY.text())
    early = repo.commit("Early", "Early", "2024-02-01T00:00:00+00:00")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "late", "early", "-m", "Merge", env=who(date="2024-04-01T00:00:00+00:00"))
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (place.commit, place.author, place.at_head) == (early, "Early <early@example.com>", True)


def test_what_a_merge_itself_brings_in_is_told(repo: Repo) -> None:
    repo.git("config", "log.diffMerges", "combined")
    repo.commit("Begin")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side", "x")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.write("main", "y")
    repo.commit("Main")
    repo.git("merge", "-q", "--no-commit", "side", env=who())
    repo.write("evil", KEY.text())
    merge = repo.commit("Merge")
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (place.path, place.commit, place.at_head) == ("evil", merge, True)


SETTINGS = [
    "diff.orderFile=no-such-file",
    "diff.relative=true",
    "color.ui=always",
    "diff.renames=copies",
    "log.showSignature=true",
    "i18n.logOutputEncoding=latin-1",
    "log.date=relative",
]


@pytest.mark.parametrize("option", SETTINGS)
def test_no_configuration_changes_what_is_told(repo: Repo, option: str) -> None:
    repo.write("sub/x", "x")
    repo.write("a", KEY.text())
    repo.commit("Leak", "Ünlü")
    repo.git("config", *option.split("="))
    (place,) = only(scan_history(Repository.at(repo.path / "sub"))).places
    assert (place.path, place.author, place.date) == ("a", "Ünlü <ünlü@example.com>", "2024-03-01T12:00:00+00:00")


def test_unreachable_and_merely_staged_objects_are_scanned(repo: Repo) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "Emptied", env=who())
    oid = repo.git("hash-object", "-w", "--stdin", stdin=OTHER.text().encode())
    places = {f.key_id: f.places for f in scan_history(Repository.at(repo.path)).findings}
    assert places[OTHER.id] == (Place(f"object {oid}", 2, at_head=False),)
    assert places[KEY.id][0].path == "a"


def test_messages_of_commits_and_tags_are_scanned(repo: Repo) -> None:
    commit = repo.commit(f"The key\n\nis {KEY.id} {KEY.secret}", "Alice")
    repo.git("tag", "-a", "v1", "-m", OTHER.text(), env=who())
    by_id = {f.key_id: f.places[0] for f in scan_history(Repository.at(repo.path)).findings}
    assert (by_id[KEY.id].path, by_id[KEY.id].commit) == ("(commit)", commit)
    assert by_id[KEY.id].author == "Alice <alice@example.com>"
    assert by_id[OTHER.id].path == f"object {repo.git('rev-parse', 'v1^{tag}')}"


def test_an_author_with_control_characters_breaks_nothing(repo: Repo) -> None:
    repo.write("a", KEY.text())
    repo.git("add", "a")
    raw = f"tree {repo.git('write-tree')}\nauthor A\x02B\x01C <a@b> 1700000000 +0000\n"
    raw += "committer \udcff <a@b> 1700000000 +0000\n\nmessage\n"
    commit = repo.git(
        "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw.encode(errors="surrogateescape")
    )
    repo.git("update-ref", "refs/heads/main", commit)
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (place.path, place.commit, place.author) == ("a", commit, "A\x02B\x01C <a@b>")


NAMES = [
    "two\nlines",
    'quo"te',
    "tab\there",
    "umläut",
    "\udcff\udcfe not UTF-8",
    "\x01\x02",
    ":100644 100644 x y A",
    " ",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_path_is_too_odd(repo: Repo, name: str) -> None:
    repo.write(f"folder/{name}", KEY.text())
    assert only(staged_of(repo)).places == (Place(f"folder/{name}", 2),)
    commit = repo.commit("Leak")
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (place.path, place.commit, place.at_head) == (f"folder/{name}", commit, True)


def staged_of(repo: Repo) -> Scan:
    repo.git("add", "-A")
    return staged(repo.path)


def test_a_bare_repository_has_a_history(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", KEY.text())
    commit = repo.commit("Leak")
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    (place,) = only(scan_history(Repository.at(tmp_path / "bare.git"))).places
    assert (place.path, place.commit, place.at_head) == ("a", commit, True)
    with pytest.raises(Misuse, match="bare"):
        staged(tmp_path / "bare.git")


def test_a_detached_head_is_head(repo: Repo) -> None:
    repo.commit("Begin")
    repo.git("checkout", "-q", "--detach")
    repo.write("a", KEY.text())
    commit = repo.commit("Leak")
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (place.commit, place.at_head) == (commit, True)


def test_a_linked_work_tree_and_the_inside_of_git_are_the_same_repository(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    for path in (tmp_path / "linked", repo.path / ".git", repo.path / "a"):
        assert only(scan_history(Repository.at(path))).key_id == KEY.id


def test_without_a_commit_there_is_nothing(repo: Repo) -> None:
    assert scan_history(Repository.at(repo.path)) == Scan()
    assert staged(repo.path) == Scan()


def test_a_repository_with_sha_256(tmp_path: Path) -> None:
    try:
        repo = Repo(tmp_path / "wide", "--object-format=sha256")
    except AssertionError:
        pytest.skip("this git knows SHA-1 only")
    repo.write("a", KEY.text())
    assert only(staged_of(repo)).key_id == KEY.id
    commit = repo.commit("Leak")
    (place,) = only(scan_history(Repository.at(repo.path))).places
    assert (len(commit), place.commit, place.at_head) == (64, commit, True)


def test_a_replaced_object_is_seen_as_it_was_committed(repo: Repo) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    harmless = repo.git("hash-object", "-w", "--stdin", stdin=b"harmless\n")
    repo.git("replace", repo.git("rev-parse", "HEAD:a"), harmless)
    assert only(scan_history(Repository.at(repo.path))).key_id == KEY.id


def test_a_scan_writes_nothing_and_runs_nothing_of_the_repository(repo: Repo) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    trap = repo.path / "trap"
    trap.write_text("#!/bin/sh\ntouch sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.sshCommand", "core.askPass"):
        repo.git("config", name, str(trap))
    repo.git("config", "log.showSignature", "true")
    before = snapshot(repo.path)
    assert unleak_scan("--history", ".", cwd=repo.path).returncode == 1
    assert unleak_scan("--staged", ".", cwd=repo.path).returncode == 0
    assert snapshot(repo.path) == before


def snapshot(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*")}


# --- staged


def test_staged_without_any_commit_yet(repo: Repo) -> None:
    repo.write("a", KEY.text())
    assert only(staged_of(repo)).places == (Place("a", 2),)


def test_staged_is_what_the_next_commit_would_add(repo: Repo) -> None:
    repo.write("committed", KEY.text())
    repo.commit("Leak")
    repo.write("added", OTHER.text())
    repo.git("add", "added")
    repo.write("not added", Key(3).text())
    repo.write("added", "cleaned in the work tree only\n")
    assert only(staged(repo.path)).places == (Place("added", 2),)


@pytest.mark.parametrize("where", [".", "sub", "sub/file", "other"])
def test_staged_is_the_whole_index_wherever_one_stands(repo: Repo, where: str) -> None:
    repo.write("other/x", "x")
    repo.commit("Begin")
    repo.write("sub/file", KEY.text())
    repo.git("add", "sub")
    assert only(staged(repo.path / where)).places == (Place("sub/file", 2),)


def test_a_staged_deletion_a_submodule_and_a_mere_intent_are_no_blobs(repo: Repo) -> None:
    repo.write("gone", KEY.text())
    commit = repo.commit("Leak")
    repo.git("rm", "-q", "gone")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    repo.write("later", OTHER.text())
    repo.git("add", "-N", "later")
    assert (staged(repo.path).findings, staged(repo.path).problems) == ([], [])


def test_a_merge_that_is_not_decided_is_a_problem(repo: Repo) -> None:
    repo.write("a", "base\n")
    repo.commit("Begin")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("a", "side\n")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.write("a", "main\n")
    repo.commit("Main")
    with pytest.raises(AssertionError):
        repo.git("merge", "-q", "side", env=who())
    done = unleak_scan("--staged", cwd=repo.path)
    assert done.returncode == 3
    assert "a: the merge is not decided" in done.stdout


HOOK = """#!/bin/sh
exec "{python}" -m unleak.cli.main scan --staged {where}
"""


HOOKS = [
    ("main", ".", []),
    ("main", "sub", []),
    ("main", "$PWD", ["-a"]),
    ("main", "sub", ["--", "sub/file"]),
    ("linked", ".", ["-a"]),
    ("linked", "sub", []),
    ("linked", "$PWD", ["--", "sub/file"]),
]


@pytest.mark.parametrize(("tree", "where", "commit"), HOOKS)
def test_as_a_hook_it_stops_the_commit(repo: Repo, tmp_path: Path, tree: str, where: str, commit: list[str]) -> None:
    repo.write("sub/file", "x")
    repo.commit("Begin")
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(python=sys.executable, where=where))
    hook.chmod(0o755)
    work = repo.path if tree == "main" else tmp_path / "linked"
    if tree == "linked":
        repo.git("worktree", "add", "-q", str(work))
    (work / "sub/file").write_text(KEY.text())
    if not commit:
        subprocess.run(["git", "add", "sub"], cwd=work, check=True)
    place = work / "sub" if commit == ["-a"] else work
    command = ["git", "commit", "-m", "Leak", *commit]
    made = subprocess.run(command, cwd=place, env=os.environ | who(), capture_output=True, text=True, check=False)
    assert made.returncode == 1, made.stdout + made.stderr
    assert KEY.id in made.stdout + made.stderr
    assert "sub/file:2" in made.stdout + made.stderr


def test_a_server_s_hook_sees_what_is_being_pushed(repo: Repo, tmp_path: Path) -> None:
    """It is kept in a quarantine until the hook has agreed."""
    server = Repo(tmp_path / "server", "--bare")
    hook = server.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK.format(python=sys.executable, where=".").replace("--staged", "--history"))
    hook.chmod(0o755)
    repo.commit("Begin")
    repo.git("push", "-q", str(server.path), "main")
    repo.write("a", KEY.text())
    repo.commit("Leak")
    with pytest.raises(AssertionError, match=KEY.id):
        repo.git("push", "-q", str(server.path), "main")


def test_in_a_hook_another_repository_is_that_other_one(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    elsewhere = Repo(tmp_path / "elsewhere")
    nested = Repo(elsewhere.path / "nested")
    nested.write("b", OTHER.text())
    nested.commit("Leak")
    elsewhere.commit("Begin")
    env = {"GIT_DIR": str(elsewhere.path / ".git"), "GIT_INDEX_FILE": str(elsewhere.path / ".git" / "index")}
    for path, key in ((repo.path, KEY), (nested.path, OTHER)):
        done = unleak_scan("--history", str(path), "--format", "json", cwd=elsewhere.path, env=env)
        assert [f["key_id"] for f in findings_of(done)] == [key.id]
    done = unleak_scan("--history", str(tmp_path), cwd=elsewhere.path, env=env)
    assert done.returncode == 2


def test_a_repository_apart_from_its_work_tree_is_heeded(tmp_path: Path) -> None:
    home = tmp_path / "work"
    bare = Repo(tmp_path / "dotfiles", "--bare")
    home.mkdir()
    (home / "profile").write_text(KEY.text())
    env = {"GIT_DIR": "../dotfiles", "GIT_WORK_TREE": "."}
    subprocess.run(["git", "add", "profile"], cwd=home, env=os.environ | env, check=True)
    assert bare.path.exists()
    done = unleak_scan("--staged", "--format", "json", cwd=home, env=env)
    assert [f["key_id"] for f in findings_of(done)] == [KEY.id], done.stderr


# --- what is no repository, or does not open


def test_no_repository_is_misuse(tmp_path: Path) -> None:
    for option in ("--history", "--staged"):
        done = unleak_scan(option, str(tmp_path), cwd=tmp_path)
        assert done.returncode == 2
        assert "is not a git repository" in done.stderr
        assert done.stdout == ""
    with pytest.raises(Misuse, match="there is no"):
        Repository.at(tmp_path / "nowhere")


@pytest.mark.parametrize("option", ["--history", "--staged"])
def test_somebody_elses_repository_is_not_taken_for_an_empty_one(repo: Repo, option: str) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    env = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    if (
        subprocess.run(
            ["git", "status"], cwd=repo.path, env=os.environ | env, capture_output=True, check=False
        ).returncode
        == 0
    ):
        pytest.skip("this git does not mind whose a repository is")
    done = unleak_scan(option, ".", cwd=repo.path, env=env)
    assert done.returncode == 3
    assert "dubious ownership" in done.stderr
    assert "safe.directory" in done.stderr
    assert "nothing found" not in done.stdout


@pytest.mark.parametrize("option", ["--history", "--staged"])
def test_without_git_it_says_so(repo: Repo, option: str) -> None:
    done = unleak_scan(option, ".", cwd=repo.path, env={"PATH": str(repo.path)})
    assert done.returncode == 3
    assert "git cannot be run" in done.stderr
    assert "install git" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_repository_whose_git_folder_is_broken_could_not_be_looked_at(repo: Repo) -> None:
    inner = Repo(repo.path / "inner")
    for broken in (inner, repo):
        (broken.path / ".git" / "HEAD").unlink()
        with pytest.raises(CouldNotLook):
            Repository.at(broken.path)


def test_git_need_not_know_who_we_are(repo: Repo) -> None:
    repo.write("a", KEY.text())
    repo.commit("Leak")
    with pytest.raises(AssertionError):
        repo.git("-c", "user.useConfigOnly=true", "commit", "--allow-empty", "-m", "nobody")
    assert only(scan_history(Repository.at(repo.path))).key_id == KEY.id
