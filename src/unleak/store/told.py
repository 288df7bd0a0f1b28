"""What was worked out of each record, so that a list of ten thousand reads none of them. It can be lost at any time."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from unleak.store.record import Record
from unleak.store.schema import INCIDENTS


class Told:
    """Texts of whoever asks, one an incident, each good for the length of the record that it was made of."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def all(self) -> dict[str, tuple[int, str]]:
        """Of every incident for which something was kept: up to which entry, and the text."""
        query = sa.select(INCIDENTS.c.incident, INCIDENTS.c.told_seq, INCIDENTS.c.told).where(INCIDENTS.c.told_seq > 0)
        with self._record.engine.connect() as db:
            return {incident: (seq, told) for incident, seq, told in db.execute(query)}

    def keep(self, told: Mapping[str, tuple[int, str]]) -> None:
        """Of other processes, whoever read more has the last word. Where it cannot be kept, it is worked out again."""
        if not told:
            return
        older = sa.and_(INCIDENTS.c.incident == sa.bindparam("name"), INCIDENTS.c.told_seq <= sa.bindparam("upto"))
        change = INCIDENTS.update().where(older).values(told_seq=sa.bindparam("upto"), told=sa.bindparam("text"))
        rows = [{"name": incident, "upto": seq, "text": text} for incident, (seq, text) in told.items()]
        try:
            with self._record.writing() as db:
                db.execute(change, rows)
        except DatabaseError:
            return
