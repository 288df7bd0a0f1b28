"""Every command with its usage, what it is for, and each option, from click's declarations."""

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from generator.page import page, table, wrapped
from unleak.cli.commands import COMMANDS, REMOTE, unleak

_AS_IT_STANDS = "\b"
"""Click's mark for a paragraph whose lines stay as they are."""
_GUIDES = Path(__file__).parents[1]


def pages() -> dict[str, str]:
    top = click.Context(unleak, info_name="unleak", **unleak.context_settings)
    return {
        "commands.md": page("Commands", _all(top)),
        **{f"commands/{name}.md": page(f"unleak {name}", _one(name, top), up="Commands") for name in COMMANDS},
    }


def _all(top: click.Context) -> Iterator[str]:
    yield from (*_about(top), "| Command | What it does |", "|---|---|")
    yield from (f"| [unleak {name}](commands/{name}.md) | {said} |" for name, said in COMMANDS.items())
    yield from (
        "",
        "Each has `-h` and `--help`. [Exit codes](exit-codes.md) and [settings](settings.md) are told beside.",
    )


def _one(name: str, top: click.Context) -> Iterator[str]:
    command = unleak.get_command(top, name)
    assert command is not None  # noqa: S101  COMMANDS has it
    if (_GUIDES / f"{name}.md").exists():
        yield from (f"The guide: [{name}](../../{name}.md).", "")
    yield from _command(click.Context(command, info_name=name, parent=top), "##")
    if name in REMOTE:
        elsewhere = click.Context(unleak, info_name="unleak --server URL")
        remote: click.Command = importlib.import_module(f"unleak.cli.remote.{name}").command
        yield from (
            "## With a service",
            "",
            "With `--server` or `UNLEAK_SERVER` a [service](../../serve.md#from-elsewhere)",
        )
        yield from ("does it:", "", *_command(click.Context(remote, info_name=name, parent=elsewhere), "###"))


def _command(context: click.Context, below: str) -> Iterator[str]:
    yield from _about(context)
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            if one is not None and not one.hidden:
                inner = click.Context(one, info_name=name, parent=context)
                yield from (f"{below} {inner.command_path}", "", *_command(inner, f"{below}#"))


def _about(context: click.Context) -> Iterator[str]:
    command = context.command
    usage = f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}"
    yield from ("```text", usage, "```", "")
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith(_AS_IT_STANDS):
            yield from ("```text", *paragraph.splitlines()[1:], "```", "")
        else:
            yield from (*wrapped(_text(paragraph)), "")
    rows = list(_options(context))
    if rows:
        yield from (*table("Option", "Meaning", "Default", rows=rows), "")


def _options(context: click.Context) -> Iterator[Sequence[str]]:
    for option in context.command.params:
        record = option.get_help_record(context)
        if isinstance(option, click.Option) and record is not None:
            variable = f" In the environment: `{option.envvar}`." if option.envvar else ""
            often = " May be given several times." if option.multiple and "epeatable" not in (option.help or "") else ""
            yield f"`{record[0]}`", f"{_text(option.help or '')}{often}{variable}", _default(option, context)


def _default(option: click.Option, context: click.Context) -> str:
    if option.required:
        return "must be given"
    if not option.show_default:
        return ""
    value = option.get_default(context)
    return f"`{', '.join(f'{v:g}' for v in value) if isinstance(value, tuple) else value}`"


def _text(said: str) -> str:
    """What looks like markup there is none; what is code stays."""
    parts = re.split(r"(`[^`]*`)", said)
    return "".join(p if p.startswith("`") else re.sub(r"([<*])", r"\\\1", p) for p in parts)
