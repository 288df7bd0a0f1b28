"""The incident that a person names, and the time to write beside it."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unleak.config import Config
    from unleak.model.incident import Incident
    from unleak.respond import World


def found_incident(world: "World", name: str) -> "Incident":
    """By its own id or by its key's. Raises Misuse where there is none."""
    from unleak.engine.decisions import incident_named

    return incident_named(world, name)


def incident_of_key(config: "Config", key_id: str) -> "Incident | None":
    """What the record has of a key; None where there is no record or no such incident. No record is made."""
    if not config.database and not (config.home / "unleak.db").exists():
        return None
    from unleak.engine.local import incident_id_of
    from unleak.store.record import Record

    record = Record(config.record_url)
    try:
        incident = record.incident(incident_id_of(key_id))
    finally:
        record.close()
    return incident if incident.seq else None


def now_of(world: "World", incident: "Incident") -> datetime:
    """The time to write beside an entry of this incident."""
    from unleak.engine import decisions

    return decisions.now_of(world, incident)
