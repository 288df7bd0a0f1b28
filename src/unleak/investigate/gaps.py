"""Times in which the trail tells nothing at all: it may have been stopped, or its files are missing."""

from datetime import datetime, timedelta
from itertools import pairwise

from unleak.investigate.trail.table import Table

_HOUR = timedelta(hours=1)
_LEAST = timedelta(hours=3)
_TIMES = 4
_MOST = 50


def gaps(table: Table) -> tuple[tuple[datetime, datetime], ...]:
    """From the last call before a gap's hour to the first after it. What is quiet every night is no gap: only what is
    four times as long as nearly all the others.
    """
    hours = table.hours()
    holes = [(a + _HOUR, b) for a, b in pairwise(hours) if b - a > _HOUR]
    lengths = sorted(b - a for a, b in holes)
    usual = lengths[(len(lengths) - 1) * 9 // 10] if len(lengths) > _TIMES else timedelta(0)
    return tuple(h for h in holes if h[1] - h[0] >= max(_LEAST, usual * _TIMES))[:_MOST]
