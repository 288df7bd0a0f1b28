"""What there is to tell people of an incident."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Each is told in a message of its own."""

    OPENED = "opened"  # a key has leaked
    ACTED = "acted"  # something was changed in the account
    WAITS = "waits"  # a person must approve, or do something
    ESCALATED = "escalated"  # and nobody has, for a while
    ABUSE = "abuse"  # somebody else used it, or made something with it
    FAILED = "failed"  # a change does not hold, or could not be made or looked at
    CONTAINED = "contained"  # all that is wanted was done and holds
    RESTORED = "restored"  # the denies were lifted, it is over


@dataclass(frozen=True, slots=True)
class Occasion:
    """`id` is the same whenever the same thing is asked about. `at`: since when it is to be told, maybe in the future.
    `what`: in words, an attacker's among them. `step`: what an approval would name.
    """

    kind: Kind
    id: str
    at: datetime
    what: str
    step: str = ""
