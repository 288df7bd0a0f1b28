"""Every incident in a line: what a list, a count and a search need, without reading all records each time.

Worked out once for each length of a record, and again only where somebody has written since.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from unleak.iam.key_id import account_of
from unleak.model.incident import Incident
from unleak.model.plan import Plan, VerdictKind
from unleak.playbook import playbook
from unleak.store.record import Record


@dataclass(frozen=True, slots=True)
class Row:
    """`state`: `contained`, `waits` (for a person), `works` (goes on by itself) or `closed` (over, as a person says).
    `waits_for` are the steps.

    `applied_after` and `holds_after`: seconds from the first alert to the first change, and until all holds.
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


STATES = ("waits", "works", "contained", "closed")


class Overview:
    """Of one process; any number may have one."""

    def __init__(self, record: Record, now: Callable[[], datetime]) -> None:
        self._record, self._now, self._lock = record, now, Lock()
        self._rows: dict[str, Row] = {}
        self._alters_at: dict[str, datetime] = {}

    def rows(self) -> list[Row]:
        """Newest first."""
        with self._lock:
            now = self._now()
            for incident_id, seq in self._record.lengths().items():
                known = self._rows.get(incident_id)
                due = self._alters_at.get(incident_id)
                if known is None or known.seq != seq or (due is not None and due <= now):
                    self._look(incident_id, now)
            return sorted(self._rows.values(), key=lambda r: (r.opened_at, r.id), reverse=True)

    def _look(self, incident_id: str, now: datetime) -> None:
        incident = self._record.incident(incident_id)
        plan = playbook(incident, now)
        self._alters_at.pop(incident_id, None)
        if plan.wake_at is not None and plan.wake_at > now:
            self._alters_at[incident_id] = plan.wake_at
        state = state_of(incident, plan)
        waits = tuple(p.step.id for p in plan.pending)
        self._rows[incident_id] = row_of(incident, state, waits)


def state_of(incident: Incident, plan: Plan) -> str:
    """Whoever closed it did not know of what fails or waits since."""
    fails = any(a.verdict is not None and a.verdict.kind is VerdictKind.FAILS for a in incident.actions.values())
    if incident.closed and not (plan.pending or fails):
        return "closed"
    if plan.contained:
        return "contained"
    return "works" if plan.steps or plan.settles_at else "waits"


def row_of(incident: Incident, state: str, waits_for: tuple[str, ...]) -> Row:
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
    )


def account_of_incident(incident: Incident) -> str:
    """Whose it is, as far as it is known: looked up, else as the key's id tells, else empty."""
    return (incident.owner.account if incident.owner else "") or account_of(incident.key_id) or ""
