"""What a kind of inquiry declares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unleak.engine.inquiries.standpoint import Standpoint

_MOST_UNSEEN = 20


@dataclass(frozen=True, slots=True)
class Gist:
    """What was found, in a line. `finds`: there is something to look at. `unseen`: what could not be looked at,
    and why. `accounts`: those that were looked at, where the question is about accounts.
    """

    summary: str
    finds: bool
    unseen: Sequence[str] = ()
    accounts: tuple[str, ...] = ()

    @property
    def worst_unseen(self) -> tuple[str, ...]:
        """As many as a person reads; all of them are in the document."""
        more = len(self.unseen) - _MOST_UNSEEN
        return (*self.unseen[:_MOST_UNSEEN], *((f"and {more} more",) if more > 0 else ()))


@dataclass(frozen=True, slots=True)
class Kind:
    """`command` looks in the same way. `question` is a frozen dataclass of what may be asked from anywhere: it names no
    file and no folder; `check` raises Misuse for what is none. `look` takes a standpoint, the key's id and a question,
    and answers with a `found`. `formats` make text of that and the incident's id; `json` is the document that is kept.
    """

    id: str
    command: str
    title: str
    question: type[Any]
    found: type[Any]
    look: Callable[[Standpoint, str, Any], Any]
    gist: Callable[[Any], Gist]
    formats: Mapping[str, Callable[[Any, str], str]]
    check: Callable[[Any], None] = lambda _question: None


def alone(form: Callable[[Any], str]) -> Callable[[Any, str], str]:
    """A format that names no incident."""
    return lambda found, _incident: form(found)
