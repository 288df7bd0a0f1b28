"""Whether the credentials that were found still live: each is asked about once, and known bait is left alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.credential import Credentials
from unleak.model.finding import Finding, Live
from unleak.model.value import replace
from unleak.scan.canary import account_in, canary_named, canary_of
from unleak.scan.scanner import Scan

_AT_ONCE = 8
_MOST_SECRETS = 5
WRONG_SECRET = "the id is of a living key, but the secret found with it is not its own"  # noqa: S105  words about one
_TOO_MANY = "not asked: too many secrets were found for this id"


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS said of a credential, in words without anything secret. `arn` is whose it is, where it lives."""

    live: Live
    about: str = ""
    arn: str = ""


Ask = Callable[[Credentials], Answer]
Progress = Callable[[int, int], None]
"""Ids asked about, and how many there are."""


def verify(scan: Scan, ask: Ask, *, ask_canaries: bool = False, progress: Progress = lambda _done, _all: None) -> None:
    """Sets `live` of findings with credentials, and adds to their `about`; `canary` is set where it is known.

    Known bait is asked about only with `ask_canaries`; else its `live` stays None. `ask` is called in threads, never
    for the same id at once, and must not raise.
    """
    scan.findings = [_marked(f) for f in scan.findings]
    by_id: dict[str, dict[Credentials, Finding]] = defaultdict(dict)
    for finding in scan.findings:
        if finding.credentials is not None and (ask_canaries or not finding.canary):
            by_id[finding.credentials.key_id].setdefault(finding.credentials, finding)
    answers: dict[Credentials, Answer] = {}
    pool = ThreadPoolExecutor(_AT_ONCE, "verify")
    try:
        work = [pool.submit(_ask_all, ask, list(secrets)) for secrets in by_id.values()]
        for done, one in enumerate(as_completed(work), 1):
            answers |= one.result()
            progress(done, len(work))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    scan.findings = [_answered(f, answers.get(f.credentials) if f.credentials else None) for f in scan.findings]


def _ask_all(ask: Ask, secrets: Iterable[Credentials]) -> dict[Credentials, Answer]:
    """All of one id, one after the other. A key has one secret: once that is known, the others are not it."""
    answers: dict[Credentials, Answer] = {}
    for one in secrets:
        if any(a.live is Live.YES and known.secret != one.secret for known, a in answers.items()):
            answers[one] = Answer(Live.NO, WRONG_SECRET)
        elif len(answers) >= _MOST_SECRETS:
            answers[one] = Answer(Live.UNKNOWN, _TOO_MANY)
        else:
            answers[one] = ask(one)
    return answers


def _marked(finding: Finding) -> Finding:
    if finding.canary or not finding.key_id or kind_of(finding.key_id) is KeyKind.NOT_A_KEY:
        return finding
    return replace(finding, canary=canary_of(finding.key_id, finding.account_id))


def _answered(finding: Finding, answer: Answer | None) -> Finding:
    if answer is None:
        return finding
    return replace(
        finding,
        live=answer.live,
        about="; ".join(words for words in (finding.about, answer.arn or answer.about) if words),
        account_id=finding.account_id or account_in(answer.arn) or None,
        canary=finding.canary or canary_named(answer.arn),
    )
