"""Real repositories, made for one test, apart from the configuration of whoever runs it."""

import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_DATE = "2024-03-01T12:00:00+00:00"


@pytest.fixture(autouse=True, name="_apart")
def apart_fixture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No identity, no configuration, and none of what git tells a hook, in which these tests may run."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(name="repo")
def repo_fixture(tmp_path: Path, _apart: None) -> "Repo":
    return Repo(tmp_path / "repo")


class Repo:
    """A repository with a work tree. Every commit says who made it and when."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
        env = os.environ | (env or {})
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, input=stdin, env=env, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode(errors="surrogateescape").strip()

    def write(self, path: str, text: str) -> None:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def commit(self, message: str, author: str = "Dev Eloper", date: str = _DATE) -> str:
        """Of all that is in the work tree. Returns its id."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, env=who(author, date))
        return self.git("rev-parse", "HEAD")

    def object_file(self, oid: str) -> Path:
        path = self.path / ".git" / "objects" / oid[:2] / oid[2:]
        path.chmod(0o644)
        return path


def who(author: str = "Dev Eloper", date: str = _DATE) -> dict[str, str]:
    mail = f"{author.split(maxsplit=1)[0].lower()}@example.com"
    made = {f"GIT_{role}_NAME": author for role in ("AUTHOR", "COMMITTER")}
    made |= {f"GIT_{role}_EMAIL": mail for role in ("AUTHOR", "COMMITTER")}
    return made | {f"GIT_{role}_DATE": date for role in ("AUTHOR", "COMMITTER")}


class Key:
    """A fake pair, made at run time."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        self.id = "AKIA" + "".join(dice.choices(string.ascii_uppercase + "234567", k=16))
        self.secret = "".join(dice.choices(string.ascii_letters + string.digits + "+/", k=40))

    def text(self, above: int = 0) -> str:
        return "#\n" * above + f"aws_access_key_id = {self.id}\naws_secret_access_key = {self.secret}\n"


def unleak_scan(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """`unleak scan` as its user runs it."""
    command = [sys.executable, "-m", "unleak.cli.main", "scan", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=os.environ | (env or {}), capture_output=True, text=True, timeout=30, check=False
    )


def findings_of(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found
