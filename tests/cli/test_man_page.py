"""The manual page names every command, and is roff that groff has nothing to say against."""

import re
import shutil
import subprocess

import pytest

from unleak.cli.commands import COMMANDS
from unleak.cli.man_page import _escaped, man_page


def test_every_command_has_a_heading() -> None:
    headings = re.findall(r'^\.SS "unleak ([a-z]+)"$', man_page(), re.MULTILINE)
    assert headings == list(COMMANDS)


@pytest.mark.parametrize(("text", "roff"), [
    (".TH", "\\&.TH"), ("'s", "\\&'s"), ("a\\b", "a\\eb"), ("--mode", "\\-\\-mode"), ('say "so"', "say \\(dqso\\(dq"),
])  # fmt: skip
def test_no_text_is_taken_for_a_request(text: str, roff: str) -> None:
    assert _escaped(text) == roff


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_groff_sets_it_without_a_warning() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-K", "utf8", "-P-c"],
        input=man_page(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, [line for line in done.stderr.splitlines() if "break" not in line]) == (0, [])
    assert re.search(r"^ *unleak demo$|^ *I want to see it work: +unleak demo$", done.stdout, re.MULTILINE)
    words = " ".join(re.sub(r".\x08", "", done.stdout).split())
    assert "unleak setup github" in words
    assert "--service-url URL" in words
