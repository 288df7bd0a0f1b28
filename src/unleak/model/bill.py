"""What accounts cost by day, and what of it began with an incident."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Spending:
    """What one account cost, by service and region (`amounts`), each by day; a day without an entry cost nothing.

    From `first` to the day before `until`. `estimated_from`: AWS may still change what it says of that day and later.
    """

    account: str
    currency: str
    first: date
    until: date
    amounts: dict[tuple[str, str], dict[date, float]]
    estimated_from: date | None = None
    requests: int = 0


class Kind(StrEnum):
    """NEW: it cost nothing in the weeks before the leak. RISEN: it costs more than usual growth and noise explain."""

    NEW = "new"
    RISEN = "risen"


@dataclass(frozen=True, slots=True)
class Behind:
    """Something of the incident that may cost this. `state`: stands, removed or not known, as the trail tells."""

    name: str
    what: str
    by: str
    at: datetime | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """`usual` is what a day would have cost, on average; `above` what was paid beyond that, from `since` on.

    `behind` is what is known of the incident and may cost this; `named` what Cost Explorer names, where it was asked.
    """

    account: str
    service: str
    region: str
    kind: Kind
    since: date
    usual: float
    above: float
    days: tuple[tuple[date, float], ...]
    behind: tuple[Behind, ...] = ()
    named: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """The accounts' costs since the leak, beside what was usual. `unknown_from`: nothing can be known yet from then on.

    `problems` is what could not be looked at; where there is any, silence is no answer. `requests` cost a cent each.
    """

    key_id: str
    accounts: tuple[str, ...]
    since: datetime
    unknown_from: datetime
    currency: str = ""
    spent: float = 0
    usual: float = 0
    anomalies: tuple[Anomaly, ...] = ()
    estimated_from: date | None = None
    weeks_before: int = 0
    requests: int = 0
    problems: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def above(self) -> float:
        """Beyond the usual, whoever caused it."""
        return sum(a.above for a in self.anomalies)

    @property
    def above_of_incident(self) -> float:
        """Of it what something of the incident stands behind."""
        return sum(a.above for a in self.anomalies if a.behind)
