"""What a reader makes of a report: texts at places, before anything is known to be a key."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from unleak.model.finding import Place

Records = Sequence[Any]
"""A report as JSON has it: one record, or one a line."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A text that stands at a place, as the report quotes it, and what the report says `about` it. Either may hold an
    id, its secret, both or neither, and never prints.

    `rule` is the tool's name for it, `scope` tells repositories apart where a report has several. `tried`: the tool
    says that AWS accepted the pair. `public` is what GitHub says.
    """

    place: Place
    text: str = field(repr=False)
    about: str = field(default="", repr=False)
    rule: str = ""
    scope: str = ""
    tried: bool = False
    public: bool | None = None


@dataclass(frozen=True, slots=True)
class Hashed:
    """Something at a place of which the report keeps the SHA-1 only."""

    place: Place
    sha1: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What was not read, and why. Quotes nothing of a report but a path."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


Item = Sighting | Hashed | PassedOver


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. `read` raises nothing: what it cannot read, it passes over. `names`: who wrote the report, where a
    format has many writers.
    """

    tool: str
    recognises: Callable[[Records], bool]
    read: Callable[[Records], Iterator[Item]]
    names: Callable[[Records], str] | None = None
