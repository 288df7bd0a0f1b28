"""Incidents, errands and what takes long, looked after by one process: none waits for another."""

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
        run_due(hands, broken, long=False)
        Watch(world, at_once=at_once, broken=broken).run(wait=False)
        run_due(hands, broken, long=True)
        return
    over = Bell()
    errands = _running(hands, over, broken, long=False)
    _running(hands, over, broken, long=True)  # whoever ends does not wait for it: it is looked anew
    try:
        Watch(world, at_once=at_once, beside=beside, broken=broken).run()
    finally:
        over.end()
        errands.join()


def _running(hands: Hands, over: Bell, broken: Broken, *, long: bool) -> Thread:
    of = {"hands": hands, "bell": over, "broken": broken, "long": long}
    thread = Thread(target=keep_running, kwargs=of, daemon=True)
    thread.start()
    return thread
