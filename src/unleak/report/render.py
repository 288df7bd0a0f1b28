"""The story as JSON, Markdown and HTML."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from unleak.model.document import written
from unleak.report.story import Story
from unleak.report.words import plainly

SCHEMA = "unleak.incident/1"


def to_json(story: Story, extra: Mapping[str, Any] | None = None) -> str:
    """Pairs and triples have names here: a program would have to count."""
    told = {f.name: getattr(story, f.name) for f in fields(story)}
    named = {
        "may_do": [{"action": action, "why": why} for action, why in story.may_do],
        "created": [{"kind": kind, "name": name, "region": region} for kind, name, region in story.created],
    }
    return written(SCHEMA, {**told, **named, **(extra or {})})


def to_markdown(story: Story, timing: Mapping[str, str] | None = None) -> str:
    return _environment(html=False).get_template("incident.md").render(story=story, timing=timing or {})


def to_html(story: Story, timing: Mapping[str, str] | None = None) -> str:
    """One file that needs no other: no scripts, nothing from elsewhere."""
    return _environment(html=True).get_template("incident.html").render(story=story, timing=timing or {})


def _environment(*, html: bool) -> Environment:
    loader = PackageLoader("unleak.report")
    made = Environment(loader=loader, autoescape=html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  Markdown is escaped by `cell`
    if html:
        made.finalize = _plain_text
    made.filters.update(when=_when, clock=_clock, cell=_cell)
    return made


def _plain_text(value: object) -> object:
    return plainly(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _when(value: datetime | None) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if value else "not known"


def _clock(value: datetime | None) -> str:
    return value.astimezone(UTC).strftime("%H:%M:%S") if value else ""


def _cell(value: object) -> str:
    """Text from a trail is an attacker's text: it must not end a table cell or start a link, an image or HTML."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    for character in "\\`*_[]<>|!#":
        text = text.replace(
            character, f"\\{character}" if character not in "<>" else f"&{'lt' if character == '<' else 'gt'};"
        )
    return Markup(text)  # noqa: S704  escaped for Markdown just above
