"""Incidents and errands, looked after by one process: neither waits for the other."""

from collections.abc import Callable
from threading import Thread

from unleak.engine.bell import Bell
from unleak.engine.errands import Hands, keep_running, run_due
from unleak.engine.watch import Watch
from unleak.respond import World


def look_after(
    world: World, hands: Hands, *, at_once: int, once: bool = False, beside: Callable[[], object] = lambda: None
) -> None:
    """Until it is interrupted; `once`: what is due now. `beside` is done each time around."""
    if once:
        beside()
        run_due(hands)
        Watch(world, at_once=at_once).run(wait=False)
        return
    over = Bell()
    errands = Thread(target=keep_running, args=(hands, over), daemon=True)
    errands.start()
    try:
        Watch(world, at_once=at_once, beside=beside).run()
    finally:
        over.end()
        errands.join()
