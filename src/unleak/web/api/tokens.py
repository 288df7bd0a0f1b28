"""Tokens of this API, made and ended by admins."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from unleak.store.tokens import Role, Token
from unleak.web.api.asked import Asked, Body
from unleak.web.bearer import Admin, Viewer, check_governs
from unleak.web.log import log
from unleak.web.problems import NotAllowed

ROUTER = APIRouter(tags=["tokens"])
Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]


class TokenRow(BaseModel):
    id: str
    name: str
    role: Role
    accounts: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    ended_at: datetime | None


class NewToken(Body):
    """`accounts`: those that it is for; none means every one."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    role: Role
    accounts: tuple[Account, ...] = ()
    days: int = Field(90, ge=1, le=366)


class Made(BaseModel):
    """`word` is what the bearer shows; it is told this once."""

    token: TokenRow
    word: str


@ROUTER.get("/me")
def me(bearer: Viewer) -> TokenRow:
    """Whose token this is, and what it is for."""
    return _row(bearer.token)


@ROUTER.get("/tokens")
def list_tokens(service: Asked, bearer: Admin) -> list[TokenRow]:
    return [_row(t) for t in service.tokens.all() if bearer.governs(t.accounts)]


@ROUTER.post("/tokens", status_code=201)
def make_token(service: Asked, bearer: Admin, new: NewToken) -> Made:
    if not bearer.governs(new.accounts):
        raise NotAllowed(403, "your token is for some accounts, and this one would be for others", "name some of yours")
    now = service.world.clock.now()
    ends = now + timedelta(days=new.days)
    token, word = service.tokens.make(new.name, new.role, new.accounts, now, ends, bearer.who)
    log("token made", token=token.id, role=token.role.value, who=bearer.who)
    return Made(token=_row(token), word=word)


@ROUTER.delete("/tokens/{token_id}", status_code=204)
def end_token(service: Asked, bearer: Admin, token_id: str) -> None:
    check_governs(service, bearer, token_id[:16])
    service.tokens.end(token_id[:16], service.world.clock.now())
    log("token ended", token=token_id[:16], who=bearer.who)


def _row(token: Token) -> TokenRow:
    return TokenRow(**{name: getattr(token, name) for name in TokenRow.model_fields})
