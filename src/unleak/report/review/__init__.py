"""A review, told: one file a format, each a pure function of what was found."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from unleak.model.review import Review
from unleak.report.review.as_html import to_html
from unleak.report.review.as_json import to_json
from unleak.report.review.as_text import to_text

__all__ = ["FORMATS", "to_html", "to_json", "to_text"]

FORMATS: Mapping[str, Callable[[Review], str]] = MappingProxyType({"text": to_text, "json": to_json, "html": to_html})
