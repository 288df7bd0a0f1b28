"""Findings and repositories as people ask for them, and what people said of a finding.

A state is worked out when it is asked for. In this order: `ignored`, by a person until when they said, or by the
repository's own files; `fixed`, no longer seen by a scan of everything; `known`, acknowledged by a person since it was
last away, or with an incident of its key; else `new`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from unleak.model.errors import Misuse, RecordConflict
from unleak.store.record import Record
from unleak.store.schema import ENTRIES, FINDING_WORDS, FINDINGS, GAPS, REPOSITORIES
from unleak.store.sightings import plain

_MOST_GAPS = 3
_INCIDENT = sa.select(ENTRIES.c.seq).where(ENTRIES.c.incident == FINDINGS.c.incident, ENTRIES.c.seq == 1).exists()
_HAS_INCIDENT = _INCIDENT.label("has_incident")


class State(StrEnum):
    NEW = "new"
    KNOWN = "known"
    FIXED = "fixed"
    IGNORED = "ignored"


class Word(StrEnum):
    """What a person says of a finding; the last word counts. `reopened` takes back what was said before, and what the
    repository's own files say.
    """

    IGNORED = "ignored"
    ACKNOWLEDGED = "acknowledged"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Said:
    word: Word
    who: str
    why: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A finding in a line. `places`: the first of them, as the scan told; `gone_at`: since when it is known to be gone.
    `in_history`: None where nobody has looked at everything since. `incident`: where there is one.
    """

    id: str
    repository: str
    fingerprint: str
    state: State
    detector: str
    severity: str
    key_id: str
    account: str
    has_secret: bool
    incident: str
    places: tuple[dict[str, Any], ...]
    place_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    came_back_at: datetime | None
    in_history: bool | None
    ignored_by: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A repository in a line. `whole_at`: when all of it was last seen; None: never. `gaps`: what could not be looked
    at since, and why.
    """

    name: str
    url: str
    public: bool | None
    scans: int
    last_at: datetime
    last_what: str
    whole_at: datetime | None
    gap_count: int = 0
    gaps: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sees:
    """Whose findings may be seen: of these accounts, and of these incidents where the key does not tell its account."""

    accounts: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What findings are asked for; empty means all. `after` is the id of the last that was seen."""

    sees: Sees | None = None
    repository: str = ""
    state: State | None = None
    account: str = ""
    detector: str = ""
    q: str = ""
    after: str = ""
    limit: int = 100


class Findings:
    def __init__(self, record: Record) -> None:
        self._record = record

    def page(self, asked: Asked, now: datetime) -> tuple[list[Found], bool]:
        """The newest first, and whether there are more."""
        state = _state(now)
        query = sa.select(FINDINGS, state.label("state"), _HAS_INCIDENT).where(*_wanted(asked, state))
        with self._record.engine.connect() as db:
            if asked.after:
                after = plain(asked.after)
                last = db.execute(sa.select(FINDINGS.c.first_seen_at).where(FINDINGS.c.id == after)).scalar()
                query = query.where(_behind(last, after))
            order = query.order_by(FINDINGS.c.first_seen_at.desc(), FINDINGS.c.id).limit(asked.limit + 1)
            rows = db.execute(order).mappings().all()
        return [_found(row) for row in rows[: asked.limit]], len(rows) > asked.limit

    def counts(self, asked: Asked, now: datetime) -> dict[str, int]:
        """How many of what is asked for are in each state."""
        state = _state(now)
        told = sa.select(state.label("state")).where(*_wanted(replace(asked, state=None), state)).subquery()
        with self._record.engine.connect() as db:
            rows = db.execute(sa.select(told.c.state, sa.func.count()).group_by(told.c.state)).all()
        return dict.fromkeys((s.value for s in State), 0) | {row[0]: row[1] for row in rows}

    def one(self, finding: str, now: datetime, sees: Sees | None = None) -> Found | None:
        """None where there is none, or none to be seen."""
        query = sa.select(FINDINGS, _state(now).label("state"), _HAS_INCIDENT)
        query = query.where(FINDINGS.c.id == finding, *_visible(sees))
        with self._record.engine.connect() as db:
            row = db.execute(query).mappings().first()
        return _found(row) if row else None

    def said(self, findings: Sequence[str]) -> dict[str, list[Said]]:
        """Of each, what people said, the last first."""
        mine = FINDING_WORDS.c.finding.in_(findings)
        query = sa.select(FINDING_WORDS).where(mine).order_by(FINDING_WORDS.c.number.desc())
        said: dict[str, list[Said]] = {}
        with self._record.engine.connect() as db:
            for row in db.execute(query).mappings():
                one = Said(Word(row["word"]), row["who"], row["why"], _at(row["at"]), _time(row["until"]))
                said.setdefault(row["finding"], []).append(one)
        return said

    def say(self, finding: str, said: Said) -> None:
        """Kept beside all that was said before. Raises Misuse where there is no such finding or the time is over, and
        RecordConflict where somebody else spoke just then.
        """
        if said.until is not None and said.until <= said.at:
            raise Misuse("that time is over already", "give one that is to come, or none")
        last = sa.select(sa.func.max(FINDING_WORDS.c.number)).where(FINDING_WORDS.c.finding == finding)
        at, until = said.at.isoformat(), said.until.isoformat() if said.until else None
        row = {"word": said.word.value, "who": said.who[:80], "why": plain(said.why), "at": at, "until": until}
        spoken = {"word": said.word.value, "word_at": at, "word_until": until}
        try:
            with self._record.writing() as db:
                if not db.execute(FINDINGS.update().where(FINDINGS.c.id == finding).values(**spoken)).rowcount:
                    raise Misuse("there is no such finding", "GET /api/v1/findings lists them")
                number = int(db.execute(last).scalar() or 0) + 1
                db.execute(FINDING_WORDS.insert().values(finding=finding, number=number, **row))
        except IntegrityError as error:
            raise RecordConflict("somebody else spoke of this finding just then", "look again") from error

    def repositories(
        self, now: datetime, *, sees: Sees | None = None, q: str = "", state: State | None = None, gaps: bool = False,
        after: str = "", limit: int = 100,
    ) -> tuple[list[Scanned], bool]:  # fmt: skip
        """By name, and whether there are more. `state`: with a finding in it; `gaps`: where something was not seen.

        Who may see some accounts' findings sees the repositories that have any of them.
        """
        name = REPOSITORIES.c.name
        query = sa.select(REPOSITORIES).where(name > plain(after)).order_by(name).limit(limit + 1)
        if q:
            query = query.where(sa.func.lower(name).contains(plain(q).lower(), autoescape=True))
        if state is not None or sees is not None:
            has = sa.select(FINDINGS.c.id).where(FINDINGS.c.repository == name, *_visible(sees))
            query = query.where((has.where(_state(now) == state.value) if state else has).exists())
        if gaps:
            query = query.where(sa.select(GAPS.c.errand).where(GAPS.c.repository == name).exists())
        with self._record.engine.connect() as db:
            rows = db.execute(query).mappings().all()
            names = [row["name"] for row in rows[:limit]]
            counts, untold = _counts(db, names, sees, now), _gaps(db, names)
        found = [_scanned(row, counts, untold) for row in rows[:limit]]
        return found, len(rows) > limit


def _state(now: datetime) -> sa.Case[str]:
    c = FINDINGS.c
    lasts = sa.or_(c.word_until.is_(None), c.word_until > now.isoformat())
    since = sa.or_(c.came_back_at.is_(None), c.came_back_at <= c.word_at)
    return sa.case(
        (sa.and_(c.word == Word.IGNORED.value, lasts), State.IGNORED.value),
        (sa.and_(c.ignored_by != "", c.word != Word.REOPENED.value), State.IGNORED.value),
        (c.gone_at.is_not(None), State.FIXED.value),
        (sa.and_(c.word == Word.ACKNOWLEDGED.value, since), State.KNOWN.value),
        (_INCIDENT, State.KNOWN.value),
        else_=State.NEW.value,
    )


def _visible(sees: Sees | None) -> list[sa.ColumnElement[bool]]:
    if sees is None:
        return []
    of_incidents = sa.and_(FINDINGS.c.account == "", FINDINGS.c.incident.in_(sees.incidents))
    return [sa.or_(FINDINGS.c.account.in_(sees.accounts), of_incidents)]


def _wanted(asked: Asked, state: sa.Case[str]) -> list[sa.ColumnElement[bool]]:
    c, q, wanted = FINDINGS.c, plain(asked.q), _visible(asked.sees)
    if asked.state is not None:
        wanted.append(state == asked.state.value)
    for column, value in ((c.repository, asked.repository), (c.account, asked.account), (c.detector, asked.detector)):
        if value:
            wanted.append(column == plain(value))
    if q:
        texts = ((c.key_id, q), (c.repository, q), (c.fingerprint, q), (c.places, json.dumps(q)[1:-1]))
        wanted.append(sa.or_(*(sa.func.lower(t).contains(v.lower(), autoescape=True) for t, v in texts)))
    return wanted


def _behind(first_seen_at: str | None, finding: str) -> sa.ColumnElement[bool]:
    """Nothing, where there is no such finding."""
    if first_seen_at is None:
        return sa.false()
    same = sa.and_(FINDINGS.c.first_seen_at == first_seen_at, FINDINGS.c.id > finding)
    return sa.or_(FINDINGS.c.first_seen_at < first_seen_at, same)


def _counts(
    db: sa.Connection, names: Sequence[str], sees: Sees | None, now: datetime
) -> dict[str, dict[str, int]]:  # fmt: skip
    state = _state(now).label("state")
    told = sa.select(FINDINGS.c.repository, state).where(FINDINGS.c.repository.in_(names), *_visible(sees)).subquery()
    grouped = sa.select(told.c.repository, told.c.state, sa.func.count()).group_by(told.c.repository, told.c.state)
    counts: dict[str, dict[str, int]] = {name: {s.value: 0 for s in State} for name in names}
    for repository, of, number in db.execute(grouped):
        counts[repository][of] = number
    return counts


def _gaps(db: sa.Connection, names: Sequence[str]) -> dict[str, list[str]]:
    query = sa.select(GAPS).where(GAPS.c.repository.in_(names)).order_by(GAPS.c.at.desc(), GAPS.c.errand)
    told: dict[str, list[str]] = {name: [] for name in names}
    for row in db.execute(query).mappings():
        told[row["repository"]].append(f"{row['what']}: {row['why']}")
    return told


def _found(row: sa.RowMapping) -> Found:
    named = {name: row[name] for name in Found.__dataclass_fields__ if name in row}
    times = {name: _time(row[name]) for name in ("first_seen_at", "last_seen_at", "gone_at", "came_back_at")}
    made = {"state": State(row["state"]), "places": tuple(json.loads(row["places"]))}
    return Found(**{**named, **times, **made, "incident": row["incident"] if row["has_incident"] else ""})


def _scanned(row: sa.RowMapping, counts: dict[str, dict[str, int]], gaps: dict[str, list[str]]) -> Scanned:
    name = row["name"]
    return Scanned(
        name, row["url"], row["public"], row["scans"], _at(row["last_at"]), row["last_what"], _time(row["whole_at"]),
        len(gaps[name]), tuple(gaps[name][:_MOST_GAPS]), counts[name],
    )  # fmt: skip


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time(text: str | None) -> datetime | None:
    return _at(text) if text else None
