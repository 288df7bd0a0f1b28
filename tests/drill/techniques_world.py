"""Several techniques as one attack: one stage, one containment, one reading of the trail; each is asked for all the
same. A containment takes seconds, and there are forty techniques.
"""

from collections.abc import Iterable
from pathlib import Path

from unleak.config import Config
from unleak.drill.arena import OwnAccounts
from unleak.drill.library import of_standin
from unleak.drill.play import play
from unleak.drill.scored import Scored
from unleak.drill.stage import Stage
from unleak.drill.technique import Technique, Traces
from unleak.investigate.sigma.rules import load
from unleak.model.plan import Mode
from unleak.standin.server import Standin

LAG, SEED = (1.0, 6.0), 7


def together(techniques: Iterable[Technique]) -> Technique:
    """Contained as far as the furthest of them asks for."""
    all_ = tuple(techniques)

    def prepare(stage: Stage) -> None:
        for one in dict.fromkeys(t.prepare for t in all_):
            one(stage)

    def joined(*lists: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for listed in lists for item in listed))

    return Technique(
        id="together",
        title=", ".join(t.id for t in all_),
        attack=joined(*(t.attack for t in all_)),
        moves=tuple(move for t in all_ for move in t.moves),
        seen=Traces(
            joined(*(t.seen.rules for t in all_)),
            joined(*(t.seen.credentials for t in all_)),
            joined(*(t.seen.things for t in all_)),
        ),
        stopped_by=joined(*(t.stopped_by for t in all_)),
        leaves=joined(*(t.leaves for t in all_)),
        lost=joined(*(t.lost for t in all_)),
        by_hand=joined(*(t.by_hand for t in all_)),
        prepare=prepare,
        meanwhile=next((t.meanwhile for t in all_ if t.meanwhile), None),
        mode=max((t.mode for t in all_), key=list(Mode).index),
    )


def played(standin: Standin, account: str, folder: Path, technique: Technique, *, contain: bool = True) -> Scored:
    """In an account of its own. The clock is moved, so that the lag takes no real time."""
    config = of_standin(Config(home=folder), folder / account)
    before = standin.gate.lag, standin.gate.trail.lookups_a_second
    try:
        arena = OwnAccounts(standin, LAG, SEED).arena(config, account)
        return play(arena, config, technique, load(cache=folder.parent / "rules"), contain=contain)
    finally:
        standin.gate.lag, standin.gate.trail.lookups_a_second = before
