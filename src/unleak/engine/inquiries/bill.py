"""What the leak costs: by service, region and day, beside the weeks before."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from unleak.aws.accounts import Accounts
from unleak.engine.inquiries.accounts import check_accounts
from unleak.engine.inquiries.kind import Gist, Kind, alone
from unleak.engine.inquiries.standpoint import Standpoint
from unleak.iam.key_id import account_of
from unleak.investigate.calls import call_from_line
from unleak.model.bill import Bill, Spending
from unleak.model.errors import CouldNotLook, Misuse, NoCredentials
from unleak.report.bill import to_json, to_text
from unleak.review.bill import Deeds, bill
from unleak.review.costs import by_resource, spending
from unleak.review.deeds import things_of


@dataclass(frozen=True, slots=True)
class Question:
    """`accounts`: none means all of the incident, else our own. `by_resource`: Cost Explorer is asked for resources."""

    since: datetime | None = None
    accounts: tuple[str, ...] = ()
    by_resource: bool = False


def look(stand: Standpoint, key_id: str, question: Question) -> Bill:
    """Asks Cost Explorer, a cent a question. Raises Misuse where nobody knows since when."""
    leak = _leak(question, stand)
    aws, now = stand.aws(), stand.now()
    told, problems = _spendings(stand, aws, _whose(question.accounts, stand, key_id, aws), leak, now)
    deeds, unread = _deeds(stand, leak)
    found = bill(key_id, leak, now, told, deeds, (*problems, *unread))
    return _with_resources(found, aws, now) if question.by_resource else found


def _leak(question: Question, stand: Standpoint) -> datetime:
    """Where nobody knows when it leaked, a week before the incident: the usual must not hold an attacker's costs."""
    known = stand.known
    leak = question.since or (known and (known.leaked_at or known.suspect_since))
    if not leak:
        raise Misuse("when the key leaked is not known", "say since when it may have cost: --since 2026-11-23")
    return leak if leak.tzinfo else leak.replace(tzinfo=UTC)


def _whose(accounts: tuple[str, ...], stand: Standpoint, key_id: str, aws: Accounts) -> tuple[str, ...]:
    """As named; else where the incident's credentials are; else the key's; else our own."""
    check_accounts(accounts)
    known = stand.known
    of_incident = [o.account for o in known.owners.values()] if known else []
    of_incident += [c.account for c in known.credentials.values()] if known else []
    found = accounts or tuple(of_incident) or (account_of(key_id) or aws.caller.account,)
    return tuple(dict.fromkeys(filter(None, found)))


def _spendings(
    stand: Standpoint, aws: Accounts, accounts: tuple[str, ...], leak: datetime, now: datetime
) -> tuple[list[Spending], tuple[str, ...]]:
    """An account that cannot be looked at is told, and the others are looked at all the same."""
    payer = stand.config.organization.management if stand.config.organization else ""
    told, problems = [], []
    for account in accounts:
        try:
            told.append(spending(aws, account, leak, now, payer))
        except NoCredentials:
            raise
        except CouldNotLook as error:
            problems.append(f"account {account}: {error}" + (f"; {error.hint}" if error.hint else ""))
    return told, tuple(problems)


def _deeds(stand: Standpoint, leak: datetime) -> tuple[Deeds, tuple[str, ...]]:
    """What the record has of the incident: things that were removed cost too."""
    known = stand.known
    if known is None:
        return Deeds(), ()
    try:
        calls = [call_from_line(line) for read in known.calls.values() for line in stand.load(read.exhibit)]
        lines = stand.load(known.descent.exhibit) if known.descent else []
    except CouldNotLook as error:
        return Deeds(), (f"what the incident brought about: {error}",)
    return Deeds(things_of(lines), [c for c in calls if c.at >= leak]), ()


def _with_resources(found: Bill, aws: Accounts, now: datetime) -> Bill:
    named, problems = [], list(found.problems)
    for anomaly in found.anomalies:
        try:
            more = tuple(by_resource(aws, anomaly, now))
            named.append(replace(anomaly, named=more))
        except CouldNotLook as error:
            problems.append(f"the resources behind {anomaly.service} in {anomaly.region}: {error}")
            named.append(anomaly)
    asked = found.requests + len(found.anomalies)
    return replace(found, anomalies=tuple(named), problems=tuple(problems), requests=asked)


def gist(found: Bill) -> Gist:
    count = len(found.anomalies)
    above = f"{count} costs out of the usual, {found.above:,.2f} {found.currency} above it"
    return Gist(above if count else "nothing out of the usual", bool(count), found.problems, found.accounts)


KIND = Kind(
    "bill",
    "bill",
    "What the leak costs, and what stands behind it",
    Question,
    Bill,
    look,
    gist,
    {"text": alone(to_text), "json": alone(to_json)},
    lambda question: check_accounts(question.accounts),
)
