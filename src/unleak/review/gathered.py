"""What all looks brought home, put together: several checks may tell of one thing."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from unleak.model.review import Thing, Unseen, Weight
from unleak.review.check import GLOBAL, Missed, Place
from unleak.review.inventory import CHECK as _BREADTH
from unleak.review.polite import Clients


@dataclass(slots=True)
class Spot:
    """An account in a region, and how many looks are left there."""

    account: str
    region: str
    partition: str
    is_global: bool
    clients: Clients
    left: int = 0


@dataclass(slots=True)
class Gathered:
    """What all looks brought home."""

    things: dict[tuple[str, str, str, str], Thing] = field(default_factory=dict)
    breadth: list[Thing] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    absent: list[Unseen] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)
    regions: set[str] = field(default_factory=set)
    off: list[tuple[str, str]] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)

    def add(self, thing: Thing) -> None:
        key = (thing.account, thing.arn or f"{thing.region}/{thing.name}", thing.type, _own_name(thing))
        known = self.things.get(key)
        self.things[key] = _both(known, thing) if known else thing

    def add_breadth(self) -> None:
        """Of what the inventories know, only what no other check told of."""
        told = {thing.arn for thing in self.things.values()}
        for thing in self.breadth:
            if not thing.arn or thing.arn not in told:
                self.add(thing)

    def take(self, spot: Spot, check: str, place: Place, things: Iterable[Thing]) -> None:
        """What one look brought home; the last look at a place lets its clients go."""
        if check == _BREADTH.id:
            self.breadth.extend(things)
        else:
            for thing in things:
                self.add(thing)
        for missed in place.missed:
            self.miss(spot, check, missed)
        self.remarks.update(dict.fromkeys(place.remarks))
        spot.left -= 1
        if not spot.left:
            spot.clients.let_go()

    def miss(self, spot: Spot, check: str, missed: Missed) -> None:
        region = GLOBAL if spot.is_global else spot.region
        told = self.absent if missed.absent else self.unseen
        told.append(Unseen(check, spot.account, region, missed.why, missed.thing))


def _own_name(thing: Thing) -> str:
    """Several keys hang on one user's ARN."""
    return thing.name if thing.type.startswith("AWS::IAM::") else ""


def _both(one: Thing, other: Thing) -> Thing:
    """The same thing, told by two checks."""
    return replace(
        one,
        created_at=one.created_at or other.created_at,
        detail=one.detail or other.detail,
        weight=min(one.weight, other.weight, key=list(Weight).index),
        concerns=tuple(dict.fromkeys((*one.concerns, *other.concerns))),
    )
