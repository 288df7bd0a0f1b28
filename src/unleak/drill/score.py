"""What is kept of a drill: how many calls that matter were accepted before containment, and refused after it."""

import platform
from datetime import datetime

from unleak.drill.run import AFTER, BEFORE, Drill
from unleak.model.plan import Tri
from unleak.model.readiness import Drilled


def score_of(drill: Drill, account: str, said: str, *, at: datetime, who: str) -> Drilled:
    """`account` is empty for the embedded AWS, `said` the verdict in words. A call that was never made is neither."""
    wanted = [n for n, move in enumerate(drill.technique.moves) if move.wanted]
    return Drilled(
        account,
        drill.technique.id,
        at,
        who,
        platform.node(),
        passed=drill.passed,
        wanted=len(wanted),
        accepted=_count(drill, BEFORE, wanted, Tri.YES),
        refused=_count(drill, AFTER, wanted, Tri.NO),
        said=said,
        seconds={name: round(seconds, 2) for name, seconds in drill.seconds.items()},
    )


def _count(drill: Drill, phase: str, wanted: list[int], answer: Tri) -> int:
    results = drill.results.get(phase, [])
    return sum(n < len(results) and results[n].accepted is answer for n in wanted)
