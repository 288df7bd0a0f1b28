"""`POST /hooks/<sender>`: authenticated, parsed, stored; only then answered.

1. The body is read, no larger and no slower than it may be (`body`).
2. The sender's own file checks and parses it.
3. Where it is refused, an address that was refused too often hears no more than that. What is signed is always heard.
4. Its alerts and errands are stored with the message's number, in one transaction with who is to be woken.
5. Where it brought a secret, the key is tried now: the secret is in this process only, and nowhere else.
6. The answer.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from unleak.engine.errands import errand_of
from unleak.engine.local import first_committed, incident_id_of, opening
from unleak.intake.notice import Access, Heard, Message, Reason, Refused, Sender
from unleak.intake.reported import Reported
from unleak.model.alert import Alert
from unleak.model.entry import Opened
from unleak.model.errors import CouldNotLook
from unleak.store.inbox import Known, Received, Taken
from unleak.web.log import log
from unleak.web.service import Service

SCHEMA = "unleak.taken/1"


def hooks(service: Service) -> APIRouter:
    router = APIRouter()

    @router.post("/hooks/{sender_id}", include_in_schema=False)
    async def hook(sender_id: str, request: Request) -> JSONResponse:
        begun = time.perf_counter()
        address = request.client.host if request.client else ""
        counted = sender_id if sender_id in service.senders else "unknown"
        try:
            answer = await _hear(service, sender_id, request)
        except Refused as refused:
            why = _too_many(service, address, refused)
            service.counts.messages.labels(counted, why.reason.value).inc()
            log("refused", sender=counted, reason=why.reason.value, address=address, said=str(why))
            raise why from refused
        service.counts.messages.labels(counted, "taken").inc()
        service.counts.answered.labels(counted).observe(time.perf_counter() - begun)
        return answer

    return router


def _too_many(service: Service, address: str, refused: Refused) -> Refused:
    """The same, or that it was too often; what is not the sender's fault does not count."""
    if refused.reason in {Reason.REPLAYED, Reason.STORE_UNREACHABLE, Reason.KEYS_UNREACHABLE}:
        return refused
    if service.strangers.spend(address):
        return refused
    return Refused(Reason.TOO_MANY, "too much from this address was refused", "wait a minute")


async def _hear(service: Service, sender_id: str, request: Request) -> JSONResponse:
    sender = service.senders.get(sender_id)
    if sender is None:
        raise Refused(Reason.NO_SUCH_SENDER, "there is no such sender", f"there are {', '.join(service.senders)}")
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    return await run_in_threadpool(_take, service, sender, Message(body, headers, service.world.clock.now()))


def _take(service: Service, sender: Sender, message: Message) -> JSONResponse:
    heard = sender.hear(message, access_of(service, sender))
    taken = take(service, sender.id, heard, message.at)
    log("taken", sender=sender.id, opened=taken.opened, joined=taken.joined, known=taken.known, errands=taken.errands)
    document: Any = heard.answer
    if document is None:
        document = {
            "schema": SCHEMA,
            "incidents": [*taken.opened, *taken.joined, *taken.known],
            "errands": taken.errands,
            "passed_over": heard.passed_over,
        }
    return JSONResponse(document, 202)


def access_of(service: Service, sender: Sender) -> Access:
    """Raises Refused where the sender is not configured: it is told as little as one that does not exist."""
    settings = service.listening.hooks.get(sender.id)
    missing = [need for need in sender.needs if settings is None or need not in settings]
    if settings is None or missing:
        raise Refused(Reason.NOT_CONFIGURED, f"{sender.id} is not configured here", f"set [hooks.{sender.id}]")
    return Access(settings, service.fetch)


def take(service: Service, source: str, heard: Heard, at: datetime) -> Taken:
    """Stores what was heard, once. Raises Refused where it was taken before, or could not be stored."""
    alerts = list(alerts_of(source, heard, at))
    message = sha256(f"{source}\0{heard.id}".encode()).hexdigest()
    errands = [errand_of(errand, source, heard.ground) for errand in heard.errands]
    for report in heard.reports:
        if report.credentials is not None:
            service.world.vault.put(report.credentials)
    try:
        taken = service.inbox.take(Received(message, source, at, _openings(service, alerts), errands))
    except Known:
        _try_again(service, heard)
        raise Refused(Reason.REPLAYED, "this message was taken before", "nothing is to be done") from None
    except CouldNotLook as error:
        raise Refused(Reason.STORE_UNREACHABLE, str(error), error.hint) from error
    for what in ("opened", "joined", "known"):
        service.counts.alerts.labels(source, what).inc(len(getattr(taken, what)))
    service.woken()
    _try(service, heard.reports)
    return taken


def alerts_of(source: str, heard: Heard, at: datetime) -> Iterable[Alert]:
    for report in heard.reports:
        yield Alert(
            report.key_id,
            heard.ground_of(report),
            source,
            at,
            heard.who,
            heard.reason,
            heard.leaked_at or first_committed(report.places, at),
            report.places,
            report.public,
        )


def _openings(service: Service, alerts: Iterable[Alert]) -> list[tuple[str, Opened]]:
    mode = service.listening.service.mode
    return [(incident_id_of(a.key_id), opening(a, mode)) for a in alerts]


def _try(service: Service, reports: Iterable[Reported]) -> None:
    for report in reports:
        if report.credentials is not None:
            service.try_now(incident_id_of(report.key_id))


def _try_again(service: Service, heard: Heard) -> None:
    """Where this process was ended between storing and trying: the sender has brought the secret once more."""
    for report in heard.reports:
        if not service.readings.of(incident_id_of(report.key_id)).incident.tried:
            _try(service, [report])
