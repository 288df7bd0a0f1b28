"""One thing that was packed."""

from dataclasses import dataclass, field

_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Member:
    """`step` is shown to a reader: "zip entry config/.env", "gzip", "SQLite table users". `data` never prints."""

    step: str
    data: bytes = field(repr=False)


def step(kind: str, name: str) -> str:
    """`name` is from the archive, and may be of any length there."""
    return f"{kind} {name}" if len(name) <= _LONGEST_NAME else f"{kind} {name[:_LONGEST_NAME]}…"
