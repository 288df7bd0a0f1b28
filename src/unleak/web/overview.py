"""Every incident in a line: what a list, a count and a search need, without reading all records each time.

Worked out once for each length of a record, by whichever process is asked first.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from unleak.iam.key_id import account_of
from unleak.model.fold import fold
from unleak.model.incident import Incident
from unleak.model.plan import Plan, VerdictKind
from unleak.playbook import playbook
from unleak.store.codec import from_plain, to_plain
from unleak.store.record import Record
from unleak.store.told import Told


@dataclass(frozen=True, slots=True)
class Row:
    """`state`: `contained`, `waits` (for a person), `works` (goes on by itself) or `closed` (over, as a person says).
    `waits_for` are the steps.

    `applied_after` and `holds_after`: seconds from the first alert to the first change, and until all holds.
    `alters_at`: when time alone may alter the state.
    """

    id: str
    key_id: str
    account: str
    owner: str
    mode: str
    state: str
    waits_for: tuple[str, ...]
    sources: tuple[str, ...]
    opened_at: datetime
    updated_at: datetime
    seq: int
    verdicts: Mapping[str, int]
    applied_after: float | None
    holds_after: float | None
    alters_at: datetime | None

    def fits(self, account: str, q: str) -> bool:
        """Whether it is of this account, and `q` a part of the key's id, the owner, a source or its own id. An empty
        text leaves nothing out.
        """
        texts = (self.key_id, self.owner, self.id, *self.sources)
        return (not account or self.account == account) and any(q.casefold() in t.casefold() for t in texts)


@dataclass(frozen=True, slots=True)
class Listed:
    """Every incident, newest first. `turn` is another one whenever anything in it is."""

    turn: int
    rows: tuple[Row, ...]


_PATIENCE_SECONDS = 0.02
_AT_ONCE = 100
_LONG, _MOST_LONG = 500, 16
STATES = ("waits", "works", "contained", "closed")


class Overview:
    """Of one process; any number may have one. What is worked out is kept beside the record, for all and for later."""

    def __init__(self, record: Record, now: Callable[[], datetime]) -> None:
        self._record, self._now, self._lock = record, now, Lock()
        self._told = Told(record)
        self._rows: dict[str, Row] = {}
        self._long: dict[str, Incident] = {}
        self._listed = Listed(0, ())
        self._asked_at, self._extent = 0.0, (0, 0)

    def rows(self) -> Sequence[Row]:
        return self.listed().rows

    def listed(self) -> Listed:
        """Where somebody has written since, as it is now; what only time alters follows in a moment. Who waits while
        another one begins to ask the record takes what that one learns: it is no older than their question.
        """
        came_at = time.monotonic()
        with self._lock:
            if self._asked_at > came_at:
                return self._listed
            asked_at = time.monotonic()
            extent = self._record.extent()
            renewed = self._renew(self._stale() if extent != self._extent else ())
            self._extent = extent
            renewed += self._renew(self._due(), _PATIENCE_SECONDS)
            if renewed or len(self._listed.rows) != len(self._rows):
                newest_first = sorted(self._rows.values(), key=lambda r: (r.opened_at, r.id), reverse=True)
                self._listed = Listed(self._listed.turn + 1, tuple(newest_first))
            self._asked_at = asked_at
            return self._listed

    def _stale(self) -> list[str]:
        lengths = self._record.lengths()
        if not self._rows and lengths:
            self._rows = {i: row for i, row in map(_kept, self._told.all().items()) if row is not None}
        return [i for i, seq in lengths.items() if (row := self._rows.get(i)) is None or row.seq != seq]

    def _due(self) -> list[str]:
        now = self._now()
        due = [r for r in self._rows.values() if r.alters_at is not None and r.alters_at <= now]
        return [r.id for r in sorted(due, key=lambda r: r.alters_at or now)]

    def _renew(self, incident_ids: Sequence[str], patience: float | None = None) -> int:
        """How many were; as many as there is time for, and one at least."""
        begun, renewed = time.monotonic(), dict[str, Row]()
        for incident_id in incident_ids:
            renewed[incident_id] = self._look(incident_id)
            if patience is not None and time.monotonic() - begun > patience:
                break
            if len(renewed) % _AT_ONCE == 0:
                self._keep(renewed)
        self._keep(renewed)
        return len(renewed)

    def _keep(self, renewed: Mapping[str, Row]) -> None:
        self._rows.update(renewed)
        self._told.keep({i: (row.seq, json.dumps(to_plain(row))) for i, row in renewed.items()})

    def _look(self, incident_id: str) -> Row:
        incident, now = self._read(incident_id), self._now()
        plan = playbook(incident, now)
        alters_at = plan.wake_at if plan.wake_at is not None and plan.wake_at > now else None
        return row_of(incident, state_of(incident, plan), tuple(p.step.id for p in plan.pending), alters_at)

    def _read(self, incident_id: str) -> Incident:
        """Long ones are read on from where they were left: whatever is written to one would hold up every list."""
        known = self._long.pop(incident_id, Incident())
        incident = fold(known, self._record.entries(incident_id, known.seq))
        if incident.seq >= _LONG:
            self._long[incident_id] = incident
            while len(self._long) > _MOST_LONG:
                del self._long[next(iter(self._long))]
        return incident


def _kept(stored: tuple[str, tuple[int, str]]) -> tuple[str, Row | None]:
    """None where another version had kept it."""
    incident_id, (seq, text) = stored
    try:
        row: Row = from_plain(json.loads(text), Row)
    except (ValueError, KeyError, TypeError):
        return incident_id, None
    return incident_id, row if row.seq == seq else None


def state_of(incident: Incident, plan: Plan) -> str:
    """Whoever closed it did not know of what fails or waits since."""
    fails = any(a.verdict is not None and a.verdict.kind is VerdictKind.FAILS for a in incident.actions.values())
    if incident.closed and not (plan.pending or fails):
        return "closed"
    if plan.contained:
        return "contained"
    return "works" if plan.steps or plan.settles_at else "waits"


def row_of(incident: Incident, state: str, waits_for: tuple[str, ...], alters_at: datetime | None = None) -> Row:
    opened = incident.opened_at or datetime.min.replace(tzinfo=UTC)
    applied = [a.concluded_at for a in incident.actions.values() if a.is_applied and a.concluded_at]
    verdicts = [a.verdict for a in incident.actions.values() if a.verdict]
    held = [v.since for v in verdicts if v.holds and v.since]
    whole = state == "contained" and bool(held)
    return Row(
        id=incident.id,
        key_id=incident.key_id,
        account=account_of_incident(incident),
        owner=(incident.owner.principal_arn or "") if incident.owner else "",
        mode=incident.mode.value,
        state=state,
        waits_for=waits_for,
        sources=tuple(dict.fromkeys(a.source for a in incident.alerts)),
        opened_at=opened,
        updated_at=incident.updated_at or opened,
        seq=incident.seq,
        verdicts=Counter(v.kind.value for v in verdicts),
        applied_after=(min(applied) - opened).total_seconds() if applied else None,
        holds_after=(max(held) - opened).total_seconds() if whole else None,
        alters_at=alters_at,
    )


def account_of_incident(incident: Incident) -> str:
    """Whose it is, as far as it is known: looked up, else as the key's id tells, else empty."""
    return (incident.owner.account if incident.owner else "") or account_of(incident.key_id) or ""
