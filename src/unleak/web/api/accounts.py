"""Accounts: would a containment work there, what is going on in them, and how did the last drill end."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel

from unleak.model.plan import Tri
from unleak.model.readiness import Drilled
from unleak.web import accounts
from unleak.web.api.asked import Asked, Document
from unleak.web.bearer import Responder, Viewer

ROUTER = APIRouter(tags=["accounts"])
AccountNumber = Annotated[str, Path(pattern=r"^[0-9]{12}$")]


class CheckRow(BaseModel):
    """`account` is empty for what all accounts share."""

    account: str
    what: str
    verdict: Tri
    detail: str
    hint: str


class CheckOf(BaseModel):
    """`who` asked for it; `place` is the machine that looked."""

    at: datetime
    who: str
    place: str
    rows: list[CheckRow]


class DrillOf(BaseModel):
    """Of `wanted` calls, so many were `accepted` before containment, and `refused` after it: all must be both."""

    technique: str
    at: datetime
    who: str
    place: str
    passed: bool
    wanted: int
    accepted: int
    refused: int
    said: str
    seconds: dict[str, float]


class AccountRow(BaseModel):
    """`ready`: as the last check found, with `why` where it is not yes; `not_known` without a check of the last 7 days.

    `incidents`: how many stand how; `open_incidents`: those that nobody has closed.
    """

    account: str
    configured: bool
    ready: Literal["yes", "no", "could_not_look", "not_known"]
    why: tuple[str, ...]
    open_incidents: int
    incidents: dict[str, int]
    check: CheckOf | None
    drill: DrillOf | None


class AccountsList(Document):
    """`drill`: the last one in the embedded AWS."""

    schema_: Literal["unleak.accounts/1"] = "unleak.accounts/1"
    accounts: list[AccountRow]
    drill: DrillOf | None


class CheckAsked(BaseModel):
    """`errand`: what a worker does now; the account's `check` is newer when it is done."""

    account: str
    errand: str


@ROUTER.get("/accounts")
def list_accounts(service: Asked, bearer: Viewer) -> AccountsList:
    """Those that are configured, and those of incidents and checks."""
    listed = [_row(one) for one in accounts.accounts(service, bearer)]
    return AccountsList(accounts=listed, drill=_drill(accounts.embedded_drill(service)))


@ROUTER.post("/accounts/{account}/check", status_code=202)
def check(service: Asked, bearer: Responder, account: AccountNumber) -> CheckAsked:
    """As `unleak setup check --account`, by a worker. It changes nothing in the account."""
    return CheckAsked(account=account, errand=accounts.ask_for_check(service, bearer, account))


def _row(one: accounts.Account) -> AccountRow:
    check = CheckOf.model_validate(one.check, from_attributes=True) if one.check else None
    named = {name: getattr(one, name) for name in AccountRow.model_fields if name not in {"check", "drill"}}
    return AccountRow(**named, check=check, drill=_drill(one.drill))


def _drill(drill: Drilled | None) -> DrillOf | None:
    return DrillOf(**{name: getattr(drill, name) for name in DrillOf.model_fields}) if drill else None
