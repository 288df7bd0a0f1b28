"""The leak itself: a commit with the key, pushed to a real bare repository."""

import os
import subprocess
from pathlib import Path

from unleak.model.credential import Credentials
from unleak.model.errors import CouldNotLook

_TERRAFORM = """provider "aws" {{
  region     = "us-east-1"
  access_key = "{key_id}"
  secret_key = "{secret}"
}}

resource "aws_s3_bucket" "orders" {{
  bucket = "acme-orders"
}}
"""
_SCRIPT = """#!/bin/sh
# nightly copy; runs on the build machine
export AWS_ACCESS_KEY_ID={key_id}
export AWS_SECRET_ACCESS_KEY={secret}
aws s3 sync ./out "s3://acme-orders/app"
"""


def push_leak(folder: Path, victim: Credentials) -> Path:
    """Returns the bare repository that received the push. Raises CouldNotLook where git cannot."""
    work, bare = folder / "work", folder / "pushed.git"
    _git(folder, "init", "-q", "--bare", "-b", "main", str(bare))
    _git(folder, "init", "-q", "-b", "main", str(work))
    _write(work / "README.md", "# orders\n")
    _git(work, "add", ".")
    _git(work, "commit", "-q", "-m", "Begin")
    # The one place where the drill writes a secret to disk: this is the leak that it plays.
    values = {"key_id": victim.key_id, "secret": victim.secret.reveal()}
    _write(work / "infra" / "main.tf", _TERRAFORM.format(**values))
    _write(work / "scripts" / "deploy.sh", _SCRIPT.format(**values))
    _git(work, "add", ".")
    _git(work, "commit", "-q", "-m", "Deploy from the build machine")
    _git(work, "push", "-q", str(bare), "main")
    return bare


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _git(where: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
           for part, value in (("NAME", "Dev Eloper"), ("EMAIL", "dev@example.com"))}  # fmt: skip
    quiet = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-C", str(where), "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        done = subprocess.run(command, env={**os.environ, **who, **quiet}, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise CouldNotLook("git is not installed", "install git") from error
    if done.returncode:
        raise CouldNotLook(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}", "see git's message")
