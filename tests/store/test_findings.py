"""What a finding is called, whatever scans saw and in whatever order they ended; what people said of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from database_world import postgres_fixture, record_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Opened
from unleak.model.errors import Misuse
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.plan import Mode
from unleak.store.findings import Asked, Findings, Found, Said, Sees, State, Word
from unleak.store.inbox import Inbox, Received
from unleak.store.record import Record
from unleak.store.schema import FINDINGS, SCHEMA
from unleak.store.sightings import Look, Sighting, note

NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
KEY = "AKIAIOSFODNN7EXAMPLE"


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def finding(fingerprint: str = "a" * 32, *, path: str = "app/.env", key_id: str = KEY, account: str = "") -> Finding:
    places = (Place(path, 3, "c" * 40, "dev <dev@acme.example>", "2026-11-27T03:00:00+00:00"),)
    return Finding("aws_secret", Severity.CRITICAL, Confidence.HIGH, fingerprint, key_id, account or None,
                   has_secret=True, places=places)  # fmt: skip


def push(minutes: float, *seen: Sighting, gap: str = "") -> Look:
    seen = seen or (Sighting(finding()),)
    return Look("acme/shop", f"push {minutes}", "a push to main", at(minutes), at(minutes), seen=seen, gap=gap)


def whole(minutes: float, *seen: Sighting, gap: str = "") -> Look:
    return Look("acme/shop", f"whole {minutes}", "all of it", at(minutes), at(minutes), whole=True, gap=gap, seen=seen)


STANDS, PAST = Sighting(finding()), Sighting(finding(), stands=False)


CASES: list[tuple[list[Look], State]] = [
    ([push(0)], State.NEW),
    ([push(0), whole(1, STANDS)], State.NEW),
    ([push(0), whole(1)], State.FIXED),
    ([push(0), whole(1, PAST)], State.FIXED),
    ([push(0), whole(1, gap="a damaged object")], State.NEW),
    ([push(0), whole(1, PAST, gap="a damaged object")], State.NEW),
    ([push(0), push(1, Sighting(finding("b" * 32)))], State.NEW),
    ([push(0), replace(whole(1), reached=False, gap="no answer")], State.NEW),
    ([push(2), whole(1)], State.NEW),
    ([push(0), whole(2), push(1)], State.FIXED),
    ([push(0), whole(2), whole(1, STANDS)], State.FIXED),
    ([push(0), whole(1), push(2)], State.NEW),
    ([push(0), whole(1), whole(2, STANDS)], State.NEW),
    ([whole(0, PAST)], State.NEW),
    ([whole(0, PAST), whole(1)], State.FIXED),
    ([push(0), whole(1, Sighting(finding("b" * 32), parts=("a" * 32,)))], State.NEW),
    ([push(0, Sighting(finding(), ignored_by=".unleakignore"))], State.IGNORED),
    ([whole(0, Sighting(finding(), ignored_by=".unleakignore")), push(1)], State.IGNORED),
    ([whole(0, Sighting(finding(), ignored_by=".unleakignore")), push(1, Sighting(finding(path="b")))], State.NEW),
    ([whole(0, Sighting(finding(), ignored_by=".unleakignore")), whole(1, STANDS)], State.NEW),
]


def test_what_scans_prove(record: Record) -> None:
    """Each in a repository of its own."""
    inbox, findings = Inbox(record), Findings(record)
    for n, (looks, _) in enumerate(CASES):
        for look in looks:
            inbox.note(replace(look, repository=f"acme/{n}", errand=f"{n} {look.errand}"))
    for n, (looks, state) in enumerate(CASES):
        asked = Asked(repository=f"acme/{n}", q="a" * 32)
        [found], _ = findings.page(asked, NOW)
        assert found.state is state, looks


def one(record: Record, now: datetime = NOW + timedelta(hours=1)) -> Found:
    """The finding that all of this is about."""
    found, _ = Findings(record).page(Asked(q="a" * 32), now)
    return found[0]


def _said(word: Word, minutes: float, until: datetime | None = None) -> Said:
    return Said(word, "sam", "a test", at(minutes), until)


def test_a_persons_word_counts_until_they_said_and_until_it_comes_back(record: Record) -> None:
    inbox, findings = Inbox(record), Findings(record)
    inbox.note(push(0))
    name = one(record).id
    findings.say(name, _said(Word.IGNORED, 1, at(30)))
    assert (one(record, at(29)).state, one(record, at(31)).state) == (State.IGNORED, State.NEW)
    findings.say(name, _said(Word.ACKNOWLEDGED, 2))
    assert one(record).state is State.KNOWN
    inbox.note(whole(3))
    assert one(record).state is State.FIXED
    inbox.note(push(4))
    assert one(record).state is State.NEW
    findings.say(name, replace(_said(Word.ACKNOWLEDGED, 5), why="\0\ud800"))
    assert one(record).state is State.KNOWN
    assert [s.word for s in findings.said([name])[name]] == [Word.ACKNOWLEDGED, Word.ACKNOWLEDGED, Word.IGNORED]
    with pytest.raises(Misuse):
        findings.say(name, _said(Word.IGNORED, 6, at(5)))
    with pytest.raises(Misuse):
        findings.say("0" * 32, _said(Word.IGNORED, 6))


def test_a_person_may_take_back_what_the_repository_ignores(record: Record) -> None:
    Inbox(record).note(whole(0, Sighting(finding(), ignored_by="a comment on its line")))
    Findings(record).say(one(record).id, _said(Word.REOPENED, 1))
    assert one(record).state is State.NEW


def test_what_has_an_incident_is_known(record: Record) -> None:
    inbox = Inbox(record)
    inbox.note(push(0, Sighting(finding(), "inc-1")))
    assert one(record).state is State.NEW
    opened = Opened(Alert(KEY, Ground.CLAIM, "a test", NOW), Mode.OBSERVE, "salt")
    inbox.take(Received("1", "a test", NOW, [("inc-1", opened)]))
    assert one(record).state is State.KNOWN


def test_what_was_not_seen_is_told_until_it_is_seen(record: Record) -> None:
    inbox, findings = Inbox(record), Findings(record)

    def gaps() -> int:
        [repository], _ = findings.repositories(NOW)
        return repository.gap_count

    inbox.note(push(0, gap="no answer"))
    inbox.note(push(1))
    assert gaps() == 1
    inbox.note(push(0))  # the same errand, once more
    assert gaps() == 0
    inbox.note(push(5, gap="no answer"))
    inbox.note(whole(4))
    assert gaps() == 1
    inbox.note(whole(6))
    [repository], _ = findings.repositories(NOW)
    assert (repository.gap_count, repository.scans, repository.whole_at) == (0, 6, at(6))


def test_pages_hold_each_finding_once_and_only_what_may_be_seen(record: Record) -> None:
    inbox, findings = Inbox(record), Findings(record)
    told = [Sighting(finding(f"{n:032x}", account=f"{n % 2:012d}"), f"inc-{n}") for n in range(25)]
    for n, start in enumerate(range(0, 25, 5)):
        inbox.note(push(n % 2, *told[start : start + 5]))
    inbox.note(push(3, Sighting(finding("f" * 32, key_id="AKIAOLD"), "inc-old")))

    def pages(sees: Sees | None) -> list[str]:
        seen: list[str] = []
        after = ""
        while True:
            page, more = findings.page(Asked(sees, after=after, limit=4), NOW)
            seen += [f.fingerprint for f in page]
            if not more:
                return seen
            after = page[-1].id

    assert sorted(pages(None)) == sorted({f"{n:032x}" for n in range(25)} | {"f" * 32})
    assert set(pages(Sees(("000000000001",)))) == {f"{n:032x}" for n in range(1, 25, 2)}
    assert pages(Sees(("999999999999",), ("inc-old",))) == ["f" * 32]
    assert findings.page(Asked(after="no such"), NOW) == ([], False)
    assert findings.repositories(NOW, sees=Sees(("999999999999",))) == ([], False)
    [repository], _ = findings.repositories(NOW, sees=Sees(("000000000001",)))
    assert repository.counts["new"] == 12


def test_a_search_takes_signs_as_they_are(record: Record) -> None:
    Inbox(record).note(push(0, Sighting(finding(path='odd/100%_"ü".env'))))
    assert Findings(record).repositories(NOW, q="\0\ud800", after="\0") == ([], False)
    assert Findings(record).page(Asked(repository="\0", after="\0"), NOW) == ([], False)
    for q, found in (
        ("\0\ud800", 0),
        ('100%_"ü"', 1),
        ("1_0", 0),
        ("ODD", 1),
        (KEY[4:9].lower(), 1),
        ("%", 1),
        ("none", 0),
    ):
        assert len(Findings(record).page(Asked(q=q), NOW)[0]) == found, q


_LOOKS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["push", "stands", "past", "nothing", "gap"])), min_size=1, max_size=8
)


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    made = sa.create_engine("sqlite://")
    SCHEMA.create_all(made)
    yield made
    made.dispose()


@given(looks=_LOOKS)
def test_nothing_is_fixed_that_was_seen_after_the_last_look_at_everything(
    engine: sa.Engine, looks: list[tuple[int, str]]
) -> None:
    """In whatever order they end."""
    made: dict[str, Callable[[float], Look]] = {
        "push": push,
        "stands": lambda n: whole(n, STANDS),
        "past": lambda n: whole(n, PAST),
        "nothing": whole,
        "gap": lambda n: whole(n, gap="damaged"),
    }
    with engine.connect() as db:  # nothing of it stays
        for n, (minute, kind) in enumerate(looks):
            note(db, replace(made[kind](minute), errand=str(n)))
        gone = db.execute(sa.select(FINDINGS.c.gone_at)).scalars().all()
    stood = [minute for minute, kind in looks if kind in {"push", "stands"}]
    cleared = [minute for minute, kind in looks if kind in {"past", "nothing"}]
    if gone and gone[0] is not None:
        assert cleared
        assert max(cleared) >= max(stood, default=0)
