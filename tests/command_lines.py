"""Whether `unleak` would take the command lines that stand in shell code. Nothing is executed."""

import re
import shlex
from collections.abc import Iterator

import click

from unleak.cli.commands import REMOTE, unleak


def commands_of(code: str) -> Iterator[list[str]]:
    """The words of each `unleak` in shell code."""
    for line in code.replace("\\\n", " ").splitlines():
        words = list(_words(line.strip().removeprefix("$ ")))
        starts = [n for n, word in enumerate(words) if re.fullmatch(r"([^=]*/)?unleak", word) and _begins(words[:n])]
        for start in starts:
            end = next((n for n in range(start, len(words)) if set(words[n]) <= set("|&;<>()")), len(words))
            is_of_it = words[end : end + 1] == [">"] and words[end - 1] == "2"  # where errors go
            yield words[start + 1 : end - is_of_it]


def _words(line: str) -> Iterator[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.commenters, lexer.whitespace_split = "", True
    try:
        for word in lexer:
            if word.startswith("#"):
                return
            yield word
    except ValueError:  # a quotation that goes on in the next line: no command of ours
        return


def _begins(before: list[str]) -> bool:
    """A command begins the line, or follows an operator, `exec`, `then` or an assignment."""
    return not before or set(before[-1]) <= set("|&;(") or before[-1] in {"exec", "then"} or "=" in before[-1]


def mistake(words: list[str]) -> str:
    """Why click would not take them, here or by a service's hand; empty where it would."""
    refusal = _refusal(words, "")
    by_service = words and words[0] in REMOTE
    return _refusal(words, "https://unleak.example.com") if refusal and by_service else refusal


def _refusal(words: list[str], server: str) -> str:
    command: click.Command = unleak
    context = click.Context(command, info_name="unleak")
    context.params["server"] = server
    try:
        while True:
            given, rest, _ = command.make_parser(context).parse_args(list(words))
            if not isinstance(command, click.Group):
                return _unfit(command, context, given, rest)
            if not rest:
                return ""
            found = command.get_command(context, rest[0])
            if found is None:
                return f"there is no {rest[0]}"
            command, words = found, rest[1:]
            context = click.Context(command, parent=context, info_name=rest[0])
    except click.UsageError as error:
        return error.format_message()


def _unfit(command: click.Command, context: click.Context, given: dict[str, object], rest: list[str]) -> str:
    if rest:
        return f"nothing takes {' '.join(rest)}"
    for param in command.params:
        value = given.get(param.name or "")
        if value is None and param.required:
            return f"{param.name} is missing"
        if value is not None and isinstance(param.type, click.Choice):
            for one in value if isinstance(value, list | tuple) else [value]:
                param.type.convert(one, param, context)
    return ""
