"""The shape of a review's check, and the place that it looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from unleak.model.errors import CouldNotLook, NotFound
from unleak.model.review import Thing, Weight
from unleak.review.refusals import NotThere, why
from unleak.review.times import moment

GLOBAL = "global"
_HOMES = {"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


def home_of(partition: str) -> str:
    """The region in which services without a region are asked."""
    return _HOMES.get(partition, "us-east-1")


class Scope(StrEnum):
    """GLOBAL: once in an account. REGIONAL: once in each of its regions."""

    GLOBAL = "global"
    REGIONAL = "regional"


@dataclass(frozen=True, slots=True)
class Missed:
    """What a check could not see. `absent`: there is nothing to see, the service is not there."""

    why: str
    thing: str = ""
    absent: bool = False


@dataclass(slots=True)
class Place:
    """One account in one region, for one check. `region` is the account's home where the check is global.

    `key_id` is the leaked credential, empty where none is known. `make` gives a client of a service in a region.
    `missed` gathers what could not be seen while the rest could, `remarks` what limits an answer.
    """

    account: str
    region: str
    partition: str
    now: datetime
    key_id: str
    make: Callable[[str, str], Any]
    is_global: bool = False
    missed: list[Missed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def client(self, service: str, region: str = "") -> Any:
        """As of `unleak.aws.client.Client`; asks politely, and raises NotThere where the service is not."""
        return self.make(service, region or self.region)

    def arn(self, service: str, resource: str, *, everywhere: bool = False) -> str:
        """`everywhere`: of a service whose ARNs name no region."""
        return f"arn:{self.partition}:{service}:{'' if everywhere else self.region}:{self.account}:{resource}"

    def thing(
        self, kind: str, arn: str, name: str, created: object = None, *, detail: str = "",
        concerns: tuple["Concern", ...] = (), region: str = "",
    ) -> Thing:  # fmt: skip
        """`created` as AWS writes it. The thing weighs what its gravest concern does."""
        where = region or (GLOBAL if self.is_global else self.region)
        weight = min((c.weight for c in concerns), key=list(Weight).index, default=Weight.NONE)
        said = tuple(dict.fromkeys(c.said for c in concerns))
        return Thing(self.account, where, arn, kind, name, moment(created), detail, weight, said)

    def ask(self, thing: str, call: Callable[..., Any], *, none: tuple[str, ...] = (), **asked: Any) -> Any:
        """The answer about one of many things; `{}` where AWS says by one of these codes that there is none. None where
        it could not be had: that is noted, and the others can still be told.
        """
        try:
            return call(**asked)
        except NotThere:
            raise
        except CouldNotLook as error:
            if getattr(error, "code", "") in none:
                return {}
            gone = isinstance(error, NotFound)
            self.missed.append(Missed("it vanished while it was looked at" if gone else why(error), thing))
            return None

    def listed(
        self, what: str, items: Callable[..., Iterator[Any]], *where: Any, none: tuple[str, ...] = (), **asked: Any
    ) -> Iterator[Any]:
        """One list of several: where it cannot be had, that is noted, and the others can still be told. By one of the
        codes of `none`, AWS says that there is no list.
        """
        try:
            yield from items(*where, **asked)
        except NotThere as error:
            self.missed.append(Missed(str(error), what, absent=True))
        except CouldNotLook as error:
            if getattr(error, "code", "") not in none:
                self.missed.append(Missed(why(error), what))


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to notice about something, and how much it matters."""

    weight: Weight
    said: str


def high(said: str) -> Concern:
    return Concern(Weight.HIGH, said)


def medium(said: str) -> Concern:
    return Concern(Weight.MEDIUM, said)


def low(said: str) -> Concern:
    return Concern(Weight.LOW, said)


def some(**said: Any) -> str:
    """`state running, type t3.micro`: what is known of these, in this order."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items() if value not in (None, "", []))


class ReviewCheck(Protocol):
    """Looks at one place and never writes. What was yielded before an error counts; the error makes the check unseen
    there. `types`: what it tells of, as CloudFormation names it; the inventories leave these to it.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def permissions(self) -> tuple[str, ...]: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def types(self) -> tuple[str, ...]: ...

    def look(self, place: Place) -> Iterator[Thing]: ...
