"""Asks Cost Explorer, with as few requests as possible: each costs a cent.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from unleak.model.bill import Anomaly, Behind, Spending
from unleak.model.errors import AccessDenied, AwsError, CouldNotLook

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts

PERMISSIONS = ("ce:GetCostAndUsage",)
BY_RESOURCE = ("ce:GetCostAndUsageWithResources",)
HISTORY = timedelta(days=63)
"""Nine weeks: four for what is usual, and two turns of the month for what is charged once in it."""
_KEPT = timedelta(days=395)
_RESOURCES_KEPT = timedelta(days=14)
_MOST_PAGES = 60
_METRIC = "UnblendedCost"
_HOME, _HOME_IN_CHINA = "us-east-1", "cn-northwest-1"
_LEFT_OUT = [
    "Credit", "Refund", "Tax", "Support", "SavingsPlanNegation", "Bundled Discount", "Distributor Discount",
    "Enterprise Discount Program Discount", "Private Rate Card Discount", "Solution Provider Program Discount",
]  # fmt: skip
"""What is no use of anything; without them an attacker's machine costs its price, whoever's discount pays for it."""
Ask = Callable[..., Mapping[str, Any]]


def spending(aws: "Accounts", account: str, since: datetime, now: datetime, payer: str = "") -> Spending:
    """From nine weeks before `since` until today. `payer` is asked where the account itself is not let look.

    Raises CouldNotLook where Cost Explorer is not switched on, does not let us, or tells more than is read.
    """
    day, today = since.astimezone(UTC).date(), now.astimezone(UTC).date()
    first = max(day - HISTORY, today - _KEPT)
    asked = {
        "TimePeriod": _period(first, today + timedelta(days=1)),
        "Granularity": "DAILY",
        "Metrics": [_METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": key} for key in ("SERVICE", "REGION")],
        "Filter": {"And": [_only("LINKED_ACCOUNT", account), {"Not": _only("RECORD_TYPE", *_LEFT_OUT)}]},
    }
    try:
        pages = _pages(_ask(aws, account, "get_cost_and_usage"), asked)
        return _told(account, first, today, pages)
    except AccessDenied:
        if not payer or payer == account:
            raise
    return _told(account, first, today, _pages(_ask(aws, payer, "get_cost_and_usage"), asked))


def _ask(aws: "Accounts", account: str, method: str) -> Ask:
    region = _HOME_IN_CHINA if aws.caller_in(account).arn.startswith("arn:aws-cn:") else _HOME
    call = getattr(aws.client(account, "ce", region), method)

    def ask(**arguments: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = call(**arguments)
        except AccessDenied as error:
            raise AccessDenied(str(error), _NOT_LET, code=error.code) from error
        except AwsError as error:
            if error.code != "DataUnavailableException":
                raise
            raise CouldNotLook(f"account {account} has no data in Cost Explorer", _NOT_ON) from error
        return answer

    return ask


_NOT_LET = (
    "grant ce:GetCostAndUsage; where the management account keeps its members out of Cost Explorer, name it as "
    "[organization] management in unleak.toml, or run with its --profile"
)
_NOT_ON = "switch it on in the Billing console of the paying account; the first data take a day"


def _pages(ask: Ask, asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    pages = [ask(**asked)]
    while token := pages[-1].get("NextPageToken"):
        if len(pages) >= _MOST_PAGES:
            raise CouldNotLook(f"Cost Explorer has more than {_MOST_PAGES} pages of this account", "ask since later")
        pages.append(ask(**asked, NextPageToken=token))
    return pages


def _told(account: str, first: date, today: date, pages: list[Mapping[str, Any]]) -> Spending:
    amounts: dict[tuple[str, str], dict[date, float]] = defaultdict(dict)
    estimated, currency = [], ""
    for result in (r for page in pages for r in page.get("ResultsByTime", ())):
        day = date.fromisoformat(result["TimePeriod"]["Start"][:10])
        if result.get("Estimated"):
            estimated.append(day)
        for group in result.get("Groups", ()):
            service, region = group["Keys"]
            amount = group["Metrics"][_METRIC]
            currency = currency or str(amount.get("Unit", ""))
            held = amounts[service, region]
            held[day] = held.get(day, 0.0) + float(amount["Amount"])
    until = today + timedelta(days=1)
    return Spending(account, currency, first, until, dict(amounts), min(estimated, default=None), len(pages))


def by_resource(aws: "Accounts", found: Anomaly, now: datetime) -> Iterator[Behind]:
    """What Cost Explorer itself names, dearest first: an opt-in of the account, 14 days, one request or more.

    https://docs.aws.amazon.com/cost-management/latest/userguide/ce-resource-daily.html
    """
    today = now.astimezone(UTC).date()
    first = max(found.since, today - _RESOURCES_KEPT + timedelta(days=1))
    asked = {
        "TimePeriod": _period(first, today + timedelta(days=1)),
        "Granularity": "DAILY",
        "Metrics": [_METRIC],
        "GroupBy": [{"Type": "DIMENSION", "Key": "RESOURCE_ID"}],
        "Filter": {"And": [_only("SERVICE", found.service), _only("REGION", found.region)]},
    }
    sums: dict[str, float] = defaultdict(float)
    for page in _pages(_ask(aws, found.account, "get_cost_and_usage_with_resources"), asked):
        for group in (g for r in page.get("ResultsByTime", ()) for g in r.get("Groups", ())):
            sums[group["Keys"][0]] += float(group["Metrics"][_METRIC]["Amount"])
    for name, amount in sorted(sums.items(), key=lambda pair: -pair[1]):
        if amount > 0:
            yield Behind(name, f"{amount:,.2f} since {first}", "told by Cost Explorer")


def _period(first: date, until: date) -> dict[str, str]:
    return {"Start": first.isoformat(), "End": until.isoformat()}


def _only(key: str, *values: str) -> dict[str, Any]:
    return {"Dimensions": {"Key": key, "Values": list(values)}}
