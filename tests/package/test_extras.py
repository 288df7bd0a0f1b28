"""`pip install unleak` scans, inspects and responds. Whatever takes more says which extra to install."""

import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import py7zr
import pytest
from closure import EXTRAS, PRODUCT, ROOT, closure
from packaging.utils import canonicalize_name

KEY = "AKIA" + "QYLPMN5HHHFPZAM2"
ASKS = [
    ("cluster", "incident list"),
    ("github", "scan --github acme"),
    ("github", "watch github:acme"),
    ("github", "setup github acme"),
    ("investigate", f"investigate {KEY} --trail log.json"),
    ("notify", "notify test --config unleak.toml"),
    ("purge", "purge repository --into mirror"),
    ("server", "serve"),
    ("server", "--server http://127.0.0.1:1 incident list"),
    ("sevenzip", "scan packed.7z"),
    ("standin", "demo"),
    ("standin", "drill"),
    ("standin", "standin"),
]
"""An extra, and a command that is nothing without it. `rotate` and `verify` are wanted only amid their work."""
OF_EXTRAS = {
    "cluster": ("unleak.engine.procrastinate",),
    "investigate": ("unleak.investigate.sigma",),
    "purge": ("unleak.purge.filtering",),
    "server": ("unleak.web", "unleak.cli.remote"),
    "sevenzip": ("unleak.scan.unpack.sevenzip_child",),
    "standin": ("unleak.standin", "unleak.drill", "unleak.cli.stagelight"),
}
"""What need not be importable without it."""
_EACH = """
import importlib, pkgutil, sys, unleak
from hiding import hide
from unleak.model.errors import UnleakError
hide(sys.argv[1])
for found in pkgutil.walk_packages(unleak.__path__, "unleak."):
    if found.name not in {"unleak.__main__", "unleak.store.migrations.env"}:
        try:
            importlib.import_module(found.name)
        except UnleakError:
            pass  # it says what is missing
        except Exception as error:
            print(found.name, repr(error))
"""


@cache
def hidden() -> str:
    """Modules of what extras bring, but for those that the core has too."""
    brought = closure(*PRODUCT).keys() - closure().keys()
    owners = packages_distributions().items()
    return ",".join(module for module, names in owners if {canonicalize_name(n) for n in names} <= brought)


def run(folder: Path, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Python with only what the core needs: the first word of `command`, or two, then what is hidden, then the rest."""
    ours = {"UNLEAK_SERVER", "UNLEAK_DATABASE", "GITHUB_TOKEN", "GH_TOKEN"}
    environment = {k: v for k, v in os.environ.items() if k not in ours} | variables
    environment["PYTHONPATH"] = ":".join([str(Path(__file__).parent), *filter(None, sys.path)])
    at = 2 if command[0] == "-c" else 1
    return subprocess.run(
        [sys.executable, *command[:at], hidden(), *command[at:]],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def unleak(folder: Path, line: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return run(folder, str(Path(__file__).with_name("hiding.py")), *line.split(), **variables)


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path / "repository"], check=True)
    (tmp_path / "log.json").write_text('{"Records": []}')
    (tmp_path / "unleak.toml").write_text('[[notify]]\nname = "team"\nkind = "apprise"\nurl = "json://localhost"\n')
    with py7zr.SevenZipFile(tmp_path / "packed.7z", "w") as archive:
        archive.writestr("a", "b")
    return tmp_path


@pytest.mark.parametrize(("extra", "line"), ASKS, ids=[line.split(" --")[0] or line for _, line in ASKS])
def test_a_command_whose_extra_is_missing_says_which(folder: Path, extra: str, line: str) -> None:
    variables = {"UNLEAK_DATABASE": "postgresql://localhost/unleak"} if extra == "cluster" else {}
    done = unleak(folder, line, **variables)
    assert f"pip install 'unleak[{extra}]'" in done.stdout + done.stderr
    assert "defect" not in done.stderr
    assert done.returncode in {2, 3}


def test_the_core_scans(folder: Path) -> None:
    (folder / "a.txt").write_text(KEY)
    done = unleak(folder, "scan a.txt")
    assert (done.returncode, KEY in done.stdout) == (1, True), done.stderr
    assert unleak(folder, "scan --history repository").returncode == 0


def test_all_else_is_importable_with_the_core_alone(tmp_path: Path) -> None:
    """What inspects, responds, contains and proves is among it."""
    done = run(tmp_path, "-c", _EACH)
    assert done.returncode == 0, done.stderr
    rooms = tuple(room for rooms in OF_EXTRAS.values() for room in rooms)
    assert [line for line in done.stdout.splitlines() if not line.startswith(rooms)] == []
    assert "unleak.web" in done.stdout  # it was hidden


@pytest.mark.parametrize("extra", [e for e in PRODUCT if e != "all"])
def test_every_extra_is_asked_for_somewhere_and_in_all(extra: str) -> None:
    assert any(f"unleak[{extra}]" in p.read_text() for p in (ROOT / "src").rglob("*.py")), extra
    assert extra in EXTRAS["all"][0]


def test_no_other_extra_is_asked_for() -> None:
    places = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    named = {e for p in places for m in re.findall(r"unleak\[([a-z,]+)\]", p.read_text()) for e in m.split(",")}
    assert named <= EXTRAS.keys()
