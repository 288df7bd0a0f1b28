"""A repository at a host that sends webhooks: bare, with git in front of it, and a clone of somebody."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service_world import House

HOST, NAME = "https://git.example", "acme/shop"


@dataclass(frozen=True)
class Repository:
    bare: Path
    clone: Path

    @classmethod
    def made(cls, house: House, folder: Path) -> "Repository":
        """In this folder git finds what lies at the host's address."""
        bare, clone = folder / "host" / f"{NAME}.git", folder / "clone"
        settings = folder / "gitconfig"
        settings.write_text(f'[url "file://{folder / "host"}/"]\n\tinsteadOf = {HOST}/\n')
        house.environment |= {"GIT_CONFIG_GLOBAL": str(settings)}
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
        subprocess.run(["git", "-C", str(bare), "config", "uploadpack.allowFilter", "true"], check=True)
        subprocess.run(["git", "init", "-q", "-b", "main", str(clone)], check=True)
        made = cls(bare, clone)
        made.git("remote", "add", "origin", str(bare))
        made.push({"README": "a shop\n", "app/__init__.py": ""}, "first")
        return made

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=dev", "-c", "user.email=dev@acme.example")
        done = subprocess.run(["git", *who, *arguments], cwd=self.clone, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def push(self, files: dict[str, str], words: str, branch: str = "main") -> tuple[str, str]:
        """What the branch was and what it is now, as a webhook tells it."""
        known = subprocess.run(
            ["git", "-C", str(self.bare), "rev-parse", "--verify", "-q", f"refs/heads/{branch}"],
            capture_output=True, text=True, check=False,
        ).stdout.strip()  # fmt: skip
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", words)
        self.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return known or "0" * 40, self.git("rev-parse", "HEAD")

    def webhook(self, before: str, after: str, branch: str = "main") -> dict[str, Any]:
        """https://docs.github.com/en/webhooks/webhook-events-and-payloads#push"""
        return {
            "ref": f"refs/heads/{branch}", "before": before, "after": after, "created": not before.strip("0"),
            "deleted": False, "forced": False, "pusher": {"name": "dev", "email": "dev@acme.example"},
            "repository": {
                "id": 1, "full_name": NAME, "private": False, "clone_url": f"{HOST}/{NAME}.git",
                "html_url": f"{HOST}/{NAME}", "visibility": "public", "default_branch": "main",
            },
            "sender": {"login": "dev"},
        }  # fmt: skip
