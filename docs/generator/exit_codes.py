"""What a command ends with."""

import inspect
import re
from collections.abc import Iterator

import click

from generator.page import page, table
from unleak.cli.commands import COMMANDS, unleak
from unleak.model import errors

_SAYS = re.compile(r"Exit codes?:?\s.*", re.DOTALL)
_MEANINGS = {
    0: "nothing found, or nothing left to do",
    1: "findings; or a person or time is needed",
    2: "misuse: the call itself is wrong, and nothing was done",
    3: "could not look: the answer could not be had, which is never the same as no",
    130: "interrupted; what was done is recorded, and running again goes on from there",
    141: "whoever read the output closed it",
}


def pages() -> dict[str, str]:
    return {"exit-codes.md": page("Exit codes", _all())}


def _all() -> Iterator[str]:
    yield from table("Exit code", "Meaning", rows=((str(code), said) for code, said in _MEANINGS.items()))
    yield from ("", "## Of commands that say more", "")
    yield from table("Command", "What it says", rows=_commands())
    yield from ("", "## Of errors", "", "Each is told in a sentence, with a hint what to do next.", "")
    yield from table("Error", "Exit code", "Meaning", rows=_errors())


def _commands() -> Iterator[tuple[str, str]]:
    top = click.Context(unleak, info_name="unleak")
    for name in COMMANDS:
        command = unleak.get_command(top, name)
        said = _SAYS.search(inspect.cleandoc((command and command.help) or ""))
        if said:
            yield f"[unleak {name}](commands/{name}.md)", said[0].split("\n\n")[0]


def _errors() -> Iterator[tuple[str, str, str]]:
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.UnleakError):
            yield f"`{name}`", str(kind.exit_code), kind.__doc__ or ""
