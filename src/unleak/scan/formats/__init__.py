"""Findings as text: one file a format, imported when it is asked for."""

from collections.abc import Callable
from functools import partial
from importlib import import_module

from unleak.scan.formats.masking import masked
from unleak.scan.scanner import Scan

NAMES = ("text", "json", "jsonl", "sarif", "gitlab", "github", "junit", "csv")


def render(scan: Scan, format_name: str, *, colour: bool = False) -> str:
    """The scan in one of `NAMES`, without what may be secret in a path or a name. Only text has colours."""
    module = import_module(f"{__name__}.{format_name}")
    shown = masked(scan)
    text: str = module.render(shown, colour=colour) if format_name == "text" else module.render(shown)
    return text


FORMATS: dict[str, Callable[[Scan], str]] = {name: partial(render, format_name=name) for name in NAMES}
