"""The manual page, out of the commands themselves.

https://man7.org/linux/man-pages/man7/man-pages.7.html
"""

import inspect
from collections.abc import Iterator

import click

from unleak import __version__
from unleak.cli.commands import unleak

_AS_IT_STANDS = "\b"
"""Click's mark for a paragraph whose lines stay as they are."""


def man_page() -> str:
    """In roff, with every command, argument and option."""
    top = click.Context(unleak, info_name="unleak", **unleak.context_settings)
    first, *more = _paragraphs(unleak)
    lines = [
        f'.TH UNLEAK 1 "" "unleak {__version__}" "User Commands"',
        ".SH NAME",
        f"unleak \\- {_escaped(first.rstrip('.')[:1].lower() + first.rstrip('.')[1:])}",
        ".SH SYNOPSIS",
        *_synopsis(top),
        ".SH DESCRIPTION",
        *_text(more),
        ".SH OPTIONS",
        *_options(top),
        ".TP",
        f".B {_escaped('-h, --help')}",
        "What a command is for and what it takes; of every command.",
        ".SH COMMANDS",
        *_commands(top),
    ]
    return "\n".join(lines) + "\n"


def _commands(parent: click.Context) -> Iterator[str]:
    group = parent.command
    assert isinstance(group, click.Group)  # noqa: S101  who calls has seen to it
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=parent)
        yield from (f'.SS "{_escaped(context.command_path)}"', *_synopsis(context), ".PP")
        yield from (*_text(_paragraphs(command)), *_options(context))
        if isinstance(command, click.Group):
            yield from _commands(context)


def _synopsis(context: click.Context) -> Iterator[str]:
    yield f".B {_escaped(context.command_path)}"
    yield _escaped(" ".join(context.command.collect_usage_pieces(context)))


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.params:
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            names, says = record
            yield from (".TP", f".B {_escaped(names)}", _escaped(" ".join(says.split())))


def _paragraphs(command: click.Command) -> list[str]:
    return inspect.cleandoc(command.help or "").split("\n\n")


def _text(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield ".PP"
        if paragraph.startswith(_AS_IT_STANDS):
            yield from (".nf", *(_escaped(line) for line in paragraph.splitlines()[1:]), ".fi")
        else:
            yield _escaped(" ".join(paragraph.split()))


def _escaped(text: str) -> str:
    """A line of text: no backslash is a command, no dash is a hyphen, and no first letter makes it a request."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{plain}" if plain[:1] in {".", "'"} else plain
