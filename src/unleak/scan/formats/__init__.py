"""Findings as text: one file a format."""

from collections.abc import Callable

from unleak.scan.formats import json, text
from unleak.scan.scanner import Scan

FORMATS: dict[str, Callable[[Scan], str]] = {"text": text.render, "json": json.render}
