"""Documentation that fails the build."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import pytest

from unleak.cli.commands import COMMANDS, unleak

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_declares() -> None:
    written = {str(f.relative_to(DOCS / "reference")): f for f in (DOCS / "reference").rglob("*") if f.is_file()}
    pages = _generator().pages()
    for name, text in pages.items():
        assert name in written, f"run `make docs`, and commit {name}"
        assert written[name].read_text() == text, f"run `make docs`: {name} has moved on"
    assert set(written) == set(pages), "a page of what is no more"


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "demo"])
def test_every_command_has_its_page(command: str) -> None:
    page = (DOCS / f"{command}.md").read_text()
    assert f"unleak {command}" in page


@pytest.mark.parametrize("command", ["aws", "github"])
def test_every_option_of_setup_is_told(command: str) -> None:
    group = unleak.get_command(click.Context(unleak), "setup")
    assert isinstance(group, click.Group)
    page = (DOCS / "setup.md").read_text()
    for option in (o for p in group.commands[command].params if isinstance(p, click.Option) for o in p.opts):
        assert f"`{option}" in page, option


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_in_the_docs_exist(page: Path) -> None:
    for command in re.findall(r"^\s*(?:\$ )?unleak ([a-z]+)", page.read_text(), re.MULTILINE):
        assert command in COMMANDS, f"{page.name}: unleak {command}"


def test_every_target_of_make_is_told() -> None:
    makefile, contributing = (ROOT / "Makefile").read_text(), (ROOT / "CONTRIBUTING.md").read_text()
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    rows = re.findall(r"^\| (`make .*?) \|", contributing, re.MULTILINE)
    assert set(phony) == set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert sorted(phony) == sorted(target for row in rows for target in re.findall(r"`make ([a-z-]+)`", row))
    assert sorted(phony) == sorted(["help", *re.findall(r'@echo "make ([a-z-]+)', makefile)])
