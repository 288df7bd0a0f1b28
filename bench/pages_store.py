# ruff: noqa: INP001, S101  a script's part, no package
"""What the pages are measured over: an incident contained on the embedded AWS, copied under other ids; a large one."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from conftest import Site
from unleak.engine.local import incident_id_of, open_incident, run
from unleak.model.credential import Origin
from unleak.model.entry import Checked, Event, Looked
from unleak.model.evidence import CredentialFound
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Step, Target, TargetKind
from unleak.store.record import Record
from unleak.store.schema import ENTRIES, EXHIBITS, INCIDENTS

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
_AT_ONCE = 200
_ROLES, _PARENTS = 50, 40


def fill(record: Record, site: Site, number: int, key_of: Callable[[int], str]) -> Incident:
    """Says what was contained. Each copy has a key of its own, and lies five minutes before the one before it."""
    world = site.world()
    contained, plan = run(world, open_incident(world, site.alert(), Mode.DISABLE, "a measurement").id)
    assert plan.contained, plan
    with world.record.engine.connect() as db:
        rows = [dict(r) for r in db.execute(sa.select(ENTRIES).where(ENTRIES.c.incident == contained.id)).mappings()]
        exhibits = [dict(r) for r in db.execute(sa.select(EXHIBITS)).mappings()]
    world.record.close()
    back = datetime.fromisoformat(rows[-1]["at"]) - datetime.now(UTC)
    with record.engine.begin() as db:
        db.execute(EXHIBITS.insert(), exhibits)
    for begun in range(0, number, _AT_ONCE):
        some = range(begun, min(begun + _AT_ONCE, number))
        copies = {n: list(_copies(rows, contained.key_id, key_of(n), back + n * timedelta(minutes=5))) for n in some}
        with record.engine.begin() as db:
            db.execute(ENTRIES.insert(), [row for copy in copies.values() for row in copy])
            lengths = [{"incident": copy[0]["incident"], "seq": len(copy)} for copy in copies.values()]
            db.execute(INCIDENTS.insert(), lengths)
    return contained


def _copies(rows: list[dict[str, Any]], key_id: str, other: str, back: timedelta) -> Iterator[dict[str, Any]]:
    def earlier(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) - back).isoformat()

    for row in rows:
        at, body = _STAMP.sub(earlier, row["at"]), _STAMP.sub(earlier, row["body"]).replace(key_id, other)
        yield {**row, "incident": incident_id_of(other), "at": at, "body": body}


def add_large(record: Record, like: str, key_id: str, entries: int, credentials: int) -> str:
    """The incident `like`, with credentials of fifty roles, minted by forty others; then looks until it is long."""
    known = [(e.at, e.event) for e in record.entries(like)]
    incident, at = record.incident(like), known[-1][0]
    parents, events = [incident.key_id], list[tuple[datetime, Event]](known)
    look = next(e for _, e in known if isinstance(e, Looked))
    account = incident.owner.account if incident.owner else ""
    step = Step("calls_of_key", Target(TargetKind.KEY, incident.key_id, account))
    for n in range(entries - len(known)):
        found = [_minted(2 * n + k, parents, account, at) for k in range(2) if 2 * n + k < credentials]
        events.append((at + timedelta(milliseconds=n), Checked(step, tuple(found)) if found else look))
    name = incident_id_of(key_id)
    for begun in range(0, len(events), 500):
        record.append(name, begun, events[begun : begun + 500])
    return name


def _minted(number: int, parents: list[str], account: str, at: datetime) -> CredentialFound:
    made = CredentialFound(
        f"ASIA{number:016d}", parents[number % len(parents)], Origin.MINTED, "AssumeRole",
        f"arn:aws:iam::{account}:role/app-{number % _ROLES}", account, at, f"e{number}", at + timedelta(hours=1),
    )  # fmt: skip
    if len(parents) < _PARENTS:
        parents.append(made.key_id)
    return made
