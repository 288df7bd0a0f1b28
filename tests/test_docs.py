"""Documentation that fails the build."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from generator.page import HEAD
from generator.pages import pages
from generator.settings import SECTIONS

from unleak import config, oidc_settings
from unleak.cli.commands import COMMANDS, REMOTE, unleak

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])


OF_ITSELF = {"UNLEAK_GIT_USER", "UNLEAK_GIT_WORD"}
"""Variables that we set for processes of our own."""


def test_the_reference_is_what_the_code_declares() -> None:
    made = pages()
    for name, text in made.items():
        assert (DOCS / "reference" / name).is_file(), f"run `make docs`, and commit {name}"
        assert (DOCS / "reference" / name).read_text() == text, f"run `make docs`: {name} has moved on"
    for page in (DOCS / "reference").rglob("*.md"):
        of_ours = page.read_text().startswith(HEAD)
        assert not of_ours or str(page.relative_to(DOCS / "reference")) in made, f"run `make docs`: {page.name} is gone"


def _options() -> Iterator[tuple[str, click.Option]]:
    """Of all commands, those that a service does among them."""
    top = click.Context(unleak, info_name="unleak")
    waiting: list[tuple[str, click.Command]] = [(name, unleak.commands[name]) for name in unleak.commands]
    waiting += [(name, one) for name in COMMANDS if (one := unleak.get_command(top, name))]
    waiting += [(name, importlib.import_module(f"unleak.cli.remote.{name}").command) for name in REMOTE]
    while waiting:
        name, command = waiting.pop()
        yield from ((name, p) for p in command.params if isinstance(p, click.Option) and not p.hidden)
        if isinstance(command, click.Group):
            waiting += [(name, one) for one in command.commands.values()]


def test_every_option_says_what_it_means_and_is_on_the_page_of_its_command() -> None:
    options = list(_options())
    assert len(options) > 200
    for name, option in options:
        assert option.help, f"unleak {name} {option.opts[0]}"
        page = (DOCS / f"reference/commands/{name}.md").read_text()
        assert all(f"`{o}" in page or f" {o}" in page for o in option.opts), f"unleak {name} {option.opts}"


def test_every_setting_that_is_read_is_in_the_reference() -> None:
    top, _, _, _, oidc, _ = (set(section.keys) for section in SECTIONS)
    assert top == config.KNOWN - {"service", "hooks"}
    assert oidc == set(oidc_settings.KNOWN) - {"client_secret_env"}


def test_every_variable_is_told() -> None:
    told = "".join(page.read_text() for page in PAGES)
    for file in (ROOT / "src").rglob("*.py"):
        for variable in set(re.findall(r"[\"']((?:UNLEAK|GITHUB)_[A-Z_]+)[\"']", file.read_text())) - OF_ITSELF:
            assert variable in told, f"{file.name}: {variable}"


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
