"""An inquiry is asked: checked, then stored as an errand, with whoever is to be woken."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from unleak.engine.errands import errand_of
from unleak.engine.inquiries.kind import Kind
from unleak.engine.inquiries.questions import check_trails, options_of
from unleak.intake.notice import Inquiry
from unleak.model.alert import Ground
from unleak.model.errors import NotNow
from unleak.model.incident import Incident
from unleak.respond import World
from unleak.store.inbox import LONG, Errand, Inbox, Received

_MOST_WAITING = 20
"""Of one incident: each may take hours, and of some each question costs."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inquiry that has no answer yet, or never had one; the errand tells why."""

    inquiry: Inquiry
    errand: Errand


def ask(world: World, inbox: Inbox, incident: Incident, kind: Kind, question: Any, who: str) -> str:
    """Its number. The same question that waits already is not asked twice. Raises Misuse for what cannot be asked."""
    kind.check(question)
    options = options_of(kind, question)
    check_trails(world.config, options)
    waits = [w for w in waiting(inbox, incident.id) if not w.errand.is_aside]
    for one in waits:
        if (one.inquiry.what, one.inquiry.options) == (kind.id, options):
            return one.inquiry.mark
    if len(waits) >= _MOST_WAITING:
        raise NotNow(f"{len(waits)} inquiries of this incident wait already", "ask again when they are answered")
    inquiry = Inquiry(incident.id, kind.id, options, who, secrets.token_hex(6))
    errand = errand_of(inquiry, "inquiry", Ground.CLAIM)
    inbox.take(Received(f"inquiry-{inquiry.mark}", "inquiry", world.clock.now(), (), [errand]))
    return inquiry.mark


def waiting(inbox: Inbox, incident_id: str) -> list[Waiting]:
    """The oldest first."""
    found = inbox.not_done(f"{LONG}{incident_id}-")
    return [Waiting(Inquiry(**json.loads(errand.body)["asked"]), errand) for errand in found]
