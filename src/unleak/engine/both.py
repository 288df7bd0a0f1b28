"""Incidents and errands, looked after by one process: neither waits for the other."""

from collections.abc import Callable
from threading import Thread

from unleak.engine.bell import Bell
from unleak.engine.errands import Broken, Hands, keep_running, run_due
from unleak.engine.watch import Watch
from unleak.respond import World


def look_after(
    world: World, hands: Hands, broken: Broken, *, at_once: int, once: bool = False,
    beside: Callable[[], object] = lambda: None,
) -> None:  # fmt: skip
    """Until it is interrupted; `once`: what is due now. `broken` hears of defects; `beside` is done each round."""
    if once:
        beside()
        run_due(hands, broken)
        Watch(world, at_once=at_once, broken=broken).run(wait=False)
        return
    over, beside_them = Bell(), Bell()
    errands = Thread(target=keep_running, kwargs={"hands": hands, "bell": over, "broken": broken}, daemon=True)
    long = {"hands": hands, "bell": beside_them, "broken": broken, "long": True}
    Thread(target=keep_running, kwargs=long, daemon=True).start()
    errands.start()
    try:
        Watch(world, at_once=at_once, beside=beside, broken=broken).run()
    finally:
        beside_them.end()
        over.end()
        errands.join()
