"""What stands in angle brackets in a template's texts, and what each renderer makes of it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(r"<([A-Z][A-Za-z]*)(\.arn)?>")


def rendered(value: Any, text: Callable[[str], Any]) -> Any:
    """`value` with each text in it as `text` makes it; keys are left alone."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {k: rendered(v, text) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rendered(v, text) for v in value]
    return value
