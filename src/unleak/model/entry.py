"""What the record consists of: numbered, dated, append-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from unleak.model.alert import Alert
from unleak.model.evidence import Evidence, Exhibit
from unleak.model.plan import Change, Look, Mode, Outcome, Step


@dataclass(frozen=True, slots=True)
class Opened:
    """`salt` is random: names of what we make in the account derive from it, so that nobody can make them before."""

    alert: Alert
    mode: Mode
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Alerted:
    """Somebody else's word, or more of the same one's, that the same key has leaked."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class ModeSet:
    """How far the loop may go without a person, from now on."""

    mode: Mode
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """`unknown` says why the check could not look; evidence may still be there, in part.

    `may_retry`: the reason may go away by itself.
    """

    step: Step
    evidence: tuple[Evidence, ...] = ()
    unknown: str = ""
    may_retry: bool = False


@dataclass(frozen=True, slots=True)
class Requested:
    """A person wants a step that the table does not want by itself: it is shown, and waits for an approval.

    `options` are the unit's own.
    """

    step: Step
    who: str
    why: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldSet:
    """A legal hold: while it is on, nothing is deleted."""

    on: bool
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """A person has looked and asks again: what was refused or given up is tried anew."""

    who: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """The change was worked out and shown, and waits for a person. None: nothing would have to change."""

    step: Step
    change: Change | None


@dataclass(frozen=True, slots=True)
class Approved:
    """Binds one person's yes to the digest of the change that was shown, until `expires_at`.

    `alone`: it is enough. Else it takes that of a second person, to the same change.
    """

    step: Step
    digest: str
    who: str
    why: str
    expires_at: datetime
    alone: bool = True

    @classmethod
    def of(
        cls, step: Step, shown: Change, who: str, why: str, expires_at: datetime, *, alone: bool = True
    ) -> "Approved":
        """`shown`: the change as the person saw it."""
        return cls(step, shown.digest(step), who, why, expires_at, alone)


@dataclass(frozen=True, slots=True)
class Declined:
    """One person's no to exactly the change that was shown: it waits no longer. Another change is shown anew."""

    step: Step
    digest: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A person says that it is over. What is set for a time is lifted, and what holds is watched, all the same; a new
    word of the leak opens it again.
    """

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Intended:
    """Written before the effect, with the before-image."""

    step: Step
    change: Change


@dataclass(frozen=True, slots=True)
class Concluded:
    """Written after the effect."""

    step: Step
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at a change with fresh clients. What the looks add up to is a verdict, which is not stored."""

    step: Step
    look: Look


@dataclass(frozen=True, slots=True)
class UndoIntended:
    """`restoring`: it has done its work and is lifted for good; else it is missing while it is lifted."""

    step: Step
    who: str
    why: str
    restoring: bool = False


@dataclass(frozen=True, slots=True)
class UndoConcluded:
    """Written after it was taken back."""

    step: Step
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Another open incident still needs this change: it is theirs now, and stays."""

    step: Step
    to_incident: str


@dataclass(frozen=True, slots=True)
class Inherited:
    """A change of another incident that this one still needs is ours now: to keep, and to take back."""

    step: Step
    change: Change
    from_incident: str


@dataclass(frozen=True, slots=True)
class Told:
    """Written after people were told, or could not be: `occasions` are the ids of all that one message was about.

    `detail`: whom it reached, or why it did not.
    """

    channel: str
    occasions: tuple[str, ...]
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a person knows and the record should have. `due`: until when somebody must have acted on it; the same text
    again takes the place of the former one.
    """

    who: str
    text: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A long look that somebody asked for is over: `exhibit` is what was found, `summary` the same in a line.

    `inquiry` is its number, `what` its kind, `options` what was asked for. `finds`: there is something to look at.
    `unseen` is what could not be looked at, and why: where there is any, silence is no answer. `accounts` are those
    that were looked at.
    """

    inquiry: str
    what: str
    exhibit: Exhibit
    asked_by: str
    at: datetime
    summary: str
    finds: bool
    options: Mapping[str, Any] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.unseen


Event = (
    Opened
    | Alerted
    | ModeSet
    | Requested
    | HoldSet
    | Checked
    | Resumed
    | Proposed
    | Approved
    | Declined
    | Closed
    | Intended
    | Concluded
    | Looked
    | UndoIntended
    | UndoConcluded
    | HandedOver
    | Inherited
    | Told
    | Noted
    | Answered
)

FROM_OUTSIDE = (Opened, Alerted, ModeSet, Requested, HoldSet, Resumed, Approved, Declined, Closed, Inherited)
"""What somebody else than the loop writes: there may be something to do now."""


@dataclass(frozen=True, slots=True)
class Entry:
    incident: str
    seq: int
    at: datetime
    event: Event
