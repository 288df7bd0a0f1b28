"""What a consumer of a key promises, and what it is given to work with."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, Self

from unleak.aws.accounts import Accounts
from unleak.aws.client import Client
from unleak.model.clock import Clock
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import Misuse
from unleak.model.plan import Tri

_REGION = re.compile(r"(.+)@([a-z]{2,3}(?:-[a-z]+)+-[0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a consumer is: clients of the key's account. `region` empty: the configured one."""

    aws: Accounts
    account: str
    clock: Clock

    def client(self, service: str, region: str, *, fresh: bool = False) -> Client:
        return self.aws.client(self.account, service, region, fresh=fresh)


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key that is handed out, by its id alone. `made_at` is AWS's word."""

    id: str
    made_at: datetime


class Consumer(Protocol):
    """One place that signs with the key. It is written KIND:TEXT on the command line, and so in the record.

    `readable`: the pair can be read back from it, so that a process that ended after the hand-over can go on with the
    same key. `is_local`: it lies on the machine where the rotation was asked for. `check` says whether it holds the old
    key now, and raises where a new one could not be given to it. `hand_over` may be called twice. `confirm` reads back
    whether it holds this key, and answers COULD_NOT_LOOK only where there is no way to read. `held` is what it holds
    now; None where there is no way to read.
    """

    kind: ClassVar[str]
    form: ClassVar[str]
    permissions: ClassVar[tuple[str, ...]]
    readable: ClassVar[bool]
    is_local: ClassVar[bool]

    @property
    def text(self) -> str: ...
    @classmethod
    def parse(cls, text: str) -> Self: ...
    def check(self, place: Place, old: str) -> Tri: ...
    def hand_over(self, place: Place, pair: Credentials) -> None: ...
    def confirm(self, place: Place, key: NewKey) -> Tri: ...
    def held(self, place: Place) -> Credentials | None: ...


def region_of(text: str) -> tuple[str, str]:
    """`NAME@eu-west-1` is NAME, in that region; without it, in the configured one."""
    found = _REGION.fullmatch(text)
    return (found[1], found[2]) if found else (text, "")


def split_names(text: str, form: str) -> tuple[str, str]:
    """Two names with a comma between them. Raises Misuse for anything else."""
    first, _, second = text.partition(",")
    if not first.strip() or not second.strip() or "," in second:
        raise Misuse(f"{text!r} does not name two: the key id's and the secret's", f"write {form}")
    return first.strip(), second.strip()


def pair_of(key_id: object, secret: object) -> Credentials:
    """What stands in two fields; either may be missing yet."""
    return Credentials(str(key_id or ""), SecretKey(str(secret or "")))


def holds(held: Credentials, key_id: str) -> Tri:
    return Tri.YES if held.key_id == key_id else Tri.NO
