"""The incident that a person names, and the time to write beside it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unleak.config import Config
    from unleak.model.incident import Incident
    from unleak.respond import World


def found_incident(world: "World", name: str) -> "Incident":
    """By its own id or by its key's. Raises Misuse where there is none."""
    from unleak.engine.local import incident_id_of
    from unleak.model.errors import Misuse

    for incident_id in (name, incident_id_of(name)):
        incident = world.record.incident(incident_id)
        if incident.seq:
            return incident
    raise Misuse(f"there is no incident {name}", "`unleak incident list` shows which there are")


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
    """The record goes by AWS's time, of which nothing may have been heard: a slow machine must not write the past."""
    return max(world.clock.now(), incident.updated_at or datetime.min.replace(tzinfo=UTC))
