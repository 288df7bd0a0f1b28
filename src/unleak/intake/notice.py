"""A sender's message, authenticated → what it says of leaked keys. One file a sender; it only authenticates and parses.

A sender answers for its signature scheme; that a message comes twice is seen by the service, from `Heard.id`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from unleak.intake.reported import Reported
from unleak.model.alert import Ground
from unleak.model.errors import UnleakError

REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
REF = re.compile(r"refs/(?:heads|tags)/[^\x00-\x20\x7f~^:?*\[\\]{1,255}")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""What a name of a repository, a branch or tag, and a commit may be, whoever says it."""


class Reason(StrEnum):
    """Why a request was refused: the word that the sender reads, and the label that the operator counts."""

    NOT_CONFIGURED = "not_configured"
    NOT_SIGNED = "not_signed"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    KEYS_UNREACHABLE = "keys_unreachable"
    TOO_OLD = "too_old"
    REPLAYED = "replayed"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    NOT_JSON = "not_json"
    NOT_UNDERSTOOD = "not_understood"
    NO_SUCH_SENDER = "no_such_sender"
    STORE_UNREACHABLE = "store_unreachable"


class Refused(UnleakError):
    """The message was not taken, and nothing of it is kept. Its words hold nothing of the body."""

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Message:
    """One request as it came: `body` raw, since that is what is signed; names of `headers` in lower case."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """A branch or tag moved: what lies between is to be fetched and scanned. `before` is forty zeros for a new one.

    `repository` is `owner/name`; `url` is where git fetches it; `who` pushed.
    """

    repository: str
    url: str
    ref: str
    before: str
    after: str
    who: str = ""
    public: bool | None = None


@dataclass(frozen=True, slots=True)
class HostAlert:
    """An alert of secret scanning at GitHub, which holds neither the secret nor its places: both are asked of `url`.

    `url` is the alert's own, in the REST API of the host that was signed for.
    """

    repository: str
    url: str
    number: int
    public: bool | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a repository is to be scanned: strangers may read it from now on, or somebody asked for it.

    `mark` makes it another errand than the last time.
    """

    repository: str
    url: str
    who: str = ""
    public: bool | None = True
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic asks whether we want what it sends: `url`, on AWS's own host, is to be fetched once."""

    topic: str
    url: str


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A long look at an incident that somebody asked for: `what` is its kind, `options` are that kind's own, as JSON.

    `mark` is its number: with it, the same question is asked anew.
    """

    incident: str
    what: str
    options: Mapping[str, Any]
    who: str
    mark: str


Errand = Push | HostAlert | Whole | Subscription | Inquiry
"""What must be fetched before there is an alert, or a sender goes on sending; and what somebody wants to know."""


def ground_of(reported: Reported, ground: Ground) -> Ground:
    """A found secret is more than a claim, and less than anybody's better word."""
    claimed = ground is Ground.CLAIM and reported.credentials is not None
    return Ground.FOUND_SECRET if claimed else ground


@dataclass(frozen=True, slots=True)
class Heard:
    """What an authenticated message says. `id` is the same whenever the same message comes again, and made of what is
    signed. `who` is the sender, in words, `reason` what it says, in words. `passed_over`: what names no AWS key, each
    with its reason.

    `ground` is what its word is worth for a key id. `answer`: where the sender's protocol wants more than "taken", the
    JSON that it is given.
    """

    id: str
    who: str
    ground: Ground
    reports: tuple[Reported, ...] = ()
    errands: tuple[Errand, ...] = ()
    passed_over: tuple[str, ...] = ()
    leaked_at: datetime | None = None
    answer: object = None
    reason: str = ""

    def ground_of(self, reported: Reported) -> Ground:
        return ground_of(reported, self.ground)


@dataclass(frozen=True, slots=True)
class Access:
    """What a sender is checked with. `settings` are those of `[hooks.<id>]`, secrets among them; `fetch` gets a small
    file from an https address, and raises CouldNotLook.
    """

    settings: Mapping[str, str] = field(repr=False)
    fetch: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Sender:
    """`id` is its setting `[hooks.<id>]` and its path `/hooks/<id>`. `needs` and `takes` are settings: those without
    which it refuses everything, and those that it may have; each with its meaning.

    `hear` raises Refused, and nothing else.
    """

    id: str
    title: str
    needs: Mapping[str, str]
    takes: Mapping[str, str]
    references: tuple[str, ...]
    hear: Callable[[Message, Access], Heard]
