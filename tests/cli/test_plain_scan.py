"""What is understood without click is understood as click does."""

import subprocess
import sys

import pytest

from unleak.cli import scan
from unleak.cli.plain_scan import plain_scan
from unleak.cli.scan_run import How
from unleak.cli.scan_what import What
from unleak.model.errors import Misuse

PLAIN = [
    "",
    ".",
    "-",
    "src",
    "--staged",
    "--history . --format sarif",
    "--min-severity high --staged --no-ignore",
    "x --exit-zero --format json --format jsonl",
    "--history --history",
]
LEFT_TO_CLICK = [
    "--help",
    "-h",
    "a b",
    "--format",
    "--format xml",
    "--format=json",
    "--min-severity HIGH",
    "--rules x.toml",
    "--hist",
    "--",
    "-x",
    "--range a..b",
    "--since v1",
    "--verify",
]


@pytest.mark.parametrize("line", PLAIN)
def test_both_understand_the_same(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    asked: list[tuple[What, How]] = []

    def run(what: What, how: How) -> int:
        asked.append((what, how))
        return 0

    monkeypatch.setattr(scan, "run", run)
    with pytest.raises(SystemExit):
        scan.command.main(line.split(), standalone_mode=False)
    assert plain_scan(line.split()) == asked[0]


@pytest.mark.parametrize("line", LEFT_TO_CLICK)
def test_whatever_else_is_left_to_click(line: str) -> None:
    assert plain_scan(line.split()) is None


@pytest.mark.parametrize("line", ["--staged --history", "- --staged"])
def test_misuse_is_misuse_here_too(line: str) -> None:
    with pytest.raises(Misuse):
        plain_scan(line.split())


def test_neither_click_nor_dataclasses_are_imported_for_it() -> None:
    code = "import sys; from unleak.cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, "scan", "-"],
        input="AKIA" + "QYLPMN5HHHFPZAM2",
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p)},
    )
    assert done.returncode == 1, done.stderr
    assert not {"click", "dataclasses", "inspect", "numpy", "hyperscan"} & set(done.stderr.split())
