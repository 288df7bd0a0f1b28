"""What the key, and every credential that came of it, did to data, and what was there before."""

from dataclasses import dataclass, field
from datetime import datetime

from unleak.engine.inquiries.kind import Gist, Kind, alone
from unleak.engine.inquiries.standpoint import Standpoint
from unleak.engine.inquiries.trails import sources_of, time_before
from unleak.investigate.run import Tell, Wish, investigate
from unleak.model.data import Back, Touched
from unleak.report.data import to_json, to_text
from unleak.report.investigation.words import counted
from unleak.review.data import things, unseen
from unleak.review.versions import with_versions


@dataclass(frozen=True, slots=True)
class Question:
    """`versions`: AWS is asked what was there before."""

    trails: tuple[str, ...] = ()
    leaked_at: datetime | None = None
    account: str = ""
    versions: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """Who is told how far it is."""

    tell: Tell = field(default_factory=Tell)


def look(stand: Standpoint, key_id: str, question: Question, beside: Beside = Beside()) -> Touched:
    """Reads the trail, then lists versions; reads no content."""
    leak = question.leaked_at or stand.leaked_at
    sources = sources_of(stand, key_id, question.account, question.trails)
    home = stand.config.home / "trail"
    wish = Wish(key_id, home, leak, time_before(leak), tell=beside.tell, our_requests=stand.our_requests)
    found = investigate(wish, sources, stand.now())
    touched = things(found.calls)
    if question.versions:
        touched = list(with_versions(stand.aws(), touched))
    seen = found.seen
    return Touched(key_id, found.leaked_at, tuple(touched), unseen(found.calls), seen.limits, seen.problems)


def gist(found: Touched) -> Gist:
    said = f"{counted(len(found.changed), 'thing')} changed, {len(found.only_read):,} only read"
    unknown = sum(t.before is not None and t.before.back is Back.COULD_NOT_LOOK for t in found.things)
    before = (f"what was there before {counted(unknown, 'thing')}",) if unknown else ()
    return Gist(said, bool(found.things), (*found.problems, *found.unseen, *before))


KIND = Kind(
    "data",
    "data",
    "What was read, written and deleted, and what was there before",
    Question,
    Touched,
    look,
    gist,
    {"text": to_text, "json": alone(to_json)},
)
