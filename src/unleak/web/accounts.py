"""Every account that is known: would a containment work there, what is going on, how did the last drill end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from unleak.engine.errands import errand_of
from unleak.engine.readiness import Check
from unleak.model.alert import Ground
from unleak.model.errors import UnleakError
from unleak.model.readiness import Checked, Drilled
from unleak.store.inbox import Known, Received
from unleak.web.bearer import Bearer
from unleak.web.log import log
from unleak.web.problems import NotThere
from unleak.web.service import Service

_NEVER = "it was never checked"
_TOO_OLD = "the last check is too old"


@dataclass(frozen=True, slots=True)
class Account:
    """`ready`: yes, no or could_not_look, as the last check found; not_known where there is none, or an old one.

    `why`: what is not as it should be. `incidents`: how many stand how. `configured`: unleak is told of it.
    """

    account: str
    configured: bool
    ready: str
    why: tuple[str, ...]
    check: Checked | None = None
    drill: Drilled | None = None
    incidents: dict[str, int] = field(default_factory=dict)

    @property
    def open_incidents(self) -> int:
        return sum(number for state, number in self.incidents.items() if state != "closed")


def accounts(service: Service, bearer: Bearer) -> list[Account]:
    """By number, those that the bearer may see. Nothing is asked of AWS."""
    checks, drills, now = service.readiness.checks(), service.readiness.drills(), service.world.clock.now()
    incidents: dict[str, Counter[str]] = {}
    for row in service.overview.rows():
        incidents.setdefault(row.account, Counter())[row.state] += 1
    configured = set(_configured(service))
    known = {*configured, *checks, *drills, *incidents} - {""}
    return [
        _account(
            a, is_configured=a in configured, check=checks.get(a), drill=drills.get(a),
            incidents=incidents.get(a, Counter()), now=now,
        )
        for a in sorted(known) if bearer.sees(a)
    ]  # fmt: skip


def embedded_drill(service: Service) -> Drilled | None:
    """The last one that was fought in the embedded AWS, which is no account of anybody."""
    return service.readiness.drills().get("")


def ask_for_check(service: Service, bearer: Bearer, account: str) -> str:
    """An errand for a worker; its id. Asked twice in a minute, it is one. Raises NotThere for an account that is not
    known, where no organisation is configured that may have it.
    """
    listed = {one.account for one in accounts(service, bearer)}
    if not bearer.sees(account) or (account not in listed and service.world.config.organization is None):
        raise NotThere(f"there is no account {account}", "GET /api/v1/accounts lists them")
    now = service.world.clock.now()
    errand = errand_of(Check(account, bearer.who, f"{now:%Y-%m-%dT%H:%M}"), "api", Ground.PERSON)
    with suppress(Known):
        service.inbox.take(Received(f"check-{errand[0][:50]}", "api", now, (), [errand]))
    service.woken()
    log("check asked for", account=account, who=bearer.who)
    return errand[0]


def _configured(service: Service) -> Iterator[str]:
    yield from service.world.config.accounts
    with suppress(UnleakError):
        yield service.world.aws.caller.account


def _account(
    account: str, *, is_configured: bool, check: Checked | None, drill: Drilled | None, incidents: Counter[str],
    now: datetime,
) -> Account:  # fmt: skip
    if check is None or not check.is_known(now):
        missing = _NEVER if check is None else _TOO_OLD
        return Account(account, is_configured, "not_known", (missing,), check, drill, dict(incidents))
    return Account(account, is_configured, check.verdict.value, check.why, check, drill, dict(incidents))
