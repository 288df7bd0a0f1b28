"""What a scan of a repository saw, written beside what is known of it. Never a secret: a finding is its fingerprint.

A scan proves only what it looked at. A push brings what it brings; that something is gone, only a scan of everything
can say, and only of what had been seen before it began: two scans may end in another order than they began in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from unleak.model.finding import Finding, Place
from unleak.store.schema import FINDINGS, GAPS, REPOSITORIES

PLACES_KEPT = 20
_REFS_KEPT = 5
_MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Sighting:
    """One finding, without credentials and with nothing secret in its words; paths are those of the repository.

    `stands`: it was there by then, not in the history alone. `ignored_by`: what the repository itself ignores it by.
    `parts`: fingerprints that it has where only a part of it is seen; these are not gone while it stands.
    """

    finding: Finding
    incident: str = ""
    stands: bool = True
    ignored_by: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """`at`: what was in the repository by then, it saw. `whole`: all of it, not only what a push brought. `gap`: why it
    could not look at all of that; `reached` is false where it saw nothing. `what` is said in words.
    """

    repository: str
    errand: str
    what: str
    at: datetime
    ended_at: datetime
    url: str = ""
    public: bool | None = None
    whole: bool = False
    gap: str = ""
    reached: bool = True
    seen: tuple[Sighting, ...] = ()


def finding_id(repository: str, fingerprint: str) -> str:
    return sha256(f"{repository}\0{fingerprint}".encode(errors="replace")).hexdigest()[:32]


def note(db: sa.Connection, look: Look) -> None:
    """In the transaction of `db`, which must be alone with this repository."""
    known_whole = _whole_at(db, look.repository)
    _note_repository(db, look, known_whole)
    _note_gap(db, look)
    if look.reached:
        _note_findings(db, look, known_whole)


def _whole_at(db: sa.Connection, repository: str) -> datetime | None:
    told = db.execute(sa.select(REPOSITORIES.c.whole_at).where(REPOSITORIES.c.name == _name(repository))).scalar()
    return _time(told)


def _note_repository(db: sa.Connection, look: Look, known_whole: datetime | None) -> None:
    whole_at = max(filter(None, (known_whole, look.at if _says_all(look) else None)), default=None)
    values = {
        "url": plain(look.url),
        "public": look.public,
        "last_at": look.ended_at.isoformat(),
        "last_what": plain(look.what),
        "whole_at": _text(whole_at),
    }
    mine = REPOSITORIES.c.name == _name(look.repository)
    scans = REPOSITORIES.c.scans + int(look.reached)
    kept = {n: v for n, v in values.items() if v is not None or n == "whole_at"}
    if not db.execute(REPOSITORIES.update().where(mine).values(**kept, scans=scans)).rowcount:
        row = {**values, "name": _name(look.repository), "scans": int(look.reached)}
        db.execute(REPOSITORIES.insert().values(**row))


def _note_gap(db: sa.Connection, look: Look) -> None:
    """What was not seen stays told until that errand, or a later look at everything, has seen it."""
    closed = GAPS.c.errand == look.errand
    if _says_all(look):
        earlier = sa.and_(GAPS.c.repository == _name(look.repository), GAPS.c.at <= look.at.isoformat())
        closed = sa.or_(closed, earlier)
    db.execute(GAPS.delete().where(closed))
    if look.gap:
        row = {"errand": look.errand, "repository": _name(look.repository), "at": look.at.isoformat()}
        db.execute(GAPS.insert().values(**row, what=plain(look.what), why=plain(look.gap)))


def _note_findings(db: sa.Connection, look: Look, known_whole: datetime | None) -> None:
    rows = _rows(db, look)
    outdated = known_whole is not None and look.at < known_whole
    new: list[dict[str, Any]] = []
    for sighting in look.seen:
        row = rows.get(sighting.finding.fingerprint)
        if row is None:
            new.append(_first(look, sighting))
        else:
            _write(db, row, _again(look, sighting, row, outdated=outdated))
    if new:
        db.execute(FINDINGS.insert(), new)
    if _says_all(look) and not outdated:
        seen = {name for s in look.seen for name in (s.finding.fingerprint, *(s.parts if s.stands else ()))}
        _note_gone(db, look, [row for name, row in rows.items() if name not in seen])


def _note_gone(db: sa.Connection, look: Look, rows: list[sa.RowMapping]) -> None:
    """Nowhere in the repository any more."""
    for row in rows:
        if _at(row["last_seen_at"]) <= look.at:
            _write(db, row, {"gone_at": row["gone_at"] or look.at.isoformat(), "in_history": False})


def _rows(db: sa.Connection, look: Look) -> dict[str, sa.RowMapping]:
    """What is known: of the whole repository where all of it was looked at, else of what was seen."""
    query = sa.select(FINDINGS).where(FINDINGS.c.repository == _name(look.repository))
    if not look.whole:
        query = query.where(FINDINGS.c.fingerprint.in_([s.finding.fingerprint for s in look.seen]))
    return {row["fingerprint"]: row for row in db.execute(query).mappings()}


def _write(db: sa.Connection, row: sa.RowMapping, changed: Mapping[str, Any]) -> None:
    db.execute(FINDINGS.update().where(FINDINGS.c.id == row["id"]).values(**changed))


def _first(look: Look, sighting: Sighting) -> dict[str, Any]:
    finding, at = sighting.finding, look.at.isoformat()
    return {
        **_about(sighting),
        "id": finding_id(look.repository, finding.fingerprint),
        "repository": _name(look.repository),
        "fingerprint": finding.fingerprint,
        "places": json.dumps([_place(p) for p in finding.places[:PLACES_KEPT]]),
        "place_count": len(finding.places),
        "first_seen_at": at,
        "last_seen_at": at,
        "stood_at": at if sighting.stands else None,
        "gone_at": None,
        "came_back_at": None,
        "ignored_by": sighting.ignored_by[:80],
        "in_history": True if _says_all(look) else None,
        "word": "",
        "word_at": None,
        "word_until": None,
    }


def _about(sighting: Sighting) -> dict[str, Any]:
    finding = sighting.finding
    return {
        "detector": finding.detector[:80],
        "severity": finding.severity.value,
        "key_id": (finding.key_id or "")[:128],
        "account": (finding.account_id or "")[:12],
        "has_secret": finding.has_secret,
        "incident": sighting.incident[:64],
    }


def _again(look: Look, sighting: Sighting, row: sa.RowMapping, *, outdated: bool) -> Mapping[str, Any]:
    """`outdated`: a look at everything began later, and ended before; what that one said stands."""
    changed = {**_about(sighting), "last_seen_at": max(_at(row["last_seen_at"]), look.at).isoformat()}
    if outdated and row["gone_at"]:
        return changed
    places = sighting.finding.places
    if not look.whole:
        kept = json.loads(row["places"])
        known = {p["path"] for p in kept}
        added = [p for p in places if p.path not in known]
        changed |= _places([*kept, *map(_place, added)], row["place_count"] + len(added))
        changed["ignored_by"] = sighting.ignored_by[:80] or ("" if added else row["ignored_by"])
    elif not outdated:
        changed |= _places([_place(p) for p in places[:PLACES_KEPT]], len(places))
        changed["ignored_by"] = sighting.ignored_by[:80]
    return changed | _standing(look, sighting, row, outdated=outdated)


def _standing(look: Look, sighting: Sighting, row: sa.RowMapping, *, outdated: bool) -> dict[str, Any]:
    stood_at = _time(row["stood_at"])
    changed: dict[str, Any] = {"in_history": True} if _says_all(look) and not outdated else {}
    if sighting.stands:
        changed["stood_at"] = max(filter(None, (stood_at, look.at))).isoformat()
        if row["gone_at"]:
            changed |= {"gone_at": None, "came_back_at": look.at.isoformat()}
    elif _says_all(look) and not outdated and stood_at is not None and stood_at <= look.at:
        changed["gone_at"] = row["gone_at"] or look.at.isoformat()
    return changed


def _says_all(look: Look) -> bool:
    return look.whole and look.reached and not look.gap


def _places(places: list[dict[str, Any]], count: int) -> dict[str, Any]:
    return {"places": json.dumps(places[:PLACES_KEPT]), "place_count": count}


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path[:1000],
        "line": place.line,
        "commit": place.commit,
        "author": place.author[:200] if place.author else None,
        "date": place.date,
        "at_head": place.at_head,
        "refs": [ref[:200] for ref in place.refs[:_REFS_KEPT]],
        "via": [step[:200] for step in place.via[:_REFS_KEPT]],
    }


def plain(text: str) -> str:
    """As any database takes it."""
    return text[:_MOST_WORDS].replace("\0", "").encode("utf-8", "replace").decode()


def _name(repository: str) -> str:
    return plain(repository)[:255]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time(text: str | None) -> datetime | None:
    return _at(text) if text else None


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
