"""Where CloudTrail's records are got: whole log files (S3), or answers to questions (Athena, the event history)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """What the chain asks next. A record is asked for when any of these names it: `key_ids` whose calls, and the calls
    that made or touched them; `principals` as ARNs (users, roles, their sessions) or bare names; `addresses` of
    callers; `event_names`. Empty tuples: nothing of that kind is asked for. `since` and `until` bound the time of the
    event, both included (UTC; None: open).
    """

    key_ids: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    event_names: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asks(self) -> bool:
        return bool(self.key_ids or self.principals or self.addresses or self.event_names)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a source is. While `listing` is true it looks for files, and the totals are what was found so far."""

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    listing: bool = False


class FileSource(Protocol):
    """Gives whole log files: everything that matters lies in them, so it is asked once."""

    def files(self, since: datetime | None, until: datetime | None, tell: Callable[[Progress], None]) -> Iterator[Path]:
        """Log files (gzip, `{"Records": […]}`) that may hold events of this time, and some around it. What cannot be
        had is a problem, and the rest goes on.
        """

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be looked at, and why: one sentence each. Whole once `files` is exhausted."""


class AskedSource(Protocol):
    """Asked again for each new credential or principal. `tells_addresses`: it can be asked who called from one."""

    tells_addresses: bool

    def records(self, question: Question) -> Iterator[dict[str, Any]]:
        """Records as CloudTrail writes them, session tokens taken out, each event once: all that the question asks
        for, and maybe more. Raises CouldNotLook where the source as a whole does not answer.
        """

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be looked at, and why: one sentence each."""
