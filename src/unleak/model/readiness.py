"""Would a containment work in an account? What the last check of it saw, and the last drill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unleak.model.plan import Tri

GOOD_FOR = timedelta(days=7)
"""What a check saw is not known any more after that: permissions, trails and roles are changed by others."""


@dataclass(frozen=True, slots=True)
class Readiness:
    account: str
    what: str
    verdict: Tri
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """`rows`: of the account, and of what all accounts share. `who` asked for it; `place` is the machine it ran on."""

    account: str
    at: datetime
    who: str
    place: str
    rows: tuple[Readiness, ...]

    @property
    def verdict(self) -> Tri:
        """As of then. Yes takes that the account itself was looked at."""
        said = {row.verdict for row in self.rows}
        if Tri.NO in said:
            return Tri.NO
        looked = any(row.account == self.account for row in self.rows)
        return Tri.YES if looked and said == {Tri.YES} else Tri.COULD_NOT_LOOK

    @property
    def why(self) -> tuple[str, ...]:
        """What is not as it should be."""
        found = tuple(f"{row.what}: {row.detail}" for row in self.rows if row.verdict is not Tri.YES)
        return found or (() if self.verdict is Tri.YES else ("the account itself was not looked at",))

    def is_known(self, now: datetime) -> bool:
        return now - self.at < GOOD_FOR


@dataclass(frozen=True, slots=True)
class Drilled:
    """What came of a drill. `account` is empty where it was fought in the embedded AWS.

    Of the calls that matter (`wanted`), so many were `accepted` before containment, and `refused` after it. `said` is
    the verdict in words, `seconds` are counted from the push.
    """

    account: str
    technique: str
    at: datetime
    who: str
    place: str
    passed: bool
    wanted: int
    accepted: int
    refused: int
    said: str
    seconds: Mapping[str, float] = field(default_factory=dict)
