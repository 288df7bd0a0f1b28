"""A file in the repository that says which parents a commit has does not hide what was committed before it."""

import os
from pathlib import Path

import pytest
from git_world import (  # noqa: F401  fixtures
    Key,
    Repo,
    apart_fixture,
    findings_of,
    repo_fixture,
    unleak_scan,
)

KEY = Key(1)


@pytest.fixture(name="grafted")
def grafted_fixture(repo: Repo) -> Repo:
    """A key that came and went after the tag `clean`; of the newest commit a graft says that it has no parents."""
    repo.commit("Begin")
    repo.git("tag", "clean")
    repo.write("config", KEY.text())
    repo.commit("Leak")
    repo.write("config", "harmless\n")
    graft(repo.path / ".git" / "info" / "grafts", repo.commit("Clean up"))
    return repo


def graft(path: Path, commit: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{commit}\n")


@pytest.mark.parametrize(
    "choice", [["--range", "HEAD"], ["--range", "clean..HEAD"], ["--since", "clean"], ["--history"]]
)
def test_what_a_graft_cuts_off_is_scanned_and_attributed(grafted: Repo, choice: list[str]) -> None:
    assert grafted.git("log", "--format=%s") == "Clean up", "git itself heeds it"
    done = unleak_scan(*choice, "--format", "json", cwd=grafted.path)
    assert done.returncode == 1, done.stderr
    (finding,) = findings_of(done)
    leak = grafted.git("rev-parse", "HEAD^", env={"GIT_GRAFT_FILE": os.devnull})
    assert [(p["path"], p["commit"]) for p in finding["places"]] == [("config", leak)]
    assert finding["key_id"] == KEY.id


def test_in_a_hook_neither(grafted: Repo, tmp_path: Path) -> None:
    """Nor one that the environment names."""
    graft(tmp_path / "grafts", grafted.git("rev-parse", "HEAD"))
    env = {"GIT_DIR": str(grafted.path / ".git"), "GIT_GRAFT_FILE": str(tmp_path / "grafts")}
    done = unleak_scan("--range", "HEAD", "--format", "json", cwd=grafted.path, env=env)
    assert [f["key_id"] for f in findings_of(done)] == [KEY.id], done.stderr
