"""The last check of each account, and the last drill of each technique in it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError

from unleak.model.errors import CouldNotLook
from unleak.model.plan import Tri
from unleak.model.readiness import Checked, Drilled, Readiness
from unleak.store.record import Record
from unleak.store.schema import DRILLS, READINESS
from unleak.store.sightings import plain

_SCORE = ("passed", "wanted", "accepted", "refused", "said", "seconds")


class ReadinessStore:
    def __init__(self, record: Record) -> None:
        self._record = record

    def keep_checks(self, checks: Sequence[Checked]) -> None:
        """Each in the place of an older one. Raises CouldNotLook where it cannot be stored."""
        for one in checks:
            values = {**_who(one), "rows": json.dumps([_row(r) for r in one.rows])}
            self._keep(READINESS, {"account": one.account}, values)

    def keep_drill(self, drilled: Drilled) -> None:
        """As above."""
        score = {name: getattr(drilled, name) for name in _SCORE}
        key = {"account": drilled.account, "technique": drilled.technique[:80]}
        self._keep(DRILLS, key, {**_who(drilled), "score": json.dumps(score)})

    def checks(self) -> dict[str, Checked]:
        """By account."""
        with self._record.engine.connect() as db:
            return {row["account"]: _checked(row) for row in db.execute(sa.select(READINESS)).mappings()}

    def drills(self) -> dict[str, Drilled]:
        """The last one of each account; of the embedded AWS under an empty name."""
        with self._record.engine.connect() as db:
            rows = db.execute(sa.select(DRILLS).order_by(DRILLS.c.at)).mappings().all()
        return {row["account"]: _drilled(row) for row in rows}

    def _keep(self, table: sa.Table, key: dict[str, str], values: dict[str, Any]) -> None:
        mine = sa.and_(*(table.c[name] == value for name, value in key.items()))
        older = sa.and_(mine, table.c.at <= values["at"])
        try:
            with self._record.writing() as db:
                known = db.execute(sa.select(table.c.at).where(mine)).scalar()
                if known is None:
                    db.execute(table.insert().values(**key, **values))
                else:
                    db.execute(table.update().where(older).values(**values))
        except IntegrityError:  # another process was first
            with self._record.writing() as db:
                db.execute(table.update().where(older).values(**values))
        except DatabaseError as error:
            raise CouldNotLook(f"the result could not be stored: {error.orig}", "run it again") from error


def _who(of: Checked | Drilled) -> dict[str, Any]:
    return {"at": of.at.isoformat(), "who": plain(of.who)[:80], "place": plain(of.place)[:255]}


def _row(row: Readiness) -> dict[str, str]:
    return {
        "account": row.account, "what": row.what, "verdict": row.verdict.value, "detail": row.detail, "hint": row.hint,
    }  # fmt: skip


def _checked(row: sa.RowMapping) -> Checked:
    rows = tuple(Readiness(**{**r, "verdict": Tri(r["verdict"])}) for r in json.loads(row["rows"]))
    return Checked(row["account"], datetime.fromisoformat(row["at"]), row["who"], row["place"], rows)


def _drilled(row: sa.RowMapping) -> Drilled:
    at = datetime.fromisoformat(row["at"])
    return Drilled(row["account"], row["technique"], at, row["who"], row["place"], **json.loads(row["score"]))
