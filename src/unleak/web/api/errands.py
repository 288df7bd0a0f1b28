"""Errands that were set aside: why, and once more."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from unleak.store.inbox import Errand
from unleak.web.api.asked import Asked
from unleak.web.bearer import Admin, Viewer

ROUTER = APIRouter(tags=["errands"])


class Aside(BaseModel):
    id: str
    at: datetime
    tries: int
    why: str


@ROUTER.get("/errands")
def set_aside(service: Asked, bearer: Viewer) -> list[Aside]:
    """What was tried in vain and is not tried again by itself. For bearers of every account only."""
    return [_row(e) for e in service.inbox.aside()] if not bearer.token.accounts else []


@ROUTER.post("/errands/{errand_id}/again", status_code=202)
def again(service: Asked, bearer: Admin, errand_id: str) -> dict[str, str]:
    del bearer
    service.inbox.take_up(errand_id[:64], service.world.clock.now())
    service.woken()
    return {"id": errand_id[:64]}


def _row(errand: Errand) -> Aside:
    return Aside(id=errand.id, at=errand.at, tries=errand.tries, why=errand.told)
