"""What stands in the account, in every region: by the incident, since the leak, or older."""

from dataclasses import dataclass, replace
from datetime import datetime

from unleak.aws.accounts import Accounts
from unleak.config import check_region
from unleak.engine.inquiries.accounts import check_accounts
from unleak.engine.inquiries.kind import Gist, Kind, alone
from unleak.engine.inquiries.review_facts import DESCENT, Known, known
from unleak.engine.inquiries.standpoint import Standpoint
from unleak.iam.key_id import account_of
from unleak.investigate.run import Tell as TrailTell
from unleak.model.errors import Misuse
from unleak.model.review import Age, Review, Unseen
from unleak.report.review import to_html, to_json, to_text
from unleak.review import CHECKS
from unleak.review.check import ReviewCheck
from unleak.review.run import Tell, Wish, review


def _nobody(_done: int, _all: int, _what: str) -> None:
    """Nobody is told how far it is."""


@dataclass(frozen=True, slots=True)
class Question:
    """Without `trails` the record is asked what the key brought about. `accounts`: none means the key's."""

    trails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    organization: bool = False
    since: datetime | None = None
    regions: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def look(stand: Standpoint, key_id: str, question: Question) -> Review:
    """First what is known, then what stands."""
    check(question)
    return look_around(stand, key_id, question, known_of(stand, key_id, question))


def look_around(stand: Standpoint, key_id: str, question: Question, known: Known, tell: Tell = _nobody) -> Review:
    """Whatever could not be looked at is in the answer, also what the trail, or the incident, could not tell."""
    aws = stand.aws()
    accounts = _accounts(stand, aws, key_id, question)
    wish = Wish(accounts, checks_of(question.checks), known.since, key_id, question.regions, known.facts, tell=tell)
    found = review(wish, aws, stand.now())
    untold = (Unseen(DESCENT, _home(stand, key_id), "global", why) for why in known.problems)
    return replace(found, unseen=(*found.unseen, *untold))


def known_of(stand: Standpoint, key_id: str, question: Question, tell: TrailTell | None = None) -> Known:
    """When the key leaked, and what it brought about."""
    first = question.accounts[0] if question.accounts else ""
    return known(stand, key_id, question.since, question.trails, first, tell or TrailTell())


def check(question: Question) -> None:
    """Raises Misuse, before hours of work and not after."""
    checks_of(question.checks)
    check_accounts(question.accounts)
    for region in question.regions:
        check_region(region)


def checks_of(names: tuple[str, ...]) -> tuple[ReviewCheck, ...]:
    """All where none is named. Raises Misuse for what is none."""
    known = {check.id for check in CHECKS}
    for name in names:
        if name not in known:
            raise Misuse(f"there is no check {name!r}", f"there are {', '.join(sorted(known))}")
    return tuple(check for check in CHECKS if not names or check.id in names)


def _accounts(stand: Standpoint, aws: Accounts, key_id: str, question: Question) -> tuple[str, ...]:
    """Raises Misuse for what is no account, and where no organisation is configured."""
    if question.organization:
        if stand.config.organization is None:
            raise Misuse("no organisation is configured", "name its role in unleak.toml ([organization]), or --account")
        return tuple(sorted({*aws.members, *question.accounts}))
    return question.accounts or (_home(stand, key_id) or aws.caller.account,)


def _home(stand: Standpoint, key_id: str) -> str:
    owner = stand.known.owner if stand.known else None
    return (owner.account if owner else "") or account_of(key_id) or ""


def gist(found: Review) -> Gist:
    ours, new = len(found.of(Age.BY_INCIDENT)), len(found.of(Age.SINCE_LEAK))
    old = len(found.judged) - ours - new
    said = f"{ours:,} by the incident, {new:,} since the leak, {old:,} older or undated"
    unseen = [f"{u.check} in {u.account} {u.region}: {u.why}" for u in found.unseen]
    return Gist(said, bool(found.worries), unseen, found.accounts)


KIND = Kind(
    "review",
    "review",
    "What stands in the account, in every region",
    Question,
    Review,
    look,
    gist,
    {"text": alone(to_text), "json": alone(to_json), "html": alone(to_html)},
    check,
)
