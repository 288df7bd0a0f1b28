"""What a GraphQL API asks of everybody who may call it."""

import string

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, begins, written
from unleak.scan.lazy import lazy

_FEWEST_DIFFERENT = 10
_ORDERED = (string.ascii_lowercase + string.digits) * 2
_LONGEST_ORDERED = 6
_SELDOM = "jkqvwxz"
_FEWEST_SELDOM = 4


def _confirm(value: bytes) -> bool:
    """Not in the order of the alphabet, and no word: with a digit in it, or with letters that words seldom have. Of ten
    thousand keys, some three have neither.
    """
    key = value.decode("ascii").removeprefix("da2-")
    starts = range(len(key) - _LONGEST_ORDERED + 1)
    return (
        len(set(key)) >= _FEWEST_DIFFERENT
        and not key.isdecimal()
        and (not key.isalpha() or sum(key.count(letter) for letter in _SELDOM) >= _FEWEST_SELDOM)
        and not any(key[n : n + _LONGEST_ORDERED] in _ORDERED for n in starts)
    )


DETECTOR = Detector(
    id="aws_appsync_api_key",
    title="AWS AppSync API key",
    severity=Severity.MEDIUM,
    vendor="Amazon Web Services",
    family="API Token",
    description="Whoever sends it (x-api-key) may call a GraphQL API whose authorization is API_KEY. It lives for up "
    "to 365 days, and can be prolonged.",
    security_note="Web pages and apps carry it to everybody; AWS means it for development and for public data. It "
    "opens what the API's schema leaves open to API_KEY, which may be more than meant, mutations included.",
    mitigation="`aws appsync delete-api-key --api-id API_ID --id KEY`, and a new one where it is needed. See to it "
    "that the schema leaves nothing to API_KEY that is not public; let users sign in for the rest.",
    references=(
        "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html",
        "https://docs.aws.amazon.com/appsync/latest/APIReference/API_ApiKey.html",
    ),
    pattern=lazy(begins(rb"A-Za-z0-9_-") + rb"(da2-[a-z0-9]{26})(?![A-Za-z0-9_-])"),
    confirm=_confirm,
    label=lazy(rb"(?i)appsync|api_?-?key|graphql"),
    anchor=Anchor(rb"da2-[a-z0-9]{26}", lazy(rb"da2-[a-z0-9]{26}"), before=36, after=4),
    prefixes=(b"da2-",),
    examples=(
        written('  "aws_appsync_apiKey": "da2-', 'rk7vqm3xwhzt5nbyc2gpj4lfse"'),
        written("headers: {'X-Api-Key': 'da2-", "rk7vqm3xwhzt5nbyc2gpj4lfse'}"),
        written("curl -H x-api-key:da2-", "rk7vqm3xwhzt5nbyc2gpj4lfse"),
        written("curl -H x-api-key:da2-", "rkzvqmbxwhztknbycjgpjqlfse"),
    ),
    counter_examples=(
        '  "aws_appsync_apiKey": "da2-xxxxxxxxxxxxxxxxxxxxxxxxxx"',
        '  "aws_appsync_apiKey": "da2-abcdefghijklmnopqrstuvwxyz"',
        "models/da2-metricindoorsmallbenchmarks",
        "models/da2-metric-indoor-small-bench",
        "panda2-rk7vqm3xwhzt5nbyc2gpj4lfse",
    ),
)
