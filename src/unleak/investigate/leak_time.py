"""When a key leaked, as far as its own use tells, where nobody knows."""

from datetime import datetime, timedelta

from unleak.investigate.trail.table import Use

_TO_SETTLE = timedelta(days=1)


def guessed(uses: list[Use]) -> datetime | None:
    """The first call from an address that it had not used before, after at least a day of other use; else its first
    call. None where it was not used at all.
    """
    mine = sorted((u for u in uses if not u.by_a_service), key=lambda u: u.first)
    if not mine:
        return None
    settled = mine[0].first + _TO_SETTLE
    known = {u.address for u in mine if u.first < settled}
    if all(u.last < settled for u in mine):
        return mine[0].first
    strange = [u.first for u in mine if u.address not in known]
    return min(strange) if strange else mine[0].first
