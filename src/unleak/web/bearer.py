"""Who asks: the bearer of a token, what that person or program may do, and on which accounts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from unleak.intake.notice import Reason, Refused
from unleak.model.entry import Answered
from unleak.model.incident import Incident
from unleak.model.plan import Target
from unleak.store.tokens import Kind, Role, Token
from unleak.web.overview import account_of_incident
from unleak.web.problems import NotAllowed, NotThere
from unleak.web.service import Service

_SCHEME = HTTPBearer(auto_error=False, description="A token of `unleak token make`.")


@dataclass(frozen=True, slots=True)
class Bearer:
    """`who` stands in the record beside whatever this bearer decides."""

    token: Token

    @property
    def who(self) -> str:
        return self.token.name

    def sees(self, account: str) -> bool:
        """A bearer of some accounts does not see what nobody can say whose it is."""
        return not self.token.accounts or account in self.token.accounts

    def sees_all_of(self, answered: Answered) -> bool:
        """An answer may tell of other accounts than its incident's."""
        return all(map(self.sees, answered.accounts))

    def governs(self, accounts: tuple[str, ...]) -> bool:
        """Whether this admin may make, see and end a token for these accounts: nobody hands on more than they have."""
        mine = self.token.accounts
        return not mine or (bool(accounts) and set(accounts) <= set(mine))

    def touches(self, incident: Incident, target: Target) -> bool:
        return self.sees(target.account or account_of_incident(incident))

    def check_touches(self, incident: Incident, *targets: Target) -> None:
        """An incident leads into other accounts, and a target may be named in any. Raises NotAllowed."""
        for target in targets:
            if not self.touches(incident, target):
                raise NotAllowed(403, f"{target.id[:200]} is in an account that you are not for", "ask who is")

    def check_decides(self, incident: Incident, step_id: str) -> None:
        """As `check_touches`, of a change that was shown."""
        if step_id in incident.actions:
            self.check_touches(incident, incident.actions[step_id].step.target)

    def check_restores(self, incident: Incident) -> None:
        """As `check_touches`, of all that a restore may lift."""
        self.check_touches(incident, *(a.step.target for a in incident.actions.values() if a.is_applied))

    def check_role(self, role: Role) -> None:
        """Raises NotAllowed."""
        if not self.token.role.may(role):
            has = self.token.role.value
            raise NotAllowed(403, f"this takes the role {role.value}, and the token has {has}", "ask for it")

    def check_steers(self, incident: Incident) -> None:
        """How far the loop goes, and that it is over, is so for every account that the incident leads into. Raises
        NotAllowed.
        """
        led_into = {c.account for c in incident.credentials.values()}
        led_into |= {a.step.target.account for a in incident.actions.values()}
        if others := sorted(account for account in led_into if account and not self.sees(account)):
            said = f"the incident leads into {', '.join(others[:5])}, which you are not for"
            raise NotAllowed(403, said, "ask who is for all of its accounts")


def bearer_with(role: Role) -> Callable[..., Bearer]:
    """A dependency of a route: whoever has at least this role. Raises NotAllowed, and Refused where it is too often."""

    def bearer(
        request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)] = None
    ) -> Bearer:
        service: Service = request.app.state.service
        address = request.client.host if request.client else ""
        token = service.tokens.of(shown.credentials) if shown else None
        if token is None or not token.is_good(service.world.clock.now()):
            if not service.strangers.spend(address):
                raise Refused(Reason.TOO_MANY, "too much from this address was refused", "wait a minute")
            raise NotAllowed(401, "there is no good token in this request", "send `Authorization: Bearer TOKEN`")
        if not service.bearers.spend(token.id):
            raise Refused(Reason.TOO_MANY, "this token asks too often", "wait a minute")
        found = Bearer(token)
        found.check_role(role)
        return found

    return bearer


Viewer = Annotated[Bearer, Depends(bearer_with(Role.VIEWER))]
Responder = Annotated[Bearer, Depends(bearer_with(Role.RESPONDER))]
Approver = Annotated[Bearer, Depends(bearer_with(Role.APPROVER))]
Admin = Annotated[Bearer, Depends(bearer_with(Role.ADMIN))]


def seen(service: Service, bearer: Bearer, incident_id: str) -> Incident:
    """Raises NotThere where there is none, or none for this bearer."""
    incident = service.readings.of(incident_id).incident
    if not incident.seq or not bearer.sees(account_of_incident(incident)):
        raise NotThere(f"there is no incident {incident_id[:64]}", "GET /api/v1/incidents lists them")
    return incident


def check_governs(service: Service, bearer: Bearer, token_id: str) -> None:
    """Raises NotThere for a token or a session that is none of this admin's."""
    if bearer.token.accounts and not any(t.id == token_id and bearer.governs(t.accounts) for t in _every(service)):
        raise NotThere(f"there is no token {token_id}", "GET /api/v1/tokens lists them")


def _every(service: Service) -> list[Token]:
    return [t for kind in Kind for t in service.tokens.all(kind)]
