"""One change: what it writes as a difference, whom it breaks, how it is taken back, what came of it, who decided."""

from itertools import groupby

from fastapi import APIRouter, Request
from starlette.responses import Response

from unleak.engine.story import TITLES
from unleak.model.incident import ActionState
from unleak.model.plan import Pending
from unleak.playbook import may_undo
from unleak.web.api.asked import Asked, IncidentId
from unleak.web.pages.difference import difference
from unleak.web.pages.incident import Shown, shown
from unleak.web.pages.looks import page
from unleak.web.pages.visitor import Viewer
from unleak.web.problems import NotThere
from unleak.web.service import Service

ROUTER = APIRouter()
_MOST_LINES = 60


@ROUTER.get("/incidents/{incident_id}/step")
def step_page(
    request: Request,
    service: Asked,
    bearer: Viewer,
    incident_id: IncidentId,
    id: str,  # noqa: A002  short in the address
    whole: str = "",
) -> Response:
    """`whole`: however long the change is. Only who has all of it before them decides on it."""
    it = shown(service, bearer, incident_id)
    state = it.incident.actions.get(id)
    waits = _waits(it, id)
    change = waits.change if waits else state.change or state.proposal if state else None
    if state is None or change is None:
        raise NotThere(f"{incident_id} has no such change", "its page lists those that there are")
    rows = difference(change, None) if whole else difference(change)
    return page(
        request,
        bearer,
        "step.html",
        story=it.story,
        incident=it.incident,
        action=state,
        title=TITLES.get(state.step.unit, state.step.unit),
        change=change,
        rows=rows,
        is_cut=any(row.sign == "…" for row in rows),
        waits=waits,
        digest=change.digest(state.step),
        undo_digest=undo_digest(state),
        declined=state.declined if state.is_declined else None,
        why_stays=_why_stays(it, state),
        lines=_lines(service, incident_id, id),
        decides=bearer.touches(it.incident, state.step.target),
    )


def undo_digest(state: ActionState) -> str:
    """Of what a person sees that would be taken back."""
    return state.change.digest(state.step) if state.change else ""


def _waits(it: Shown, step_id: str) -> Pending | None:
    return next((p for p in (*it.plan.pending, *it.plan.declined) if p.step.id == step_id), None)


def _why_stays(it: Shown, state: ActionState) -> str | None:
    """Why it cannot be taken back; empty where it can, None where there is nothing to take back."""
    if state.intended_at is None or state.is_lifted or not state.is_applied or state.change is None:
        return None
    return f"it is {state.handed_to}'s now" if state.handed_to else may_undo(it.incident, state)


def _lines(service: Service, incident_id: str, step_id: str) -> list[object]:
    """The newest first; what was seen again and again, once."""
    mine = [x for x in reversed(service.readings.of(incident_id).lines) if x.step == step_id]
    return [next(same) for _, same in groupby(mine[:_MOST_LINES], key=lambda x: x.said)]
