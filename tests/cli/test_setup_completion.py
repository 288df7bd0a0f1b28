"""Completion as a shell asks for it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from unleak.cli.setup_completion import completion

WORDS = [
    ("unleak resp", {"respond"}),
    ("unleak setup g", {"github"}),
    ("unleak setup aws --format t", {"terraform"}),
    ("unleak setup completion ", {"bash", "zsh", "fish"}),
    ("unleak --ser", {"--server"}),
]


@pytest.mark.parametrize(("line", "offered"), WORDS)
def test_bash_completes(tmp_path: Path, line: str, offered: set[str]) -> None:
    program = tmp_path / "unleak"
    program.write_text(f"#!{sys.executable}\nfrom unleak.cli.main import main\n\nmain()\n")
    program.chmod(0o755)
    script = CliRunner().invoke(completion, ["bash"]).stdout
    words = line.split(" ")
    typed = " ".join(map(shlex.quote, words))
    asks = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _unleak_completion unleak"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["bash", "-c", f'{script}\n{asks}\nprintf "%s\\n" "${{COMPREPLY[@]}}"'],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert set(done.stdout.split()) == offered, done.stderr


@pytest.mark.parametrize(
    ("shell", "says"), [("zsh", "#compdef unleak"), ("fish", "complete --no-files --command unleak")]
)
def test_the_others_have_a_script_too(shell: str, says: str) -> None:
    script = CliRunner().invoke(completion, [shell]).stdout
    assert says in script
    assert "_UNLEAK_COMPLETE" in script
