"""One incident: where it stands in a sentence, what holds, what waits, what happened; live while it is open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from unleak.engine.story import TITLES
from unleak.model.incident import Incident
from unleak.model.plan import Mode, Plan
from unleak.playbook import playbook, why_not_restore
from unleak.report import render
from unleak.report.story import Story, tell
from unleak.report.text import to_text
from unleak.web.api.asked import Asked, IncidentId
from unleak.web.api.inquiries import rows_of
from unleak.web.bearer import Bearer, seen
from unleak.web.overview import state_of
from unleak.web.pages.axis import SHOWS, stretch
from unleak.web.pages.inquiries import TITLES as LOOKS
from unleak.web.pages.looks import HEADERS, shared
from unleak.web.pages.things import things_of
from unleak.web.pages.visitor import Viewer
from unleak.web.service import Service

ROUTER = APIRouter()
_MOMENTS, _MOMENTS_A_PAGE = 30, 150
_CREDENTIALS, _CREDENTIALS_A_PAGE = 40, 200
_THINGS = 40
_INQUIRIES = 20
_REPORTS = {"html": "text/html", "md": "text/markdown", "json": "application/json", "text": "text/plain"}
SAID = {
    "approved": "Approved. It is carried out now, and its verdict follows.",
    "declined": "Declined. It waits no longer; what containment needs stays open.",
    "undone": "Taken back.",
    "restored": "Every deny was lifted.",
    "asked": "Asked for. What would be written is shown below in a moment; approve it there.",
    "noted": "Noted.",
    "mode": "The mode is set.",
    "hold": "The legal hold is set.",
    "closed": "Closed.",
    "sought": "It is being looked. The answer appears here, and stays in the record.",
    "looks": "It looks again at what was refused or could not be seen.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages of an incident are made of."""

    incident: Incident
    plan: Plan
    story: Story
    state: str
    now: datetime


def shown(service: Service, bearer: Bearer, incident_id: str) -> Shown:
    incident = seen(service, bearer, incident_id)
    now = max(service.world.clock.now(), incident.updated_at or datetime.min.replace(tzinfo=UTC))
    plan = playbook(incident, now)
    story = tell(incident, plan, service.readings.calls(incident), TITLES, now)
    return Shown(incident, plan, story, state_of(incident, plan), now)


@ROUTER.get("/incidents/{incident_id}")
def incident_page(
    request: Request, service: Asked, bearer: Viewer, incident_id: IncidentId, show: str = "", said: str = ""
) -> Response:
    """`said`: what has just been done here, one of the words that we know."""

    def told() -> Mapping[str, Any]:
        return _told(service, bearer, incident_id, show if show in SHOWS else "", said)

    return _shared(request, service, bearer, incident_id, "incident.html", told)


def _shared(
    request: Request, service: Service, bearer: Bearer, incident_id: str, template: str,
    told: Callable[[], Mapping[str, Any]],
) -> Response:  # fmt: skip
    """As long as nobody writes, all see what was drawn for the first."""
    incident = seen(service, bearer, incident_id)
    return shared(request, bearer, service.kept, (incident_id, incident.seq), template, told)


def _told(service: Service, bearer: Bearer, incident_id: str, show: str, said: str) -> Mapping[str, Any]:
    it = shown(service, bearer, incident_id)
    lines = service.readings.of(incident_id).lines
    things = things_of(it.incident)
    return {
        **_common(it),
        "said": SAID.get(said, ""),
        "window": _window(it),
        "keys": it.story.keys[:_CREDENTIALS],
        "stolen": it.incident.descent.stolen if it.incident.descent else (),
        "inquiries": list(rows_of(service, bearer, it.incident))[-_INQUIRIES:],
        "looks": LOOKS,
        "things": things[:_THINGS],
        "more_things": max(0, len(things) - _THINGS),
        "stretch": stretch(lines, it.story.calls, bearer.sees, show, 0, _MOMENTS),
        "shows": SHOWS,
        "show": show,
        "modes": list(Mode),
        "restore_digest": restore_digest(it.incident),
        "close_digest": close_digest(it),
        "why_not_restore": why_not_restore(it.incident, it.now),
        "titles": TITLES,
    }


@ROUTER.get("/incidents/{incident_id}/timeline")
def timeline_page(
    request: Request, service: Asked, bearer: Viewer, incident_id: IncidentId, show: str = "", begin: int = 0
) -> Response:
    show = show if show in SHOWS else ""

    def told() -> Mapping[str, Any]:
        it = shown(service, bearer, incident_id)
        lines = service.readings.of(incident_id).lines
        moments = stretch(lines, it.story.calls, bearer.sees, show, begin, _MOMENTS_A_PAGE)
        return {**_common(it), "stretch": moments, "shows": SHOWS, "show": show}

    return _shared(request, service, bearer, incident_id, "timeline.html", told)


@ROUTER.get("/incidents/{incident_id}/credentials")
def credentials_page(
    request: Request, service: Asked, bearer: Viewer, incident_id: IncidentId, begin: int = 0
) -> Response:
    def told() -> Mapping[str, Any]:
        it = shown(service, bearer, incident_id)
        first = max(0, min(begin, len(it.story.keys) - 1))
        rows = it.story.keys[first : first + _CREDENTIALS_A_PAGE]
        older = first + _CREDENTIALS_A_PAGE if first + _CREDENTIALS_A_PAGE < len(it.story.keys) else None
        newer = max(0, first - _CREDENTIALS_A_PAGE) if first else None
        return {**_common(it), "keys": rows, "begin": first, "older": older, "newer": newer}

    return _shared(request, service, bearer, incident_id, "credentials.html", told)


@ROUTER.get("/incidents/{incident_id}/things")
def things_page(request: Request, service: Asked, bearer: Viewer, incident_id: IncidentId) -> Response:
    """What the attacker brought about, and what has become of it."""

    def told() -> Mapping[str, Any]:
        it = shown(service, bearer, incident_id)
        return {**_common(it), "things": things_of(it.incident)}

    return _shared(request, service, bearer, incident_id, "things.html", told)


@ROUTER.get("/incidents/{incident_id}/report")
def report_file(service: Asked, bearer: Viewer, incident_id: IncidentId, format: str = "html") -> Response:  # noqa: A002  the command's option
    """A file to keep and to send: it needs nothing else."""
    story = shown(service, bearer, incident_id).story
    form = format if format in _REPORTS else "html"
    makers = {"html": render.to_html, "md": render.to_markdown, "json": render.to_json, "text": to_text}
    ending = "txt" if form == "text" else form
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{incident_id}.{ending}"'}
    return PlainTextResponse(makers[form](story), media_type=_REPORTS[form], headers=headers)


def _common(it: Shown) -> dict[str, Any]:
    return {"story": it.story, "incident": it.incident, "state": it.state, "plan": it.plan, "link": step_link}


def step_link(incident_id: str, step_id: str) -> str:
    return f"/incidents/{incident_id}/step?{urlencode({'id': step_id})}"


def restore_digest(incident: Incident) -> str:
    """Of what a restore would lift, as it is shown."""
    applied = sorted(a.change.digest(a.step) for a in incident.actions.values() if a.is_applied and a.change)
    return sha256(" ".join(applied).encode()).hexdigest()[:16]


def close_digest(it: Shown) -> str:
    """Of what a person has before them who says that it is over: looks that go on all the time do not alter it."""
    story, incident = it.story, it.incident
    known = (sorted(incident.credentials), sorted(t.arn for t in things_of(incident)), len(incident.alerts))
    text = repr((story.status, known, story.by_hand, story.unknown, [(m.step_id, m.state) for m in story.measures]))
    return sha256(text.encode()).hexdigest()[:16]


def _window(it: Shown) -> Mapping[str, Any]:
    """How long the key was open to others: from the leak until all was seen to hold."""
    begin, end = it.incident.leaked_at, it.story.holds_since
    lasted: timedelta | None = (end or it.now) - begin if begin else None
    return {"begin": begin, "end": end, "lasted": lasted}
