"""One process, one incident at a time: respond, sleep until something is due, respond again."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from unleak.engine.telling import Teller, alone_with, earlier
from unleak.model.alert import Alert
from unleak.model.entry import Alerted, Event, ModeSet, Opened, Resumed
from unleak.model.errors import Busy, RecordConflict, Unreachable
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Plan
from unleak.respond import World, respond

_POLL = timedelta(seconds=1)
_BUSY_AGAIN = timedelta(seconds=5)
_NEVER = timedelta(days=365)


def incident_id_of(key_id: str) -> str:
    """The same key is the same incident, whoever reports it and however often."""
    return f"inc-{sha256(key_id.encode()).hexdigest()[:10]}"


def open_incident(world: World, alert: Alert, mode: Mode | None, who: str) -> Incident:
    """Opens the incident of this key, or adds the alert, the mode and a fresh start to the one that is open.

    `mode` None: as it is, or `quarantine` for a new incident.
    """
    incident_id = incident_id_of(alert.key_id)
    while True:
        incident = world.record.incident(incident_id)
        events = _events(incident, alert, mode, who)
        if not events:
            return incident
        try:
            now = world.clock.now()
            entries = world.record.append(incident_id, incident.seq, [(now, e) for e in events])
        except RecordConflict:
            continue
        for entry in entries:
            world.on_entry(entry)
        return world.record.incident(incident_id)


def _events(incident: Incident, alert: Alert, mode: Mode | None, who: str) -> list[Event]:
    if incident.seq == 0:
        return [Opened(alert, mode or Mode.QUARANTINE, secrets.token_hex(8))]
    events: list[Event] = []
    if not any(_same(a, alert) for a in incident.alerts):
        events.append(Alerted(alert))
    if mode is not None and incident.mode is not mode:
        events.append(ModeSet(mode, who, "asked for on the command line"))
    if _has_given_up(incident):
        events.append(Resumed(who))
    return events


def _same(one: Alert, other: Alert) -> bool:
    return replace(one, received_at=other.received_at) == other


def _has_given_up(incident: Incident) -> bool:
    given_up = {OutcomeKind.REFUSED, OutcomeKind.ASK, OutcomeKind.FAILED}
    return any(c.unknown for c in incident.checks.values()) or any(
        a.outcome and a.outcome.kind in given_up for a in incident.actions.values()
    )


def run(
    world: World,
    incident_id: str,
    *,
    until: datetime | None = None,
    goes_on: Callable[[Incident], bool] | None = None,
    tells: bool = True,
) -> tuple[Incident, Plan]:
    """Goes on until the incident is contained, only a person can go on, or `until` has come; with `goes_on`, as long as
    that says so.

    `tells`: people are told, which who runs it again at once need not do. Raises Busy while another process works on
    it. May be killed at any moment and started again.
    """
    turn = Lock()
    with world.record.lease(incident_id), Teller(world, lambda _: turn, tells=tells) as teller:
        while True:
            with turn:
                incident, plan = respond(world, incident_id)
            on = goes_on is not None and goes_on(incident)
            wake_at = plan.wake_at if on else plan.settles_at
            ends = wake_at is None or (until is not None and wake_at > until)
            tell_at = teller.hear(incident, plan, at_once=ends)
            if wake_at is None or ends:
                return incident, plan
            world.clock.sleep_until(min(wake_at, tell_at) if tell_at else wake_at)


def work(world: World, *, wait: bool = True) -> None:
    """Looks after every incident of the record, each when it is due, until it is interrupted; without `wait`, once.

    Timers come out of the record: a worker that is started later takes up what fell due meanwhile. Incidents that other
    processes work on are left to them.
    """
    with Teller(world, alone_with(world.record)) as teller:
        _work(world, teller, wait=wait)


def _work(world: World, teller: Teller, *, wait: bool) -> None:
    due: dict[str, datetime] = {}
    seen: dict[str, int] = {}
    while True:
        now = world.clock.now()
        for incident_id, seq in world.record.lengths().items():
            if seen.get(incident_id) != seq:
                seen[incident_id], due[incident_id] = seq, now
        for incident_id in [i for i, at in due.items() if at <= now]:
            wake_at, seen[incident_id] = _take(world, teller, incident_id)
            due[incident_id] = wake_at or now + _NEVER
        if not wait:
            return
        world.clock.sleep_until(min([world.clock.now() + _POLL, *due.values()]))


def _take(world: World, teller: Teller, incident_id: str) -> tuple[datetime | None, int]:
    try:
        with world.record.lease(incident_id):
            incident, plan = respond(world, incident_id)
    except (Busy, Unreachable):
        return world.clock.now() + _BUSY_AGAIN, world.record.incident(incident_id).seq
    return earlier(plan.wake_at, teller.hear(incident, plan)), incident.seq
