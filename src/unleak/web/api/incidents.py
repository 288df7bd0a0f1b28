"""Incidents: the list, one of them whole, its entries, its report."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from unleak.engine.evictions import is_wholly_known, left
from unleak.engine.story import story_of
from unleak.playbook import playbook
from unleak.report import eviction, render
from unleak.report.text import to_text
from unleak.web.api.asked import Asked, Document, IncidentId
from unleak.web.bearer import Viewer, seen
from unleak.web.overview import Row

ROUTER = APIRouter(tags=["incidents"])
State = Literal["contained", "waits", "works", "closed"]
Limit = Annotated[int, Query(ge=1, le=500)]


class IncidentRow(BaseModel):
    """An incident in a line. `state`: `waits` for a person, `works` on by itself, or `closed` by a person."""

    id: str
    key_id: str
    account: str
    owner: str
    mode: str
    state: State
    waits_for: tuple[str, ...]
    sources: tuple[str, ...]
    opened_at: datetime
    updated_at: datetime
    seq: int


class Incidents(Document):
    """A page, newest first. `next`: what to give as `after` for the next one; none at the end."""

    schema_: Literal["unleak.incidents/1"] = "unleak.incidents/1"
    incidents: list[IncidentRow]
    next: str | None


class EntryOf(BaseModel):
    seq: int
    at: datetime
    type: str
    said: str


class Entries(BaseModel):
    entries: list[EntryOf]
    next: int | None


@ROUTER.get("/incidents")
def list_incidents(
    service: Asked, bearer: Viewer, state: State | None = None, account: str = "", q: str = "",
    after: str = "", limit: Limit = 100,
) -> Incidents:  # fmt: skip
    """`q`: a part of the key's id, the owner or a source."""
    rows = [
        r for r in service.overview.rows() if bearer.sees(r.account) and r.fits(account, q) and state in {None, r.state}
    ]
    begun = next((n for n, r in enumerate(rows, 1) if r.id == after), 0 if not after else len(rows))
    page = rows[begun : begun + limit]
    more = page[-1].id if page and begun + limit < len(rows) else None
    return Incidents(incidents=[_row(r) for r in page], next=more)


@ROUTER.get("/incidents/{incident_id}")
def show_incident(service: Asked, bearer: Viewer, incident_id: IncidentId) -> Response:
    """As `unleak incident show --format json`; what waits has the digest by which it is approved."""
    incident = seen(service, bearer, incident_id)
    plan = playbook(incident, service.world.clock.now())
    digests = {p.step.id: p.change.digest(p.step) for p in (*plan.pending, *plan.declined) if p.change is not None}
    return _json(render.to_json(story_of(service.world, incident, plan), {"digests": digests, "seq": incident.seq}))


@ROUTER.get("/incidents/{incident_id}/entries")
def list_entries(
    service: Asked, bearer: Viewer, incident_id: IncidentId, after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 100
) -> Entries:
    """The record itself, a sentence an entry."""
    seen(service, bearer, incident_id)
    found = service.readings.of(incident_id).lines[after : after + limit + 1]
    page = [EntryOf(seq=e.seq, at=e.at, type=e.type, said=e.said_to(bearer.sees)) for e in found[:limit]]
    return Entries(entries=page, next=page[-1].seq if len(found) > limit else None)


@ROUTER.get("/incidents/{incident_id}/evictions")
def list_evictions(service: Asked, bearer: Viewer, incident_id: IncidentId) -> Response:
    """As `unleak evict --plan --format json`: what the attacker left, and how far it is out. What waits is approved by
    its step and digest, as everything is.
    """
    incident = seen(service, bearer, incident_id)
    plan = playbook(incident, service.world.clock.now())
    return _json(eviction.to_json(incident.id, left(incident, plan), is_whole=is_wholly_known(incident)))


_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in ("text/plain", "text/html")}
          | {"application/json": {"schema": {"type": "object"}}}}
}  # fmt: skip


@ROUTER.get("/incidents/{incident_id}/report", responses=_FORMS)
def report(
    service: Asked,
    bearer: Viewer,
    incident_id: IncidentId,
    format: Literal["md", "html", "json", "text"] = "md",  # noqa: A002  the command's option is called so
) -> Response:
    story = story_of(service.world, seen(service, bearer, incident_id))
    if format == "json":
        return _json(render.to_json(story))
    if format == "html":
        return Response(render.to_html(story), media_type="text/html", headers={"Content-Disposition": "attachment"})
    return PlainTextResponse(render.to_markdown(story) if format == "md" else to_text(story))


def _row(row: Row) -> IncidentRow:
    return IncidentRow(**{name: getattr(row, name) for name in IncidentRow.model_fields})


def _json(text: str) -> Response:
    document: Any = json.loads(text)
    return Response(json.dumps(document, separators=(",", ":")), media_type="application/json")
