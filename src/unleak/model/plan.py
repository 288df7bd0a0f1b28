"""What is to be done, what it would change, what came of it, and whether it holds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Image = Mapping[str, Any]
"""A before- or after-image: plain JSON, no secret values."""


class Mode(StrEnum):
    """How far the loop may go without a person, in ascending order."""

    OBSERVE = "observe"
    QUARANTINE = "quarantine"
    DISABLE = "disable"
    LOCKDOWN = "lockdown"

    def covers(self, needed: "Mode") -> bool:
        ranks = list(Mode)
        return ranks.index(self) >= ranks.index(needed)


class TargetKind(StrEnum):
    KEY = "key"
    USER = "user"
    ROLE = "role"
    INSTANCE = "instance"
    ACCOUNT = "account"
    RESOURCE = "resource"
    """Whatever else has an ARN."""


NO_PRINCIPALS = frozenset({TargetKind.INSTANCE, TargetKind.RESOURCE})
"""What the hourly limit does not count: nobody signs in with it."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A key (`id` is the key id), an account (its number), a principal or resource (its ARN). Never one session."""

    kind: TargetKind
    id: str
    account: str

    @property
    def name(self) -> str:
        """The last part of the ARN, or the key id: `aws-victim`, `i-0123`, `AKIA…`."""
        return self.id.rsplit("/", 1)[-1]

    @property
    def region(self) -> str:
        """The region in the ARN; empty for keys and IAM principals."""
        parts = self.id.split(":")
        return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004  arn:partition:service:region:…


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A unit and its target. `round` counts renewals of the same change (a later cut-off)."""

    unit: str
    target: Target
    round: int = 1

    @property
    def id(self) -> str:
        suffix = "" if self.round == 1 else f"#{self.round}"
        return f"{self.unit}:{self.target.id}{suffix}"


@dataclass(frozen=True, slots=True)
class Change:
    """What an action would write. `before` and `after` are images that hold no secret; `undo` is in words.

    `moving` names keys of `after` that move with time (a cut-off): an approval does not bind them.
    """

    summary: str
    breaks: str
    undo: str
    before: Image = field(default_factory=dict)
    after: Image = field(default_factory=dict)
    moving: tuple[str, ...] = ()

    def digest(self, step: Step) -> str:
        """Names exactly this change to exactly this target: what an approval is bound to."""
        bound = {k: v for k, v in self.after.items() if k not in self.moving}
        text = json.dumps([step.id, dict(self.before), bound], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class OutcomeKind(StrEnum):
    DONE = "done"
    ALREADY = "already"  # nothing to change: it stood so before us
    REFUSED = "refused"  # AWS does not let us: a person is needed
    FAILED = "failed"  # may be tried again
    ASK = "ask"  # the present is not what we left: a person must decide
    POSTPONED = "postponed"  # not now: a limit of ours; tried again later
    ASKED = "asked"  # only a person can do it, and was told how: looks tell when it is done


@dataclass(frozen=True, slots=True)
class Outcome:
    """`forbidden`: AWS does not let the identity that we run as; another one may."""

    kind: OutcomeKind
    detail: str = ""
    forbidden: bool = False


class Tri(StrEnum):
    """A verdict has three values. `COULD_NOT_LOOK` closes nothing and is never shown as green."""

    YES = "yes"
    NO = "no"
    COULD_NOT_LOOK = "could_not_look"


@dataclass(frozen=True, slots=True)
class Look:
    """One look with fresh clients. `in_place`: is the change there? `refused`: a call accepted before is refused now
    (None: no such call is in hand). `immediate`: true everywhere at once by its nature, like a stopped instance.
    `moot`: what the trial was made with is dead by our own hand, so that no trial can speak for or against any more.
    `request_ids` of trial calls, so that the investigation knows them as ours. `moved`: the key belongs to a user of
    another name now, and its owner must be found again.
    """

    in_place: Tri
    refused: Tri | None = None
    detail: str = ""
    immediate: bool = False
    moot: bool = False
    moved: bool = False
    request_ids: tuple[str, ...] = ()


class Proof(StrEnum):
    STATE = "state"
    TRIAL = "trial"


class VerdictKind(StrEnum):
    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the looks add up to. HOLDS carries since when, and by which proof; the others carry the reason."""

    kind: VerdictKind
    reason: str = ""
    since: datetime | None = None
    proof: Proof | None = None

    @property
    def holds(self) -> bool:
        return self.kind is VerdictKind.HOLDS


class Task(StrEnum):
    """What the loop is to do with a step now."""

    CHECK = "check"
    ACT = "act"
    PROPOSE = "propose"  # work out the change and show it: a person must approve
    VERIFY = "verify"
    LIFT = "lift"  # what was set aside for a time has had its time


@dataclass(frozen=True, slots=True)
class Planned:
    task: Task
    step: Step


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that waits for a person. `needs` says for what, in words; `from_mode` is the mode that would cover it,
    None where a person must approve it in any.
    """

    step: Step
    needs: str
    change: Change | None = None
    from_mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` are due now, in order. `wake_at`: when to ask again. `by_hand`: what only a person can do; `escaped` are
    those of it that keep the incident from being contained whatever is done, `for_a_person` the steps that others are
    about.

    `declined`: what a person said no to, and could still say yes to.

    `settles_at`: when to ask again for what time will settle; None where all is settled or waits for a person.

    `contained`: everything wanted was done and holds; nothing is UNKNOWN, refused or waiting. What comes after
    containment (deleting the key, for one) may still wait. `may_restore_at`: when the denies may be lifted; None while
    nobody can tell.
    """

    steps: tuple[Planned, ...] = ()
    pending: tuple[Pending, ...] = ()
    by_hand: tuple[str, ...] = ()
    wake_at: datetime | None = None
    settles_at: datetime | None = None
    contained: bool = False
    may_restore_at: datetime | None = None
    escaped: tuple[str, ...] = ()
    for_a_person: tuple[Step, ...] = ()
    declined: tuple[Pending, ...] = ()
