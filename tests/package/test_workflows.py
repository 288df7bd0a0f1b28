"""The public pipeline: every action by its commit, no right that is not needed, and only commands that there are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from closure import PROJECT, ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAY_WRITE = {("release", "sign"), ("release", "publish"), ("release", "announce")}


def jobs_of(path: Path) -> dict[str, Any]:
    jobs: dict[str, Any] = yaml.safe_load(path.read_text())["jobs"]
    return jobs


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_every_action_is_named_by_its_commit_and_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text())
    assert used
    assert [u for u in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", u)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_no_job_may_more_than_it_must(path: Path) -> None:
    whole = yaml.safe_load(path.read_text())
    assert set(whole["permissions"].values()) <= {"read"}
    for name, job in whole["jobs"].items():
        assert ("write" in job.get("permissions", {}).values()) == ((path.stem, name) in MAY_WRITE)
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert "checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_every_target_is_one_of_the_makefile(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {word for line in re.findall(r"make ([a-z -]+)", path.read_text()) for word in line.split()}
    assert called
    assert called <= targets


def test_every_python_that_is_declared_is_tested_on_both_systems() -> None:
    matrix = jobs_of(ROOT / ".github" / "workflows" / "ci.yml")["test"]["strategy"]["matrix"]
    declared = [c.rsplit(" ", 1)[1] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    assert matrix["python"] == declared
    assert matrix["os"] == ["ubuntu-latest", "macos-latest"]
