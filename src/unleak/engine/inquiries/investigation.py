"""What the key did, everywhere, and what did every credential that came from it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from unleak.engine.inquiries.kind import Gist, Kind, alone
from unleak.engine.inquiries.standpoint import Standpoint
from unleak.engine.inquiries.trails import sources_of, time_before
from unleak.investigate.run import Tell, Wish, investigate
from unleak.investigate.sigma.rule import Loaded
from unleak.investigate.sigma.rules import load
from unleak.investigate.trail.opened import Opened
from unleak.model.errors import Misuse
from unleak.model.incident import Incident
from unleak.model.investigation import Investigation
from unleak.playbook import playbook
from unleak.report.investigation import FORMATS
from unleak.report.investigation.words import counted


@dataclass(frozen=True, slots=True)
class Question:
    """`trails`: none means the configured ones. `since` and `until` bound what is fetched. `verify`: files from S3 are
    held against CloudTrail's signed digests.
    """

    trails: tuple[str, ...] = ()
    leaked_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    account: str = ""
    verify: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What only a person at this machine may ask for: rules beside our own, a file of calls, and how far it is."""

    rules: tuple[Loaded, ...] = ()
    evidence: Path | None = None
    tell: Tell = field(default_factory=Tell)


def look(stand: Standpoint, key_id: str, question: Question, beside: Beside = Beside()) -> Investigation:
    """Raises CouldNotLook where a source as a whole does not answer; the rest of what is not known is in the answer."""
    home = stand.config.home / "trail"
    leak = question.leaked_at or stand.leaked_at
    sources = sources_of(stand, key_id, question.account, question.trails)
    wish = Wish(
        key_id,
        home,
        leak,
        question.since or time_before(leak),
        question.until,
        beside.rules or rules_of((), home),
        beside.evidence,
        tell=beside.tell,
        our_requests=stand.our_requests,
    )
    found = investigate(_verifying(wish, sources, stand) if question.verify else wish, sources, stand.now())
    return replace(found, contained_at=contained_at(stand.known) if stand.known else None)


def rules_of(folders: tuple[Path, ...], home: Path) -> tuple[Loaded, ...]:
    """Our own, and those of folders."""
    cache = home / "rules"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    cache.mkdir(exist_ok=True, mode=0o700)
    return (load(cache=cache), *(load(folder, cache) for folder in folders))


def contained_at(incident: Incident) -> datetime | None:
    """Since when all that was done holds; None while something is open."""
    now = incident.updated_at or datetime.now(UTC)
    verdicts = [a.verdict for a in incident.actions.values() if a.verdict is not None and a.holds]
    since = [v.since for v in verdicts if v.since is not None]
    return max(since, default=None) if playbook(incident, now).contained else None


def _verifying(wish: Wish, sources: Opened, stand: Standpoint) -> Wish:
    if not sources.trails:
        raise Misuse("--verify checks files from S3", "give --trail s3://BUCKET/PREFIX")
    from unleak.investigate.integrity import told  # noqa: PLC0415  it needs an extra, and nothing else here does

    return replace(wish, integrity=lambda: told(sources.trails, stand.aws(), wish.since, wish.until))


def gist(found: Investigation) -> Gist:
    stands = sum(r.state != "removed" for r in found.remaining)
    said = (
        f"{counted(len(found.calls), 'call')} of an attacker with {counted(len(found.credentials), 'credential')}, "
        f"{counted(stands, 'thing')} of theirs may stand"
    )
    unseen = (*found.seen.problems, *filter(None, (found.capped,)))
    return Gist(said if found.calls else "no call of an attacker is seen", bool(found.calls), unseen)


KIND = Kind(
    "investigation",
    "investigate",
    "What the key did, and every credential that came from it",
    Question,
    Investigation,
    look,
    gist,
    {name: alone(form) for name, form in FORMATS.items()},
)
