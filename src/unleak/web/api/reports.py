"""`POST /api/v1/reports`: what a scanner found, or AWS's mail, handed over by a person or a pipeline."""

from hashlib import sha256

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from unleak.intake.notice import Heard
from unleak.intake.reading import read
from unleak.model.alert import Ground
from unleak.web.api.asked import Asked
from unleak.web.bearer import Bearer, Responder
from unleak.web.hooks import take
from unleak.web.problems import NotAllowed
from unleak.web.service import Service

ROUTER = APIRouter(tags=["reports"])


class Taken(BaseModel):
    """`passed_over`: what names no key that can be responded to, each with its reason."""

    tool: str
    incidents: list[str]
    passed_over: list[str]


@ROUTER.post("/reports", status_code=202)
async def report(service: Asked, bearer: Responder, request: Request) -> Taken:
    """The body is the report as its tool wrote it. It proves nothing: a key id in it changes nothing, and a secret
    counts once AWS has accepted it. It may name keys of any account: a token of some accounts may not hand it over.
    """
    if bearer.token.accounts:
        raise NotAllowed(403, "a report may name keys of any account, and the token is for some", "ask for one for all")
    body = await request.body()
    return await run_in_threadpool(_take, service, bearer, body)


def _take(service: Service, bearer: Bearer, body: bytes) -> Taken:
    said = read(body)
    heard = Heard(sha256(body).hexdigest(), bearer.who, Ground.CLAIM, said.found)
    taken = take(service, f"report of {said.tool or 'a scanner'}", heard, service.world.clock.now())
    return Taken(
        tool=said.tool,
        incidents=[*taken.opened, *taken.joined, *taken.known],
        passed_over=list(said.passed_over),
    )
