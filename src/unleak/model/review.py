"""What a review found: what stands in an account, since when, by whom, and what could not be looked at."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unleak.model.evidence import Fact


class Age(StrEnum):
    """BY_INCIDENT: an event of the incident made, changed or shared it. SINCE_LEAK: made at or after the leak, by
    nobody known. UNDATED: AWS does not say when it was made, which is no word for its innocence.
    """

    BY_INCIDENT = "by_incident"
    SINCE_LEAK = "since_leak"
    OLDER = "older"
    UNDATED = "undated"


class Weight(StrEnum):
    """How much what was noticed matters. HIGH: it lets strangers in, blinds the account, or holds the leaked key."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that stands in an account. `type` as CloudFormation names it, `region` is `global` where it has none.

    What hangs on a user and has no ARN (a key, a password) carries the user's, and its own id as `name`. Neither
    `detail` nor `concerns` ever hold a value that somebody put into the account as a secret.
    """

    account: str
    region: str
    arn: str
    type: str
    name: str
    created_at: datetime | None = None
    detail: str = ""
    weight: Weight = Weight.NONE
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """`event_id`, `by` (a credential's id) and `deed` (created, changed, shared) are of the incident's event that
    brought it about; empty where none is known.
    """

    thing: Thing
    age: Age
    event_id: str = ""
    by: str = ""
    deed: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be looked at, and why. `thing`: the one of many that the others were told without."""

    check: str
    account: str
    region: str
    why: str
    thing: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Two lists are no gaps: `absent` are services that a region does not offer or the account is not subscribed to,
    and `regions_off` (account, region) are regions that the account has not enabled. `regions_left_out` are enabled,
    and were not looked at because somebody asked for, or configured, others.

    `unmet` are deeds of the incident of which nothing was met: what it took away, what is gone since, and kinds that
    nobody looks at.
    `remarks` say what limits the answer without making it incomplete. `calls` counts requests, retries too.
    """

    accounts: tuple[str, ...]
    since: datetime | None
    judged: tuple[Judged, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    absent: tuple[Unseen, ...] = ()
    regions: tuple[str, ...] = ()
    regions_off: tuple[tuple[str, str], ...] = ()
    regions_left_out: tuple[str, ...] = ()
    unmet: tuple[Fact, ...] = ()
    remarks: tuple[str, ...] = ()
    calls: int = 0
    throttled: int = 0
    seconds: float = 0.0

    def of(self, age: Age) -> tuple[Judged, ...]:
        return tuple(j for j in self.judged if j.age is age)

    @property
    def worries(self) -> tuple[Judged, ...]:
        """What somebody has to look at: of the incident, since the leak, or older and of weight high."""
        new = {Age.BY_INCIDENT, Age.SINCE_LEAK}
        return tuple(j for j in self.judged if j.age in new or j.thing.weight is Weight.HIGH)
