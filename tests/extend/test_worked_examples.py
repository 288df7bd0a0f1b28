"""What docs/extend shows works: each page's files and changes are written into a copy of the source, and what it runs
is run there, the tests of all pages at once, since the embedded AWS takes longer to start than they do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from worked_example import Page, read

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "extend"
PAGES = {path.stem: read(path) for path in sorted(FOLDER.glob("*.md")) if path.stem not in {"index", "drill"}}
CACHE = ROOT / ".mypy_cache"


@dataclass(frozen=True, slots=True)
class Tried:
    """`outcomes` by `FILE::NAME` of a test: empty where it passed. `said`: what the other commands said."""

    tree: Path
    outcomes: Mapping[str, str]
    said: Mapping[str, str]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    tree = tmp_path_factory.mktemp("extend") / "unleak"
    for part in ("src", "tests", "docs", "ci"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("screens", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for page in PAGES.values():
        page.write(tree)
    python = [path for page in PAGES.values() for path in page.touched if path.endswith(".py")]
    commands = {
        "make docs": ("docs/generate.py",),
        "ruff check": ("-m", "ruff", "check", "--no-cache", *python),
        "ruff format": ("-m", "ruff", "format", "--check", "--no-cache", *python),
    }
    with ThreadPoolExecutor() as beside:
        said = {name: beside.submit(_run, tree, *command) for name, command in commands.items()}
        return Tried(tree, _outcomes(tree), {name: one.result() for name, one in said.items()})


def _run(tree: Path, *command: str) -> str:
    """What it says; empty where it succeeds."""
    here = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env = {**here, "PYTHONPATH": str(tree / "src"), "MYPYPATH": "src"}
    done = subprocess.run([sys.executable, *command], cwd=tree, env=env, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _outcomes(tree: Path) -> dict[str, str]:
    files = dict.fromkeys(file for page in PAGES.values() for file in page.tests)
    words = dict.fromkeys(word for page in PAGES.values() for word in page.words)
    report = tree / "report.xml"
    said = _run(tree, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", f"--junitxml={report}",
                "-o", "junit_family=xunit1", *files, "-k", " or ".join(words))  # fmt: skip
    assert report.exists(), said
    cases = ET.parse(report).iter("testcase")  # noqa: S314  pytest has just written it
    return {f"{case.get('file')}::{case.get('name')}": _failed(case) for case in cases}


def _failed(case: ET.Element) -> str:
    return "\n".join(found.text or found.tag for found in case if found.tag in {"failure", "error", "skipped"})


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_tests_of_a_page_pass(page: Page, tried: Tried) -> None:
    ours = {name: said for name, said in tried.outcomes.items() if name.partition("::")[0] in page.tests}
    for word in page.words:
        about = {name: said for name, said in ours.items() if word in name}
        assert about, f"no test of {', '.join(page.tests)} is about {word}"
        assert not any(about.values()), "\n".join(about.values())


@pytest.mark.parametrize("command", ["make docs", "ruff check", "ruff format"])
def test_what_the_pages_show_is_documented_and_neat(command: str, tried: Tried) -> None:
    assert not tried.said[command], tried.said[command]


@pytest.mark.skipif(not CACHE.is_dir(), reason="from nothing, mypy takes a minute: `make lint` keeps what it knows")
def test_what_the_pages_show_is_typed(tried: Tried) -> None:
    shutil.copytree(CACHE, tried.tree / CACHE.name)
    assert not (said := _run(tried.tree, "-m", "mypy")), said


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_ends_as_every_change_does(page: Page) -> None:
    assert page.commands[0] == "make docs"
    assert page.commands[-1] == "make lint"


DERIVED = {
    "detectors/amazon_lwa_client_secret.md": "Login with Amazon client secret",
    "actions/delete_topic.md": "sns:DeleteTopic",
    "rules/cloudshell-opened.md": "T1059.009",
    "checks.md": "save_role",
    "policy.md": "iam:ListRolePolicies",
    "review.md": "backup:ListBackupVaults",
    "senders.md": "hooks.hackerone",
    "channels.md": "sns:Publish",
    "consumers.md": "envfile:PATH",
}


@pytest.mark.parametrize("page", DERIVED)
def test_what_is_derived_from_a_unit_has_it(page: str, tried: Tried) -> None:
    assert DERIVED[page] in (tried.tree / "docs" / "reference" / page).read_text()
