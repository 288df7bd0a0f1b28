"""Findings as their bearers may see them, and what people say of them: for the API and the pages alike."""

from datetime import UTC, datetime

from unleak.iam.key_id import account_of
from unleak.model.errors import Misuse
from unleak.scan.words import without_secret
from unleak.store.findings import Found, Said, Sees, Word
from unleak.web.bearer import Bearer
from unleak.web.log import log
from unleak.web.problems import NotThere
from unleak.web.service import Service


def sees(service: Service, bearer: Bearer) -> Sees | None:
    """None: all. Where a key does not tell its account, its incident may have found out."""
    if not bearer.token.accounts:
        return None
    silent = (r for r in service.overview.rows() if account_of(r.key_id) is None)
    return Sees(bearer.token.accounts, tuple(r.id for r in silent if bearer.sees(r.account)))


def found(service: Service, bearer: Bearer, finding_id: str) -> Found:
    """Raises NotThere where there is none, or none for this bearer."""
    one = service.findings.one(finding_id, service.world.clock.now(), sees(service, bearer))
    if one is None:
        raise NotThere(f"there is no finding {finding_id[:32]}", "GET /api/v1/findings lists them")
    return one


def say(
    service: Service, bearer: Bearer, finding_id: str, word: Word, why: str, until: datetime | None = None
) -> Found:
    """In the bearer's name. It changes what is shown, and nothing of what is done about the key."""
    found(service, bearer, finding_id)
    now = service.world.clock.now()
    said = Said(word, bearer.who, without_secret(why), now, _in_utc(until))
    service.findings.say(finding_id, said)
    log("finding", finding=finding_id, said=word.value, who=bearer.who)
    return found(service, bearer, finding_id)


def _in_utc(until: datetime | None) -> datetime | None:
    try:
        return until.astimezone(UTC) if until else None
    except OverflowError as error:
        raise Misuse("that time is beyond the calendar", "leave it out: then it is for ever") from error
