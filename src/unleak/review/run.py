"""Every check, in every region of every account: concurrently, politely, with progress.

1. Ask each account for its regions.  2. Look, check by check, at a few places at a time.  3. Put together what several
checks said of one thing.  4. Hold it beside what the incident brought about.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock

from unleak.aws.accounts import Accounts
from unleak.model.errors import CouldNotLook
from unleak.model.evidence import Fact
from unleak.model.review import Review, Thing, Unseen
from unleak.review.attribution import judge
from unleak.review.check import GLOBAL, Missed, Place, ReviewCheck, Scope, home_of
from unleak.review.gathered import Gathered, Spot
from unleak.review.polite import Clients
from unleak.review.refusals import NotThere, why

Tell = Callable[[int, int, str], None]
"""How many looks are done, of how many, and the last one in words."""
_WORKERS = 16
_PLACES = 8
"""Looked at together: the clients of one take some forty megabytes, and two looks at a time one place bears well."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`since` is the leak, `facts` what the incident brought about; `regions` narrows, empty for all enabled ones."""

    accounts: tuple[str, ...]
    checks: Sequence[ReviewCheck]
    since: datetime | None = None
    key_id: str = ""
    regions: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    workers: int = _WORKERS
    tell: Tell = lambda _done, _all, _what: None


def review(wish: Wish, aws: Accounts, now: datetime) -> Review:
    """Whatever fails makes a gap that is told, and hides nothing else. Raises what leads into no account at all."""
    begun, before = time.monotonic(), (aws.traffic.calls, aws.traffic.throttled)
    gathered, lock = Gathered(), Lock()
    spots = [spot for account in wish.accounts for spot in _spots(wish, aws, account, gathered, lock)]
    _look_everywhere(wish, spots, gathered, now)
    gathered.add_breadth()
    judged, unmet = judge(gathered.things.values(), wish.facts, wish.since)
    return Review(
        accounts=wish.accounts,
        since=wish.since,
        judged=judged,
        unseen=tuple(gathered.unseen),
        absent=tuple(gathered.absent),
        regions=tuple(sorted(gathered.regions)),
        regions_off=tuple(gathered.off),
        regions_left_out=tuple(sorted(gathered.left_out)),
        unmet=unmet,
        remarks=tuple(gathered.remarks),
        calls=aws.traffic.calls - before[0],
        throttled=aws.traffic.throttled - before[1],
        seconds=time.monotonic() - begun,
    )


def _spots(wish: Wish, aws: Accounts, account: str, gathered: Gathered, lock: Lock) -> list[Spot]:
    """Where to look in an account. One that is not reached, or does not tell its regions, is a gap."""
    try:
        if not aws.reaches(account):
            gathered.unseen.append(Unseen("account", account, GLOBAL, "no role or profile leads into the account"))
            return []
        partition = aws.caller_in(account).arn.split(":")[1]
    except CouldNotLook as error:
        gathered.unseen.append(Unseen("account", account, GLOBAL, why(error)))
        return []
    home = home_of(partition)
    spots = [Spot(account, home, partition, is_global=True, clients=Clients(aws, account, lock))]
    for region in _regions(wish, aws, account, gathered):
        gathered.regions.add(region)
        spots.append(Spot(account, region, partition, is_global=False, clients=Clients(aws, account, lock)))
    return spots


def _regions(wish: Wish, aws: Accounts, account: str, gathered: Gathered) -> tuple[str, ...]:
    try:
        enabled = aws.regions(account)
    except CouldNotLook as error:
        gathered.unseen.append(Unseen("regions", account, GLOBAL, f"which regions are enabled: {why(error)}"))
        return wish.regions
    chosen = wish.regions or enabled
    try:
        states = aws.regions_enabled(account)
    except CouldNotLook as error:
        gathered.remarks[f"which regions are not enabled in {account} is not known: {why(error)}"] = None
        return chosen
    gathered.off += [(account, r) for r, on in sorted(states.items()) if not on and (not wish.regions or r in chosen)]
    gathered.left_out |= {r for r, on in states.items() if on} - set(chosen)
    return tuple(r for r in chosen if states.get(r, True))


def _look_everywhere(wish: Wish, spots: Sequence[Spot], gathered: Gathered, now: datetime) -> None:
    looks = list(_looks(wish, spots))
    for spot, _ in looks:
        spot.left += 1
    waiting, running, done = iter(looks), dict[Future[list[Thing]], tuple[Spot, ReviewCheck, Place]](), 0
    with ThreadPoolExecutor(wish.workers, "review") as pool:
        try:
            while True:
                for spot, check in islice(waiting, 2 * wish.workers - len(running)):
                    place = _place(wish, spot, now)
                    running[pool.submit(_look, check, place)] = (spot, check, place)
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    spot, check, place = running.pop(future)
                    done += 1
                    gathered.take(spot, check.id, place, future.result())
                    wish.tell(done, len(looks), f"{check.id} {spot.account} {spot.region}")
        finally:
            pool.shutdown(cancel_futures=True)


def _looks(wish: Wish, spots: Sequence[Spot]) -> Iterator[tuple[Spot, ReviewCheck]]:
    """A few places at a time, and of these each check in turn: so no place is asked much at once, and few are open."""
    for first in range(0, len(spots), _PLACES):
        some = spots[first : first + _PLACES]
        yield from ((s, c) for c in wish.checks for s in some if s.is_global is (c.scope is Scope.GLOBAL))


def _place(wish: Wish, spot: Spot, now: datetime) -> Place:
    return Place(spot.account, spot.region, spot.partition, now, wish.key_id, spot.clients, is_global=spot.is_global)


def _look(check: ReviewCheck, place: Place) -> list[Thing]:
    """What was found before an error counts."""
    things: list[Thing] = []
    try:
        things.extend(check.look(place))
    except NotThere as error:
        place.missed.append(Missed(str(error), absent=True))
    except CouldNotLook as error:
        place.missed.append(Missed(why(error)))
    except Exception as error:  # noqa: BLE001  an answer of an odd shape must not hide what the other checks saw
        place.missed.append(Missed(f"the answer could not be read ({type(error).__name__})"))
    return things
