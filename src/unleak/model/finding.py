"""What was found in bytes, apart from where it was seen."""

from enum import StrEnum

from unleak.model.credential import Credentials
from unleak.model.value import Value


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Confidence(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Place(Value):
    """One line in one version of one file. The commit fields are those of the oldest commit that introduced it there.

    `line` counts from 1. `at_head` is None where there is no history to ask. `via` are the steps from the file to the
    text that was read, outermost first: "zip entry app/.env", "base64". `refs` are the branches and tags whose tips
    still hold it there. `allowed`: a comment on the line says that it may stand there.
    """

    path: str
    line: int
    commit: str | None = None
    author: str | None = None
    date: str | None = None
    at_head: bool | None = None
    via: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    allowed: bool = False


class Live(StrEnum):
    """What AWS said of a credential that was found."""

    YES = "live"
    NO = "dead"
    UNKNOWN = "could not tell"


class Finding(Value):
    """One secret, wherever it was seen. `credentials` is held in memory for verification and never printed.

    `secret_sha256`: first 16 hex digits of the paired 40-character secret, None for anything weaker.
    `fingerprint` survives moved lines and squash merges. `about`: what else the credential tells of itself, in words.
    `canary`: whose bait it is, "" where it is none that is known. `live` is None where AWS was not asked.
    """

    detector: str
    severity: Severity
    confidence: Confidence
    fingerprint: str
    key_id: str | None = None
    account_id: str | None = None
    has_secret: bool = False
    has_session_token: bool = False
    secret_sha256: str | None = None
    places: tuple[Place, ...] = ()
    credentials: Credentials | None = None
    about: str = ""
    canary: str = ""
    live: Live | None = None
