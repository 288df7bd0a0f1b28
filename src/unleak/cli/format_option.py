"""How an answer is printed, said alike by every command."""

from collections.abc import Callable, Sequence
from typing import Any

import click

TEXT_OR_JSON = ("text", "json")


def format_option(names: Sequence[str] = TEXT_OR_JSON, default: str = "text") -> Callable[..., Any]:
    """--format; the first of them is for people, unless `default` is another."""
    return click.option(
        "--format", "format_name", type=click.Choice(names), default=default, show_default=True,
        help="How the answer is printed.",
    )  # fmt: skip
