"""What an investigation found: the credentials that came of a leaked one, who held them, what they did, what stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from unleak.model.call import Call
from unleak.model.credential import Origin


class Certainty(StrEnum):
    """CERTAIN: an event says so by itself. LIKELY: several facts agree. POSSIBLE: it is told, and blamed on nobody."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Closeness(IntEnum):
    """What ties a credential to its parent: the nearest tie tells which of several parents it is."""

    BY_ADDRESS = 0
    OF_A_PRINCIPAL = 1
    BY_SIGN_IN = 2
    GIVEN_OUT = 3


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A credential in the attacker's hands. `since` is from when on; `shared`: its rightful holder goes on using it.

    `parent` is the credential that it came from (None: the leaked one, or nobody can tell); `proof` names events;
    `closeness` is how near the first of them is to it.
    """

    key_id: str
    origin: Origin
    parent: str | None
    how: str
    principal_arn: str
    account: str
    since: datetime
    certainty: Certainty
    why: str
    proof: tuple[str, ...] = ()
    expires_at: datetime | None = None
    shared: bool = False
    closeness: Closeness = Closeness.OF_A_PRINCIPAL
    first: datetime | None = None
    last: datetime | None = None
    events: int = 0

    @property
    def is_used(self) -> bool:
        return self.events > 0


@dataclass(frozen=True, slots=True)
class PrincipalSeen:
    """A principal that came near: in or out, and why."""

    arn: str
    is_in: bool
    why: str
    certainty: Certainty = Certainty.CERTAIN


@dataclass(frozen=True, slots=True)
class Technique:
    """What one rule says of some of the calls."""

    rule: str
    title: str
    level: str
    techniques: tuple[str, ...]
    calls: tuple[Call, ...]

    @property
    def succeeded(self) -> int:
        return sum(c.accepted for c in self.calls)


@dataclass(frozen=True, slots=True)
class Remaining:
    """Something that the attacker made, changed, shared or took away. `state`: stands, removed, or not known, as the
    trail tells. `part` is what hangs on the thing (`inline|NAME`; with |gone: taken away), `former` the parameters of
    the call that had last written it before, where the trail has that call.
    """

    arn: str
    type: str
    deed: str
    detail: str
    by: str
    at: datetime
    event_id: str
    state: str
    removed_at: datetime | None = None
    removed_by: str = ""
    removed_event: str = ""
    grants: tuple[str, ...] = ()
    is_principal: bool = False
    action: str = ""
    part: str = ""
    former: Mapping[str, Any] | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class OwnUse:
    """What the leaked key did for its rightful holder, before the leak and after it."""

    before: int = 0
    since: int = 0
    addresses: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """From when to when the trail tells anything, and what it does not tell. `gaps` are times without any call;
    `integrity` says what the digests vouch for, where they were asked; `limits` what such a trail never tells.
    """

    records: int = 0
    first: datetime | None = None
    last: datetime | None = None
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    problems: tuple[str, ...] = ()
    integrity: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Investigation:
    """`calls` are the attacker's, oldest first; `by_aws` what AWS did under the victim's name. `capped` says that more
    was there than was followed. `contained_at`: since when every measure of the incident holds, where
    the record has it.
    """

    leaked: str
    leaked_at: datetime
    leaked_at_is_known: bool
    credentials: tuple[HeldCredential, ...] = ()
    principals: tuple[PrincipalSeen, ...] = ()
    calls: tuple[Call, ...] = ()
    techniques: tuple[Technique, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    own_use: OwnUse = OwnUse()
    seen: Seen = Seen()
    by_aws: tuple[Call, ...] = ()
    addresses: dict[str, int] = field(default_factory=dict)
    shared_addresses: tuple[str, ...] = ()
    agents: dict[str, int] = field(default_factory=dict)
    suspects: tuple[PrincipalSeen, ...] = ()
    capped: str = ""
    contained_at: datetime | None = None

    @property
    def first_call(self) -> Call | None:
        """The attacker's first."""
        return self.calls[0] if self.calls else None
