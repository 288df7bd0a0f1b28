"""Of a push, what it brings is fetched and read, whatever the host has or has not."""

from pathlib import Path

import pytest
from gitted_world import Key, apart_fixture, commit, git, make  # noqa: F401  a fixture

from unleak.model.errors import CouldNotLook
from unleak.scan.scanner import scan
from unleak.scan.sources.commits import read_commits
from unleak.scan.sources.pushed import fetched

ZEROS = "0" * 40
OLD, NEW = Key(1).id, Key(2).id


@pytest.fixture(params=[True, False], ids=["filters", "no filters"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Bare; some hosts do not leave files out when they are asked to."""
    bare = tmp_path / "host.git"
    make(bare, "--bare")
    git(bare, "config", "uploadpack.allowFilter", str(request.param).lower())
    return bare


@pytest.fixture
def clone(host: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    make(folder)
    git(folder, "remote", "add", "origin", str(host))
    filler = "\n".join(f"line {n}" for n in range(400))
    commit(folder, "a.env", f"key = {OLD}\n{filler}\n")
    git(folder, "push", "-q", "origin", "main")
    return folder


def found(host: Path, before: str, after: str, branch: str = "main") -> set[str | None] | None:
    """Key ids; None where it wants the whole to be looked at."""
    with fetched(f"file://{host}", f"refs/heads/{branch}", before, after) as (repository, revisions):
        if not revisions:
            return None
        result = scan(read_commits(repository, *revisions))
        assert result.complete, result.problems
        return {f.key_id for f in result.findings}


def test_only_what_is_new_is_read(host: Path, clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    after = commit(clone, "a.env", (clone / "a.env").read_text().replace("line 7", f"key = {NEW}").replace(OLD, "none"))
    git(clone, "push", "-q", "origin", "main")
    assert found(host, before, after) == {NEW}


def test_what_was_taken_out_again_within_the_push_is_found(host: Path, clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    commit(clone, "b.env", f"key = {NEW}\n")
    after = commit(clone, "b.env", "nothing\n")
    git(clone, "push", "-q", "origin", "main")
    assert found(host, before, after) == {NEW}


def test_of_a_new_branch_what_the_default_branch_has_is_not_new(host: Path, clone: Path) -> None:
    git(clone, "checkout", "-q", "-b", "topic")
    after = commit(clone, "b.env", f"key = {NEW}\n")
    git(clone, "push", "-q", "origin", "topic")
    assert found(host, ZEROS, after, "topic") == {NEW}


def test_a_new_branch_without_commits_of_its_own_brings_nothing(host: Path, clone: Path) -> None:
    git(clone, "push", "-q", "origin", "main:topic")
    assert found(host, ZEROS, git(clone, "rev-parse", "HEAD"), "topic") == set()


def test_where_the_host_has_forgotten_what_was_before_all_is_looked_at(host: Path, clone: Path) -> None:
    after = git(clone, "rev-parse", "HEAD")
    assert found(host, "1" * 40, after) is None


def test_the_first_push_of_all_is_looked_at_whole(host: Path, clone: Path) -> None:
    """HEAD is what was pushed: nothing of it would be new."""
    assert found(host, ZEROS, git(clone, "rev-parse", "HEAD")) is None


def test_a_commit_that_the_host_does_not_have_could_not_be_looked_at(host: Path, clone: Path) -> None:
    with pytest.raises(CouldNotLook):
        found(host, git(clone, "rev-parse", "HEAD"), "2" * 40)
