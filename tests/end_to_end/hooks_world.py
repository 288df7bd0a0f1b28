"""Real repositories in which git runs real hooks of unleak, apart from the configuration of whoever runs them."""

import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest

from unleak.cli.setup_hooks import hooks
from unleak.iam.key_id import account_of

_DICE = random.Random(7)
_BASE64 = string.ascii_letters + string.digits + "+/"


def _some(alphabet: str, length: int) -> str:
    return "".join(_DICE.choices(alphabet, k=length))


KEY_ID = "AKIA" + "Z" + _some(string.ascii_uppercase + "234567", 15)
SECRET = _some(_BASE64, 40)
ACCOUNT = account_of(KEY_ID) or ""
LEAK = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
UNLEAK = [sys.executable, "-P", "-m", "unleak"]

Done = subprocess.CompletedProcess[str]


@pytest.fixture(autouse=True, name="_apart")
def apart_fixture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An author, but no identity in any configuration, and none of what git tells a hook in which these tests run."""
    for name in [n for n in os.environ if n.startswith(("GIT_", "PRE_COMMIT", "UNLEAK_SKIP"))]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Mallory Ünlü")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "mallory@example.com")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


class Repo:
    """A repository. What goes wrong in it unasked fails the test; a secret in what it says does so, too."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        if options or not path.exists():
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main", *options)

    def try_git(self, *arguments: str, env: dict[str, str] | None = None) -> Done:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, capture_output=True, text=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL, env=os.environ | (env or {}),
        )  # fmt: skip
        assert SECRET[:16] not in done.stdout + done.stderr or arguments[0] in {"show", "diff"}
        assert "Traceback" not in done.stderr
        return done

    def git(self, *arguments: str) -> str:
        done = self.try_git(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def add(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)
        self.git("add", "-A")

    def commit(self, name: str, text: str) -> str:
        """Past every hook. Returns its id."""
        self.add(name, text)
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", f"change {name}")
        return self.git("rev-parse", "HEAD")

    def commit_fails(self) -> str:
        """Why the commit of what is staged was refused."""
        head = self.try_git("rev-parse", "HEAD").stdout
        done = self.try_git("commit", "-q", "-m", "a commit")
        assert done.returncode != 0, done.stdout
        assert self.try_git("rev-parse", "HEAD").stdout == head
        return done.stderr

    def push_fails(self, *arguments: str) -> str:
        done = self.try_git("push", "-q", *arguments)
        assert done.returncode != 0, done.stderr
        return done.stderr


def setup_hooks(*arguments: str | Path) -> None:
    """In this process, as `unleak setup hooks` does it."""
    hooks.main([str(a) for a in arguments], standalone_mode=False)
