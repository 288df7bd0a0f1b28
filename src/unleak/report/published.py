"""The schemas of what is told to programs: one file of JSON Schema for each kind of document, in `schemas`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "schemas"


@dataclass(frozen=True, slots=True)
class Published:
    """`told_by`: the commands, routes and channels that tell such a document. `schema` is the file, as it is read."""

    name: str
    id: str
    title: str
    told_by: tuple[str, ...]
    schema: dict[str, Any]
    text: str


def published() -> list[Published]:
    """Every one, by name."""
    return [_read(file) for file in sorted(_FOLDER.glob("*.json"))]


def _read(file: Path) -> Published:
    """`findings.1.json` is the schema of `unleak.findings/1`."""
    name, version, _ = file.name.split(".")
    text = file.read_text(encoding="utf-8")
    schema = json.loads(text)
    return Published(name, f"unleak.{name}/{version}", schema["title"], tuple(schema["x-told-by"]), schema, text)
