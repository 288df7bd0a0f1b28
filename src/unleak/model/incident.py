"""An incident is a fold of its entries; there is no other state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from unleak.model.alert import Alert, Ground
from unleak.model.credential import Origin
from unleak.model.entry import (
    Answered,
    Approved,
    Closed,
    Declined,
    HoldSet,
    Noted,
    Requested,
    UndoIntended,
)
from unleak.model.evidence import (
    CallsRead,
    DescentRead,
    KeyOwner,
    KeyTried,
    OrganizationFound,
    PermissionsRead,
    PrincipalSaved,
    ResourceFound,
)
from unleak.model.plan import Change, Mode, Outcome, OutcomeKind, Step, Verdict
from unleak.model.verdict import Looks, verdict

_LEAK_SLACK = timedelta(hours=1)
_LEAK_UNKNOWN = timedelta(days=7)
_EACH_BY_ITSELF = {"break_glass"}
UNLEAK = "unleak"
"""Who lifts what was set for a time, once it has had its time."""


@dataclass(frozen=True, slots=True)
class CheckState:
    step: Step
    last_at: datetime
    runs: int
    unknown: str
    may_retry: bool
    unknown_in_a_row: int


@dataclass(frozen=True, slots=True)
class ActionState:
    """One step's history: what was shown, approved, intended, done, seen and undone.

    `proposal` is what a person was shown. `first_yes`: of one person, where it takes two. `change` is the last one
    intended, with the before-image of the first; `earlier` are those before it that wrote something else.
    `is_open`: an intent without an outcome. `removed_at`: when it was seen gone after it had been seen in place.
    """

    step: Step
    proposal: Change | None = None
    shown: bool = False
    shown_at: datetime | None = None
    change: Change | None = None
    earlier: tuple[Change, ...] = ()
    approval: Approved | None = None
    first_yes: Approved | None = None
    declined: Declined | None = None
    intended_at: datetime | None = None
    is_open: bool = False
    outcome: Outcome | None = None
    concluded_at: datetime | None = None
    attempts: int = 0
    looks: Looks = field(default_factory=Looks)
    has_held: bool = False
    removed_at: tuple[datetime, ...] = ()
    undo: UndoIntended | None = None
    undone: Outcome | None = None
    undone_at: datetime | None = None
    undo_first_at: datetime | None = None
    handed_to: str = ""

    @property
    def is_declined(self) -> bool:
        """Whether a person said no to the very change that is shown."""
        if self.declined is None or self.proposal is None:
            return False
        return self.declined.digest == self.proposal.digest(self.step)

    @property
    def is_applied(self) -> bool:
        done = self.outcome is not None and self.outcome.kind in {OutcomeKind.DONE, OutcomeKind.ALREADY}
        return done and not self.is_open and not self.is_lifted

    @property
    def is_watched(self) -> bool:
        """Whether there is something to look for: done by us, or asked of a person."""
        asked = self.outcome is not None and self.outcome.kind is OutcomeKind.ASKED
        return self.is_applied or (asked and not self.is_lifted)

    @property
    def is_needed(self) -> bool:
        """Whether this incident relies on the change, and has not given it away."""
        return self.is_applied and not self.handed_to

    @property
    def is_lifted(self) -> bool:
        return self.undo is not None

    @property
    def verdict(self) -> Verdict | None:
        """None while nothing was applied."""
        return verdict(self.looks, self.concluded_at) if self.is_watched and self.concluded_at else None

    @property
    def holds(self) -> bool:
        return self.verdict is not None and self.verdict.holds


@dataclass(frozen=True, slots=True)
class CredentialState:
    """A credential of this incident. `parent` made it (None: it leaked). `principal_arn`: whose rights it has."""

    key_id: str
    origin: Origin
    account: str
    parent: str | None = None
    how: str = ""
    principal_arn: str = ""
    at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToldState:
    """What came of telling one channel of one occasion. `failures` are all tries that failed; `at`: the last try."""

    ok: bool
    failures: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """One leaked credential and all that came of it. Keys of `checks` and `actions` are step ids, those of `told` a
    channel's name and an occasion's id.
    """

    id: str = ""
    key_id: str = ""
    seq: int = 0
    opened_at: datetime | None = None
    updated_at: datetime | None = None
    mode: Mode = Mode.OBSERVE
    salt: str = ""
    alerts: tuple[Alert, ...] = ()
    credentials: Mapping[str, CredentialState] = field(default_factory=dict)
    owners: Mapping[str, KeyOwner] = field(default_factory=dict)
    tried: Mapping[str, KeyTried] = field(default_factory=dict)
    saved: Mapping[str, PrincipalSaved] = field(default_factory=dict)
    permissions: Mapping[str, PermissionsRead] = field(default_factory=dict)
    calls: Mapping[str, CallsRead] = field(default_factory=dict)
    resources: Mapping[str, ResourceFound] = field(default_factory=dict)
    instance_roles: Mapping[str, str] = field(default_factory=dict)
    organizations: Mapping[str, OrganizationFound] = field(default_factory=dict)
    descent: DescentRead | None = None
    requested: Mapping[str, Requested] = field(default_factory=dict)
    hold: HoldSet | None = None
    notes: tuple[Noted, ...] = ()
    closed: Closed | None = None
    answered: tuple[Answered, ...] = ()
    checks: Mapping[str, CheckState] = field(default_factory=dict)
    actions: Mapping[str, ActionState] = field(default_factory=dict)
    our_request_ids: frozenset[str] = frozenset()
    told: Mapping[tuple[str, str], ToldState] = field(default_factory=dict)

    @property
    def owner(self) -> KeyOwner | None:
        return self.owners.get(self.key_id)

    @property
    def leaked_at(self) -> datetime | None:
        """The earliest time that anybody who may be believed gave for the leak."""
        return min((a.leaked_at for a in self._believed if a.leaked_at), default=None)

    @property
    def suspect_since(self) -> datetime:
        """From when on what the key did may be a stranger's work: the leak, or a week back where nobody knows when."""
        if self.leaked_at is not None:
            return self.leaked_at - _LEAK_SLACK
        return (self.opened_at or datetime.min.replace(tzinfo=UTC) + _LEAK_UNKNOWN) - _LEAK_UNKNOWN

    @property
    def is_public(self) -> bool:
        """Whether strangers could read the key: only an explicit no says that they could not."""
        said = [a.public for a in self._believed if a.public is not None]
        return any(said) or not said

    @property
    def is_known_public(self) -> bool:
        return any(a.public for a in self._believed)

    @property
    def _believed(self) -> list[Alert]:
        """A mere claim moves no bound: anybody can make one."""
        tried = self.tried.get(self.key_id)
        proven = tried is not None and tried.accepted
        return [a for a in self.alerts if a.ground.allows_change or (a.ground is Ground.FOUND_SECRET and proven)]

    def name_of(self, what: str) -> str:
        """Of what we make for a purpose in the account: the same each time, and not to be guessed by anybody."""
        mark = sha256(f"{self.salt}/{what}".encode()).hexdigest()[:8]
        return f"unleak-{self.id}-{what}-{mark}"

    @property
    def deny_names(self) -> frozenset[str]:
        """Of the policies and groups by which we deny."""
        return frozenset(self.name_of(what) for what in ("revoke-sessions", "deny-all", "quarantine", "fence"))

    @property
    def is_held(self) -> bool:
        """A legal hold: nothing may be deleted."""
        return self.hold is not None and self.hold.on

    @property
    def may_change(self) -> bool:
        """Whether anything better than a key id speaks for touching the account."""
        if any(a.ground.allows_change for a in self.alerts):
            return True
        tried = self.tried.get(self.key_id)
        return any(a.ground is Ground.FOUND_SECRET for a in self.alerts) and tried is not None and tried.accepted

    def action(self, step: Step) -> ActionState | None:
        return self.actions.get(step.id)

    def same_change(self, step: Step) -> list[ActionState]:
        """This step in all its rounds: they write the same thing, so lifting one lifts all."""
        if step.unit in _EACH_BY_ITSELF:
            return [a for a in self.actions.values() if a.step == step]
        mine = (step.unit, step.target)
        return [a for a in self.actions.values() if (a.step.unit, a.step.target) == mine]

    def is_lifted(self, step: Step) -> bool:
        return any(a.undo is not None for a in self.same_change(step))

    def holds(self, step: Step) -> bool:
        state = self.action(step)
        return state is not None and state.holds
