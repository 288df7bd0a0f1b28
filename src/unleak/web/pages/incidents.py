"""The list of incidents: what waits for a person comes first to the eye, filters live in the address."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from unleak.model.plan import Mode
from unleak.web.api.asked import Asked
from unleak.web.overview import STATES, Row
from unleak.web.pages.looks import shared
from unleak.web.pages.visitor import Viewer

ROUTER = APIRouter()
_A_PAGE = 50


@ROUTER.get("/incidents")
def incidents_page(
    request: Request, service: Asked, bearer: Viewer, state: str = "", mode: str = "", account: str = "", q: str = "",
    after: str = "",
) -> Response:  # fmt: skip
    """Newest first. `q` is a part of the key's id, the owner or a source; `after` the last one of the page before."""
    listed = service.overview.listed()

    def tell() -> Mapping[str, Any]:
        visible = [r for r in listed.rows if bearer.sees(r.account)]
        return _told(visible, state, mode, account, q, after, service.world.clock.now())

    return shared(request, bearer, service.kept, listed.turn, "incidents.html", tell)


def _told(
    visible: list[Row], state: str, mode: str, account: str, q: str, after: str, now: datetime
) -> Mapping[str, Any]:  # fmt: skip
    fitting = [r for r in visible if r.fits(account, q.strip()) and mode in {"", r.mode}]
    chosen = [r for r in fitting if not state or r.state == state]
    begun = next((n for n, r in enumerate(chosen, 1) if r.id == after), 0)
    shown = chosen[begun : begun + _A_PAGE]
    return {
        "rows": shown,
        "counts": {s: sum(r.state == s for r in fitting) for s in STATES},
        "count": len(chosen),
        "all": len(visible),
        "begun": begun,
        "next": shown[-1].id if begun + _A_PAGE < len(chosen) else "",
        "modes": list(Mode),
        "accounts": sorted({r.account for r in visible if r.account})[:200],
        "asked": {"state": state, "mode": mode, "account": account, "q": q},
        "age": lambda at: _age(at, now),
    }


def _age(at: datetime, now: datetime) -> timedelta:
    return max(now - at, timedelta())
