"""An investigation, told: one file a format, each a pure function of what was found."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from unleak.model.investigation import Investigation
from unleak.report.investigation.as_html import to_html
from unleak.report.investigation.as_json import to_json
from unleak.report.investigation.as_ocsf import to_ocsf
from unleak.report.investigation.as_text import to_text

__all__ = ["FORMATS", "to_html", "to_json", "to_ocsf", "to_text"]

FORMATS: Mapping[str, Callable[[Investigation], str]] = MappingProxyType(
    {"text": to_text, "json": to_json, "html": to_html, "ocsf": to_ocsf}
)
