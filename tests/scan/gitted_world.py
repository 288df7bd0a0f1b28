"""Small real repositories for the tests of sources, apart from the configuration of whoever runs them."""

import os
import subprocess
from pathlib import Path

import pytest
from planted import Fakes

WHO = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com", "-c", "gc.auto=0")


@pytest.fixture(autouse=True, name="_apart")
def apart_fixture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the user's git, and nothing of the hook in which these tests may run."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(["git", "-C", str(folder), *WHO, *arguments], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="surrogateescape").strip()


def make(folder: Path, *options: str) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", *options)
    return folder


def commit(repo: Path, path: str = "", text: str = "", message: str = "change") -> str:
    """Its id. Without `path`, nothing changes but the history."""
    if path:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text)
        git(repo, "add", "-A")
    git(repo, "commit", "-q", "--allow-empty", "-m", message)
    return git(repo, "rev-parse", "HEAD")


class Key:
    """A fake pair, made at run time."""

    def __init__(self, seed: int) -> None:
        fakes = Fakes(seed)
        self.id, self.secret = fakes.key_id(), fakes.secret()
        self.text = f"aws_access_key_id = {self.id}\naws_secret_access_key = {self.secret}\n"
