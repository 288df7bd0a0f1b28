"""How a page of the reference is written: its head, paragraphs and tables, in Markdown that a code host shows too."""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator

HEAD = "<!-- Written by `make docs` from the code. Do not edit. -->"


def page(title: str, lines: Iterable[str], *, up: str = "") -> str:
    """`up` names the page that lists this one, which lies above it."""
    way = [f"[{up}](../{up.lower().replace(' ', '-')}.md)", ""] if up else []
    return "\n".join([HEAD, "", *way, f"# {title}", "", *lines]).rstrip() + "\n"


def wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)


def paragraphs(text: str) -> Iterator[str]:
    """A docstring; its addresses become links."""
    for paragraph in filter(None, inspect.cleandoc(text).split("\n\n")):
        yield from (*wrapped(linked(paragraph)), "")


def docstring_of(kind: type) -> str:
    """That of its module."""
    return sys.modules[kind.__module__].__doc__ or ""


def linked(text: str) -> str:
    return re.sub(r"(?<![<(])(https://[^\s)>]+)", r"<\1>", text)


def table(*head: str, rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "".join(f"| {c} " if c else "| " for c in map(cell, row)) + "|"


def cell(text: str) -> str:
    """One line, whose bars end no column."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def codes(names: Iterable[str], none: str = "nothing") -> str:
    return ", ".join(f"`{name}`" for name in names) or none


def references(addresses: Iterable[str]) -> Iterator[str]:
    yield from ("## References", "", *(f"- <{address}>" for address in addresses))


def yes_or_no(is_so: bool) -> str:  # noqa: FBT001  it is what is put into words
    return "yes" if is_so else "no"
