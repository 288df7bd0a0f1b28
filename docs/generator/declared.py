"""What a dataclass says of its fields: the text below each, its kind in words, its default."""

import ast
import inspect
import textwrap
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from unleak.model.value import Value, fields_of

_PLAIN: Mapping[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    Path: "path",
    datetime: "time",
    timedelta: "minutes",
    object: "any",
    Any: "any",
    type(None): "none",
}
_LISTS = (tuple, frozenset)


def meanings(kind: type) -> dict[str, str]:
    """Field to the text that stands below it."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101  it is the source of a class
    told = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            value = text.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                told[field.target.id] = " ".join(value.value.split())
    return told


def kinds(kind: Any) -> dict[str, Any]:
    """Field to its annotation, in order: of a dataclass and of a value."""
    hints = typing.get_type_hints(kind)
    names = fields_of(kind) if issubclass(kind, Value) else [f.name for f in fields(kind)]
    return {name: hints[name] for name in names}


def in_words(annotation: Any, links: Mapping[Any, str] | None = None) -> str:
    """`links`: what is told elsewhere, and where."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if links and annotation in links:
        return f"[{getattr(annotation, '__name__', 'evidence')}]({links[annotation]})"
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(dict.fromkeys(in_words(one, links) for one in inner))
    if origin in _LISTS:
        return f"list of {in_words(inner[0], links)}"
    if origin is not None and inner:
        return f"table of {in_words(inner[-1], links)}"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    return str(getattr(annotation, "__name__", annotation))


def default_of(field: "Field[Any]") -> str:
    """In the words of unleak.toml; empty where it must be said."""
    value = field.default_factory() if field.default_factory is not MISSING else field.default
    if value is MISSING:
        return ""
    if value is None or (not isinstance(value, int | float) and not value):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, frozenset):
        return "all"
    if isinstance(value, tuple):
        return ", ".join(f"{v / timedelta(minutes=1):g}" if isinstance(v, timedelta) else str(v) for v in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def reached(kind: Any) -> set[type]:
    """Every record and choice that fields of it are made of, itself among them."""
    found: set[type] = set()
    waiting = [kind]
    while waiting:
        one = waiting.pop()
        waiting += typing.get_args(one)
        if isinstance(one, type) and one not in found and (is_dataclass(one) or issubclass(one, Value | StrEnum)):
            found.add(one)
            waiting += kinds(one).values() if not issubclass(one, StrEnum) else []
    return found
