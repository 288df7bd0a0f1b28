"""One process, one incident at a time: respond, sleep until something is due, respond again."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from threading import Lock

from unleak.engine.telling import Teller
from unleak.model.alert import Alert
from unleak.model.clock import parse_stamp
from unleak.model.entry import Alerted, Event, ModeSet, Opened, Resumed
from unleak.model.errors import RecordConflict
from unleak.model.finding import Place
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Plan
from unleak.respond import World, respond


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


def first_committed(places: Iterable[Place], now: datetime) -> datetime | None:
    """When a key leaked, as the commits tell that it lay in. A commit may bear any date: none of the future counts."""
    dates = (parse_stamp(p.date) for p in places if p.date)
    return min((d for d in dates if d <= now), default=None)


def opening(alert: Alert, mode: Mode) -> Opened:
    """The first entry of an incident."""
    return Opened(alert, mode, secrets.token_hex(8))


def _events(incident: Incident, alert: Alert, mode: Mode | None, who: str) -> list[Event]:
    if incident.seq == 0:
        return [opening(alert, mode or Mode.QUARANTINE)]
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
