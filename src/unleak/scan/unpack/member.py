"""One thing that was packed."""

from unleak.model.value import Value

_LONGEST_NAME = 300


class Member(Value):
    """`step` is shown to a reader: "zip entry config/.env", "gzip", "SQLite table users". `data` never prints."""

    _unshown = frozenset({"data"})

    step: str
    data: bytes


def step(kind: str, name: str) -> str:
    """`name` is from the archive, and may be of any length there."""
    return f"{kind} {name}" if len(name) <= _LONGEST_NAME else f"{kind} {name[:_LONGEST_NAME]}…"
