"""What credentials did to data: what was read, written and deleted, and what was there before."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    READ = "read"
    WRITTEN = "written"
    DELETED = "deleted"
    DESTROYED = "destroyed"
    """A version of it was deleted for good."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One accepted call on one thing. `version`: what the call made, or took away, as AWS names it."""

    deed: Deed
    at: datetime
    by: str
    event_id: str
    action: str
    version: str = ""


class Back(StrEnum):
    """NOTHING: there is nothing to put back, because nothing was there, or nothing was changed."""

    YES = "yes"
    NO = "no"
    COULD_NOT_LOOK = "could_not_look"
    NOTHING = "nothing"


class Present(StrEnum):
    """Whose the present content is."""

    THEIRS = "the attacker's"
    OTHERS = "somebody's since"
    AS_BEFORE = "as before"
    GONE = "gone"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Before:
    """`why` says in words what there is, or why there is nothing. `action` is the unit that puts it back, with
    `version`; without one it is done `by_hand`.
    """

    back: Back
    why: str
    version: str = ""
    at: datetime | None = None
    action: str = ""
    by_hand: str = ""
    present: Present = Present.UNKNOWN


@dataclass(frozen=True, slots=True)
class Thing:
    """`touches` are in the order of time."""

    arn: str
    type: str
    account: str
    region: str
    touches: tuple[Touch, ...]
    before: Before | None = None

    @property
    def changes(self) -> tuple[Touch, ...]:
        return tuple(t for t in self.touches if t.deed is not Deed.READ)

    @property
    def is_changed(self) -> bool:
        return bool(self.changes)

    @property
    def deeds(self) -> tuple[str, ...]:
        """In words; what was written over something is `overwritten`."""
        over = self.before is not None and self.before.version != ""
        names = (d.deed.value for d in self.touches)
        return tuple(dict.fromkeys("overwritten" if over and n == Deed.WRITTEN else n for n in names))

    @property
    def own_versions(self) -> frozenset[str]:
        """Those that the attacker's calls made."""
        made = {Deed.WRITTEN, Deed.DELETED}
        return frozenset(t.version for t in self.touches if t.deed in made and t.version)


@dataclass(frozen=True, slots=True)
class Touched:
    """All of it: what was changed first. `unseen` is data of which such a trail may never tell; `limits` what else it
    does not; `problems` what could not be looked at.
    """

    key_id: str
    since: datetime
    things: tuple[Thing, ...]
    unseen: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing could not be looked at."""
        unknown = any(t.before is not None and t.before.back is Back.COULD_NOT_LOOK for t in self.things)
        return not (self.unseen or self.problems or unknown)

    @property
    def changed(self) -> tuple[Thing, ...]:
        return tuple(t for t in self.things if t.is_changed)

    @property
    def only_read(self) -> tuple[Thing, ...]:
        return tuple(t for t in self.things if not t.is_changed)
