"""What every command shares: help, and an honest end when unleak itself is at fault."""

import subprocess
import sys

import pytest

from unleak.cli import commands, main
from unleak.cli.commands import COMMANDS

UNLEAK = [sys.executable, "-m", "unleak.cli.main"]


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*UNLEAK, *arguments], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_that_teaches(command: str) -> None:
    done = _run(command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 5


def test_the_whole_is_listed() -> None:
    done = _run("--help")
    assert all(command in done.stdout for command in COMMANDS)


def test_a_defect_does_not_look_like_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise KeyError("planted secret")

    monkeypatch.setattr(commands.unleak, "main", broken)
    with pytest.raises(SystemExit) as end:
        main.main()
    said = capsys.readouterr().err
    assert end.value.code == 3
    assert "KeyError in broken" in said
    assert "planted secret" not in said
