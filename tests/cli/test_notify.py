"""`unleak notify test`: what each channel says to a message that says that nothing happened."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mail_world import mail_server, web_server

UNLEAK = [sys.executable, "-m", "unleak.cli.main", "notify", "test"]
TOML = """
[[notify]]
name = "hook"
kind = "webhook"
url_env = "HOOK_URL"
secret_env = "HOOK_SECRET"

[[notify]]
name = "committers"
kind = "committer"
url_env = "SMTP_URL"
domains = ["example.com"]
"""


def _run(folder: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    (folder / "unleak.toml").write_text(TOML)
    env = {**os.environ, **environ}
    return subprocess.run([*UNLEAK, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


def _verdicts(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    told = json.loads(done.stdout)
    assert told["schema"] == "unleak.notify-test/1"
    return {c["channel"]: c["verdict"] for c in told["channels"]}


def test_each_channel_is_sent_a_test_and_answers(tmp_path: Path) -> None:
    with web_server() as web, mail_server() as mail:
        smtp = f"mailto://127.0.0.1:{mail.port}/?from=unleak@example.com&mode=insecure"
        url = {"HOOK_URL": web.url, "HOOK_SECRET": "p1anted", "SMTP_URL": smtp}
        done = _run(tmp_path, "--format", "json", "--to", "me@example.com", **url)
        assert (done.returncode, _verdicts(done)) == (0, {"hook": "yes", "committers": "yes"})
        assert json.loads(web.posts[0][2])["test"] is True
        assert "nothing happened" in mail.mails[0][1].as_string()
        web.answer = 403
        done = _run(tmp_path, "--channel", "hook", "--format", "json", **url)
        assert (done.returncode, _verdicts(done)) == (1, {"hook": "no"})
    done = _run(tmp_path, "--channel", "hook", "--format", "json", **url)
    assert (done.returncode, _verdicts(done)) == (3, {"hook": "could_not_look"})
    assert "p1anted" not in done.stdout + done.stderr
    assert web.url not in done.stdout + done.stderr


def test_what_is_not_set_is_named(tmp_path: Path) -> None:
    done = _run(tmp_path, "--channel", "hook")
    assert done.returncode == 3
    assert "COULD NOT LOOK  hook (webhook): HOOK_SECRET, HOOK_URL: not set" in done.stdout


@pytest.mark.parametrize("arguments", [("--channel", "nobody"), ("--config", os.devnull)])
def test_a_channel_that_is_not_there_is_misuse(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = _run(tmp_path, *arguments)
    assert done.returncode == 2
    assert "next: " in done.stderr
