"""`unleak setup hooks`: where the hooks go, and that nothing of anybody else is lost."""

import os
import subprocess
from pathlib import Path

import pytest

from unleak.cli.setup_hooks import hooks
from unleak.model.errors import CouldNotLook, Misuse


@pytest.fixture(autouse=True, name="_apart")
def apart_fixture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "gitconfig").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(name="repo")
def repo_fixture(tmp_path: Path, _apart: None) -> Path:
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    return repo


def run(*arguments: str | Path) -> None:
    """In this process."""
    hooks.main([str(a) for a in arguments], standalone_mode=False)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {p.name: (p.read_bytes(), p.stat().st_mode) for p in folder.iterdir() if not p.name.endswith(".sample")}


FOREIGN = b"#!/bin/sh\necho theirs\n"


def foreign(folder: Path, name: str = "pre-commit") -> Path:
    hook = folder / name
    hook.write_bytes(FOREIGN)
    hook.chmod(0o755)
    return hook


def test_twice_is_once_and_remove_leaves_nothing(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repo / ".git" / "hooks"
    run(repo)
    installed = contents(folder)
    assert set(installed) == {"pre-commit", "pre-push"}
    assert all(mode & 0o111 == 0o111 for _, mode in installed.values())
    run(repo)
    assert contents(folder) == installed
    assert "installed already" in capsys.readouterr().out
    run(repo, "--remove")
    assert contents(folder) == {}
    run(repo, "--remove")
    assert "there is none" in capsys.readouterr().out


def test_one_that_another_version_wrote_is_brought_up_to_date(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as before:
        before.setattr("sys.executable", "/elsewhere/python")
        run(repo)
    run(repo, "--pre-push")
    assert "pre-push: brought up to date" in capsys.readouterr().out
    assert b"/elsewhere" in (repo / ".git/hooks/pre-commit").read_bytes()
    assert b"/elsewhere" not in (repo / ".git/hooks/pre-push").read_bytes()
    run(repo, "--remove")
    assert contents(repo / ".git" / "hooks") == {}


def test_somebody_elses_hook_stops_the_whole_unless_it_is_to_be_kept(repo: Path) -> None:
    hook = foreign(repo / ".git" / "hooks", "pre-push")
    with pytest.raises(Misuse, match="somebody else's") as raised:
        run(repo)
    assert 'unleak hook pre-push "$@"' in raised.value.hint
    assert "--force" in raised.value.hint
    assert set(contents(hook.parent)) == {"pre-push"}
    run(repo, "--force")
    assert (hook.parent / "pre-push.before-unleak").read_bytes() == FOREIGN
    assert hook.read_bytes() != FOREIGN
    run(repo, "--remove")
    assert contents(hook.parent) == {"pre-push": (FOREIGN, hook.stat().st_mode)}
    run(repo, "--remove")
    assert hook.read_bytes() == FOREIGN


def test_the_kept_hook_runs_first_with_all_that_git_says(repo: Path) -> None:
    hook = foreign(repo / ".git" / "hooks", "pre-push")
    hook.write_text('#!/bin/sh\necho "$@" >told\ncat >>told\nexit 7\n')
    run(repo, "--pre-push", "--force")
    done = subprocess.run([hook, "origin", "an address"], cwd=repo, input=b"a b c d\ne f g h\n", check=False)
    assert done.returncode == 7
    assert (repo / "told").read_text() == "origin an address\na b c d\ne f g h\n"


def test_one_that_was_changed_by_hand_is_somebody_elses(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(repo, "--pre-commit")
    hook = repo / ".git" / "hooks" / "pre-commit"
    changed = hook.read_bytes().replace(b"--staged", b"--history")
    hook.write_bytes(changed)
    run(repo, "--remove")
    assert "left as it is" in capsys.readouterr().out
    with pytest.raises(Misuse, match="changed by hand"):
        run(repo)
    assert hook.read_bytes() == changed


def test_a_link_is_kept_as_a_link(repo: Path) -> None:
    folder = repo / ".git" / "hooks"
    (folder / "pre-commit").symlink_to("../elsewhere")
    with pytest.raises(Misuse):
        run(repo)
    run(repo, "--pre-commit", "--force")
    assert (folder / "pre-commit.before-unleak").readlink() == Path("../elsewhere")
    foreign(folder)
    with pytest.raises(Misuse, match="already"):
        run(repo, "--pre-commit", "--force")


def test_core_hooks_path_is_heeded_from_a_folder_below(repo: Path) -> None:
    git(repo, "config", "core.hooksPath", ".githooks")
    (repo / "below").mkdir()
    run(repo / "below", "--pre-commit")
    assert set(contents(repo / ".githooks")) == {"pre-commit"}


def test_a_folder_that_other_repositories_share_is_not_touched_unasked(repo: Path, tmp_path: Path) -> None:
    git(repo, "config", "--global", "core.hooksPath", "~/shared")
    with pytest.raises(Misuse, match="other repositories share"):
        run(repo)
    assert not (tmp_path / "shared").exists()
    run(repo, "--force")
    assert set(contents(tmp_path / "shared")) == {"pre-commit", "pre-push"}


def test_a_bare_repository_gets_a_receiving_hook(tmp_path: Path, repo: Path) -> None:
    git(repo, "init", "-q", "--bare", "../bare.git")
    run(tmp_path / "bare.git")
    assert set(contents(tmp_path / "bare.git" / "hooks")) == {"pre-receive"}
    with pytest.raises(Misuse, match="nobody commits"):
        run(tmp_path / "bare.git", "--pre-commit")


def test_what_is_no_repository_or_no_folder_is_told(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    for path in (tmp_path / "plain", tmp_path / "nowhere", repo / ".git"):
        with pytest.raises(Misuse):
            run(path)
    git(repo, "config", "core.hooksPath", "/dev/null")
    with pytest.raises(CouldNotLook, match="cannot change the hooks in /dev/null"):
        run(repo)
    with pytest.raises(Misuse, match="pre-receive"):
        run(repo, "--allow-skip")
