"""What others' pipelines take from here: it is well formed, calls only what there is, and picks the right commits."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from unleak.cli.commands import unleak

ROOT = Path(__file__).parents[2]
COMING = frozenset({"--range", "--output", "--baseline"})
"""Options of `unleak scan` that these files rely on, and that are not there yet."""


def load(name: str) -> list[Any]:
    return list(yaml.safe_load_all((ROOT / name).read_text()))


def options_of(*names: str) -> set[str]:
    found: click.Command = unleak
    for name in names:
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), name)
        assert inner is not None, names
        found = inner
    return {o for p in found.params for o in p.opts}


def test_the_framework_calls_commands_that_exist() -> None:
    (hooks,) = load(".pre-commit-hooks.yaml")
    assert {h["id"]: h["stages"] for h in hooks} == {
        "unleak": ["pre-commit"], "unleak-push": ["pre-push"], "unleak-history": ["manual"],
    }  # fmt: skip
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "unleak"
        names = words[: 2 if words[0] == "hook" else 1]
        assert {w for w in words if w.startswith("--")} <= options_of(*names)
        assert (hook["pass_filenames"], hook["always_run"]) == (False, True)


@pytest.mark.parametrize("name", ["ci/github.sh", "templates/secret-detection.yml"])
def test_every_option_of_scan_that_a_pipeline_uses_exists(name: str) -> None:
    used = {
        m
        for line in (ROOT / name).read_text().splitlines()
        if _calls_scan(line)
        for m in re.findall(r"--[a-z-]+", line)
    }
    assert {"--format", "--min-severity", "--history"} <= used
    assert used <= options_of("scan") | COMING | {"--"}


def _calls_scan(line: str) -> bool:
    return "git " not in line and any(w in line for w in ("what", "set --", "scan "))


def test_the_action_hands_inputs_over_as_variables_and_never_as_text_of_a_script() -> None:
    (action,) = load("action.yml")
    assert set(action["inputs"]) == {"path", "mode", "format", "min-severity", "baseline", "version"}
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(action["inputs"])


def test_the_template_declares_what_it_interpolates_and_hands_over_the_report() -> None:
    spec, jobs = load("templates/secret-detection.yml")
    assert set(re.findall(r"\$\[\[ inputs\.([a-z_]+) \]\]", str(jobs))) == set(spec["spec"]["inputs"])
    assert "$[[" not in str(jobs["unleak"]["script"])
    assert jobs["unleak"]["artifacts"]["reports"] == {"secret_detection": "gl-secret-detection-report.json"}
    assert jobs["unleak"]["variables"]["GIT_DEPTH"] == "0"


class Checkout:
    """A clone as a pipeline has it, of `main` with two commits and `side` with one more; and an unleak that only notes
    how it was called.
    """

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path / "clone"
        origin = tmp_path / "origin"
        origin.mkdir()
        for command in (
            "git init -q -b main",
            "git commit -q --allow-empty -m one",
            "git commit -q --allow-empty -m two",
            "git checkout -q -b side",
            "git commit -q --allow-empty -m three",
        ):
            self._run(command, origin)
        self.origin = origin.as_uri()
        self._run(f"git clone -q {self.origin} {self.path}", tmp_path)
        self.one, self.two, self.three = self._run("git log --reverse --format=%H", self.path).split()
        self.calls = tmp_path / "calls"
        self.bin = tmp_path / "bin"
        self.bin.mkdir()
        for name in ("unleak", "python"):
            (self.bin / name).write_text(f'#!/bin/sh\necho "$*" >>{self.calls}\nexit "${{ENDS:-0}}"\n')
            (self.bin / name).chmod(0o755)

    @staticmethod
    def _run(command: str, folder: Path) -> str:
        who = {f"GIT_{r}_{p}": "x" for r in ("AUTHOR", "COMMITTER") for p in ("NAME", "EMAIL")}
        done = subprocess.run(
            command.split(), cwd=folder, env=os.environ | who, capture_output=True, text=True, check=True
        )
        return done.stdout

    def shallow(self) -> None:
        self._run("rm -rf clone", self.path.parent)
        self._run(f"git clone -q --depth 1 {self.origin} {self.path}", self.path.parent)

    def pipeline(self, command: list[str], variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        path = f"{self.bin}:{os.environ['PATH']}"
        return subprocess.run(
            command,
            cwd=self.path,
            env=os.environ | {"PATH": path} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture(name="checkout")
def checkout_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    for name in [n for n in os.environ if n.startswith(("GIT_", "GITHUB_", "CI_"))]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    return Checkout(tmp_path)


NONE = "0" * 40
EVENTS = [
    ("push", "one", "three", "side", "--range one..three"),
    ("pull_request", "two", "three", "1/merge", "--range two..three"),
    ("push", NONE, "three", "side", "--range origin/main..three"),
    ("push", "e" * 40, "three", "side", "--range origin/main..three"),
    ("push", NONE, "two", "main", "--history"),
    ("schedule", "", "", "main", "--history"),
]


def _named(checkout: Checkout, name: str) -> str:
    return str(getattr(checkout, name, name))


def _github(checkout: Checkout, tmp_path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    usual = {
        "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "output"), "DEFAULT_BRANCH": "main",
        "UNLEAK_PYTHON": "python", "UNLEAK_PATH": ".", "UNLEAK_MODE": "range", "UNLEAK_FORMAT": "github",
        "UNLEAK_MIN_SEVERITY": "high", "UNLEAK_BASELINE": "",
    }  # fmt: skip
    return checkout.pipeline(["bash", str(ROOT / "ci" / "github.sh")], usual | variables)


@pytest.mark.parametrize(("event", "before", "after", "ref", "chosen"), EVENTS)
def test_github_looks_at_what_the_event_brings_in(
    checkout: Checkout, tmp_path: Path, event: str, before: str, after: str, ref: str, chosen: str
) -> None:
    done = _github(checkout, tmp_path, EVENT=event, BEFORE=_named(checkout, before), AFTER=_named(checkout, after),
                   GITHUB_REF_NAME=ref, ENDS="1")  # fmt: skip
    assert done.returncode == 1, done.stderr
    for name in ("one", "two", "three"):
        chosen = chosen.replace(name, _named(checkout, name))
    assert [c.removeprefix("-P -m unleak scan ") for c in checkout.called()] == [
        f"{chosen} --min-severity high --format sarif --output {tmp_path}/unleak.sarif -- .",
        f"{chosen} --min-severity high --format github -- .",
    ]
    assert "exit-code=1" in (tmp_path / "output").read_text()


def test_github_says_what_a_shallow_checkout_lacks(checkout: Checkout, tmp_path: Path) -> None:
    checkout.shallow()
    done = _github(checkout, tmp_path, EVENT="pull_request", BEFORE=checkout.two, AFTER=checkout.three)
    assert (done.returncode, checkout.called()) == (3, [])
    assert "fetch-depth: 0" in done.stdout
    done = _github(checkout, tmp_path, EVENT="schedule", BEFORE="", AFTER="", ENDS="3")
    assert done.returncode == 3
    assert "fetch-depth: 0" in done.stdout


def test_github_has_nothing_to_do_for_a_deleted_branch_and_refuses_other_modes(
    checkout: Checkout, tmp_path: Path
) -> None:
    assert _github(checkout, tmp_path, EVENT="push", BEFORE=checkout.one, AFTER=NONE).returncode == 0
    assert _github(checkout, tmp_path, UNLEAK_MODE="all", EVENT="push", BEFORE="", AFTER="").returncode == 2
    assert checkout.called() == []


PIPELINES = [
    ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": "one"}, "--range one..three"),
    ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": NONE}, "--range origin/main..three"),
    ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BEFORE_SHA": NONE, "CI_COMMIT_BRANCH": "main"}, "--history"),
    (
        {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_COMMIT_BEFORE_SHA": NONE, "CI_COMMIT_BRANCH": "",
         "CI_MERGE_REQUEST_DIFF_BASE_SHA": "two"}, "--range two..three",
    ),
    ({"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BEFORE_SHA": NONE}, "--history"),
    ({"CI_PIPELINE_SOURCE": "push", "UNLEAK_MODE": "files", "CI_COMMIT_BEFORE_SHA": "one"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "chosen"), PIPELINES)
def test_gitlab_looks_at_what_the_pipeline_is_for(checkout: Checkout, variables: dict[str, str], chosen: str) -> None:
    _, jobs = load("templates/secret-detection.yml")
    usual = {
        "UNLEAK_MODE": "range", "UNLEAK_MIN_SEVERITY": "high", "UNLEAK_BASELINE": "", "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_BRANCH": "side", "CI_COMMIT_SHA": checkout.three, "ENDS": "1",
    }  # fmt: skip
    named = {k: _named(checkout, v) for k, v in variables.items()}
    done = checkout.pipeline(["sh", "-e", "-c", "\n".join(jobs["unleak"]["script"])], usual | named)
    assert done.returncode == 1, done.stderr
    for name in ("one", "two", "three"):
        chosen = chosen.replace(name, _named(checkout, name))
    how = f"scan {chosen} --min-severity high".replace("  ", " ")
    assert checkout.called() == [
        f"{how} --format gitlab --output gl-secret-detection-report.json .",
        f"{how} --format text .",
    ]
