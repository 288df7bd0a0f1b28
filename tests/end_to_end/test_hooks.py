"""git itself calls the hooks: what they refuse, what they let pass, and that they refuse where they cannot look."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hooks_world import ACCOUNT, KEY_ID, LEAK, UNLEAK, Repo, apart_fixture, setup_hooks  # noqa: F401  a fixture

from unleak.cli.hook import command as hook
from unleak.model.errors import Misuse


@pytest.fixture(name="repo")
def repo_fixture(tmp_path: Path, _apart: None) -> Repo:
    return Repo(tmp_path / "repo")


@pytest.fixture(name="server")
def server_fixture(tmp_path: Path, repo: Repo) -> Repo:
    """The bare `origin` of `repo`, without a hook yet."""
    server = Repo(tmp_path / "server.git", "--bare")
    repo.git("remote", "add", "origin", str(server.path))
    return server


# --- commit


def _fresh(repo: Repo) -> Repo:
    setup_hooks(repo.path)
    return repo


def _work_tree(repo: Repo) -> Repo:
    repo.commit("a", "x")
    repo.git("worktree", "add", "-q", "../linked")
    linked = Repo(repo.path.parent / "linked")
    setup_hooks(linked.path)
    return linked


def _submodule(repo: Repo) -> Repo:
    repo.commit("a", "x")
    outer = Repo(repo.path.parent / "outer")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.path), "deep/inner")
    inner = Repo(outer.path / "deep" / "inner")
    setup_hooks(inner.path)
    assert "modules" in inner.git("rev-parse", "--git-path", "hooks/pre-commit")
    return inner


def _detached(repo: Repo) -> Repo:
    repo.commit("a", "x")
    repo.git("checkout", "-q", "--detach")
    setup_hooks(repo.path)
    return repo


@pytest.mark.parametrize("make", [_fresh, _work_tree, _submodule, _detached])
def test_a_commit_with_a_secret_is_refused_and_a_clean_one_passes(
    repo: Repo, make: Callable[[Repo], Repo], capsys: pytest.CaptureFixture[str]
) -> None:
    place = make(repo)
    assert "pre-commit: installed" in capsys.readouterr().out
    place.add(".env", LEAK)
    said = place.commit_fails()
    assert f"CRITICAL  {KEY_ID} of account {ACCOUNT} with its secret\n  .env:2\n" in said
    assert "git commit --no-verify" in said
    place.add(".env", "region = eu-west-1\n")
    place.git("commit", "-q", "-m", "clean")


def test_a_person_may_skip_on_purpose(repo: Repo) -> None:
    setup_hooks(repo.path)
    repo.add(".env", LEAK)
    done = repo.try_git("commit", "-q", "-m", "x", env={"UNLEAK_SKIP": "1"})
    assert done.returncode == 0
    assert "not looked at" in done.stderr


def test_a_module_of_the_repository_is_not_run(repo: Repo) -> None:
    """The folder that is committed must not be where Python looks for modules."""
    setup_hooks(repo.path)
    repo.add("click.py", "raise SystemExit(0)\n")
    repo.add(".env", LEAK)
    assert KEY_ID in repo.commit_fails()


def test_with_unleak_gone_the_hook_refuses_unless_one_is_on_the_path(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter = sys.executable
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone it's" / "python"))
    setup_hooks(repo.path)
    (tmp_path / "bin").mkdir()
    for name in ("git", "sh", "dirname", "cat"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    repo.add("a", "clean")
    said = repo.commit_fails()
    assert "nothing was looked at" in said
    assert "install it again" in said
    (tmp_path / "bin" / "unleak").write_text(f'#!/bin/sh\nexec {interpreter} -P -m unleak "$@"\n')
    (tmp_path / "bin" / "unleak").chmod(0o755)
    repo.git("commit", "-q", "-m", "clean")


def test_where_git_cannot_be_read_the_hook_refuses(repo: Repo) -> None:
    setup_hooks(repo.path)
    repo.add("a", "clean")
    oid = repo.git("rev-parse", ":a")
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    done = subprocess.run([".git/hooks/pre-commit"], cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "the commit is refused" in done.stderr


# --- push


def _history_with_a_leak(repo: Repo) -> str:
    """A leak in the middle that the tip has removed. Its commit."""
    repo.commit("README", "hello")
    leak = repo.commit(".env", LEAK)
    repo.commit(".env", "nothing any more")
    return leak


def test_a_push_with_a_secret_in_a_commit_before_the_last_is_refused(repo: Repo, server: Repo) -> None:
    repo.commit("old", LEAK.replace("=", ":"))
    repo.git("push", "-q", "origin", "main")
    repo.commit("README", "hello")
    repo.git("tag", "-a", "harmless", "-m", "x")
    setup_hooks(repo.path, "--pre-push")
    repo.git("push", "-q", "origin", "main", "harmless")
    repo.git("push", "-q", "origin", "main:copy")
    leak = _history_with_a_leak(repo)
    said = repo.push_fails("origin", "HEAD:refs/heads/new")
    assert f"CRITICAL  {KEY_ID} of account {ACCOUNT} with its secret\n" in said
    assert f"  .env:2  in commit {leak[:12]} by Mallory Ünlü <mallory@example.com> on 20" in said
    assert f"git rebase -i {leak[:12]}^" in said
    assert "git push --no-verify" in said
    assert "old" not in said
    assert "new" not in server.git("branch", "--list")
    repo.git("push", "-q", "origin", ":copy")
    repo.git("push", "-q", "--no-verify", "origin", "main")
    repo.commit("README", "hello again")
    repo.git("push", "-q", "origin", "main")


def test_the_way_back_of_a_last_commit_of_a_first_one_and_of_a_message(repo: Repo, server: Repo) -> None:
    setup_hooks(repo.path, "--pre-push")
    assert server.path.exists()
    repo.add("a", LEAK)
    repo.git("commit", "-q", "--no-verify", "-m", LEAK)
    said = repo.push_fails("origin", "main")
    assert "git commit --all --amend" in said
    assert "rebase" not in said
    assert "  message:" in said
    repo.commit("b", "x")
    assert "git rebase -i --root" in repo.push_fails("origin", "main")


def test_a_push_to_an_address_looks_at_all_that_is_not_there(repo: Repo, server: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.git("push", "-q", "origin", "main")
    setup_hooks(repo.path, "--pre-push")
    elsewhere = Repo(server.path.parent / "elsewhere.git", "--bare")
    assert KEY_ID in repo.push_fails(str(elsewhere.path), "main")
    repo.commit("README", "clean")
    repo.git("push", "-q", str(server.path), "main")


def test_a_key_id_alone_and_what_a_comment_allows_pass(repo: Repo, server: Repo) -> None:
    setup_hooks(repo.path, "--pre-push")
    repo.commit("a", f"id = {KEY_ID[:-1]}{'A' if KEY_ID[-1] != 'A' else 'B'}\n")
    repo.commit("b", LEAK.replace("\n", "  # unleak:allow\n"))
    repo.git("push", "-q", "origin", "main")
    assert server.git("log", "--format=%s", "main")


def test_what_the_owner_ignores_passes_and_a_push_does_not_speak_for_itself(repo: Repo, server: Repo) -> None:
    repo.commit("README", "hello")
    repo.git("push", "-q", "origin", "main")
    setup_hooks(server.path)
    setup_hooks(repo.path, "--pre-push")
    repo.commit("fixtures.txt", LEAK)
    rule = repo.commit(".unleakignore", "/fixtures.txt\n")
    assert "pre-receive hook declined" in repo.push_fails("origin", "main")
    server.git("fetch", "-q", str(repo.path), f"{rule}:refs/heads/main")
    repo.commit("fixtures.txt", LEAK + "# changed\n")
    repo.git("push", "-q", "origin", "main")
    repo.commit("other.txt", LEAK + "# other\n")
    said = repo.push_fails("origin", "main")
    assert "other.txt:2" in said
    assert "fixtures" not in said


def test_as_the_pre_commit_framework_calls_it(repo: Repo, server: Repo) -> None:
    """It tells in its environment, says nothing on standard input, and of a first push names only the branch."""
    assert server.path.exists()
    first = {"PRE_COMMIT_REMOTE_NAME": "origin", "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main"}
    leak = _history_with_a_leak(repo)
    done = _hook("pre-push", cwd=repo.path, env=first)
    assert (done.returncode, leak[:12] in done.stderr) == (1, True)
    repo.git("push", "-q", "origin", "main")
    tip = repo.commit("README", "clean")
    assert _hook("pre-push", cwd=repo.path, env=first | {"PRE_COMMIT_TO_REF": tip}).returncode == 0
    assert _hook("pre-push", cwd=repo.path).returncode == 2


def _hook(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*UNLEAK, "hook", *arguments], cwd=cwd, env=os.environ | (env or {}), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


ID, NONE = "a" * 40, "0" * 40
BAD_PUSHES = [
    "x",
    f"main {ID} refs/heads/main",
    f"main {ID} refs/heads/main --all",
    f"main HEAD refs/heads/main {NONE}",
]
BAD_RECEIVES = ["", "x", f"{NONE} {ID}", f"{NONE} --all refs/heads/main", f"{NONE} {ID[1:]} refs/heads/main"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["pre-push", "origin", "x"], bad) for bad in BAD_PUSHES] + [(["pre-receive"], bad) for bad in BAD_RECEIVES],
)
def test_what_git_would_not_say_is_refused(
    arguments: list[str], told: str, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    (tmp_path / "told").write_text(told)
    with (tmp_path / "told").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(Misuse):
            hook.main(arguments, standalone_mode=False)


def test_a_push_that_cannot_be_read_is_refused(repo: Repo, tmp_path: Path) -> None:
    repo.add("a", "clean")
    commit = repo.git("commit-tree", "-m", "x", repo.git("write-tree"))
    oid = repo.git("rev-parse", ":a")
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    (tmp_path / "told").write_text(f"{NONE} {commit} refs/heads/new\n")
    with (tmp_path / "told").open() as told:
        done = subprocess.run(
            [*UNLEAK, "hook", "pre-receive"], cwd=repo.path, stdin=told, capture_output=True, check=False
        )
    assert done.returncode == 3
    assert b"refused: could not look everywhere" in done.stderr
    assert _hook("pre-receive", "refs/heads/new", NONE, ID, cwd=repo.path).returncode == 2


# --- receive


def test_a_server_takes_in_no_secret_and_keeps_none_of_its_objects(repo: Repo, server: Repo) -> None:
    repo.commit("older", LEAK.replace("=", ":"))
    repo.git("push", "-q", "origin", "main")
    setup_hooks(server.path)
    before = server.git("count-objects", "-v"), server.git("show-ref")
    clean = repo.commit("README", "hello")
    leak = _history_with_a_leak(repo)
    said = repo.push_fails("origin", f"{clean}:refs/heads/clean", "main")
    assert f".env:2  in commit {leak[:12]} by Mallory Ünlü <mallory@example.com> on 20" in said
    assert f"{KEY_ID} of account {ACCOUNT} with its secret" in said
    assert "pre-receive hook declined" in said
    assert "older" not in said
    assert (server.git("count-objects", "-v"), server.git("show-ref")) == before
    repo.git("push", "-q", "origin", f"{clean}:refs/heads/clean")
    repo.git("push", "-q", "origin", ":clean")
    repo.git("tag", "-a", "v1", "-m", LEAK, clean)
    assert "object " in repo.push_fails("origin", "v1")


def test_an_update_hook_refuses_only_the_ref_that_brings_the_secret(repo: Repo, server: Repo) -> None:
    update = server.path / "hooks" / "update"
    update.write_text(f'#!/bin/sh\nexec {" ".join(UNLEAK)} hook pre-receive "$@"\n')
    update.chmod(0o755)
    clean = repo.commit("README", "hello")
    _history_with_a_leak(repo)
    assert KEY_ID in repo.push_fails("origin", f"{clean}:refs/heads/clean", "main")
    assert server.git("for-each-ref", "--format=%(refname)") == "refs/heads/clean"


def test_a_push_option_skips_only_where_the_server_allows_it(repo: Repo, server: Repo) -> None:
    server.git("config", "receive.advertisePushOptions", "true")
    repo.commit(".env", LEAK)
    setup_hooks(server.path)
    assert KEY_ID in repo.push_fails("-o", "unleak.skip", "origin", "main")
    setup_hooks(server.path, "--allow-skip")
    assert KEY_ID in repo.push_fails("origin", "main")
    done = repo.try_git("push", "-q", "-o", "unleak.skip", "origin", "main")
    assert done.returncode == 0
    assert "not looked at" in done.stderr
