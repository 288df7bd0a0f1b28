"""Where a drill is fought: the embedded AWS with two accounts, or one account of any endpoint."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.drill.documents import ADMIN, STRANGER
from unleak.model.clock import Clock, WallClock
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.errors import Misuse
from unleak.standin.server import Controls, Standin

SUBJECT, CONTROL = "111122223333", "444455556666"


@dataclass(frozen=True, slots=True)
class Arena:
    """`control` is a second account, attacked in the same way, where only the key is deactivated.

    `set_lag` turns the propagation lag on once the stage is built. `clock` is the arena's own. `strangers` are in
    accounts of their own, by name; `machine` tells the credentials that an instance finds in its metadata service.
    """

    endpoint: str
    subject: Accounts
    control: Accounts | None
    clock: "ArenaClock"
    set_lag: Callable[[], None]
    is_standin: bool
    strangers: Mapping[str, Credentials] = field(default_factory=dict)
    machine: Callable[[str], Credentials] | None = None


class ArenaClock:
    """Real time at first; later, where the arena has a dial, waits are fast-forwarded, and counted. `least`: seconds
    that go by at once then, however short the wait.
    """

    def __init__(
        self, now: Callable[[], datetime], advance: Callable[[float], object] | None, least: float = 0.0
    ) -> None:
        self._now, self._advance, self.least = now, advance, least
        self.forwarded = 0.0
        self.forwarding = False

    def now(self) -> datetime:
        return self._now()

    def sleep_until(self, when: datetime) -> None:
        seconds = (when - self.now()).total_seconds()
        if seconds <= 0:
            return
        if self.forwarding and self._advance is not None:
            seconds = max(seconds, self.least)
            self.forwarded += seconds
            self._advance(seconds)
        else:
            time.sleep(seconds)


@contextmanager
def embedded(config: Config, lag: tuple[float, float], seed: int) -> Iterator[Arena]:
    """A stand-in of our own, in threads of this process."""
    with Standin() as standin:
        controls = Controls(standin.url)
        accounts = [_root_of(config, controls, number) for number in (SUBJECT, CONTROL)]
        clock = ArenaClock(standin.gate.clock.now, controls.advance)
        yield Arena(standin.url, accounts[0], accounts[1], clock, lambda: controls.lag(*lag, seed), is_standin=True)


_LEAP = 301.0
"""Seconds that every wait takes at least: looks are fewer then, and what is proven by state is so at the second."""


class OwnAccounts:
    """A stand-in where each drill is fought in an account of its own, one after the other: they share its clock."""

    def __init__(self, standin: Standin, lag: tuple[float, float], seed: int) -> None:
        self._standin, self._lag, self._seed = standin, lag, seed
        self._controls = Controls(standin.url)
        self._stranger: Credentials | None = None

    def arena(self, config: Config, account: str) -> Arena:
        """A new account of this number."""
        gate = self._standin.gate
        gate.trail.lookups_a_second = 0
        self._controls.lag(0, 0)
        clock = ArenaClock(gate.clock.now, self._controls.advance, _LEAP)
        subject = _root_of(config, self._controls, account)
        if self._stranger is None:
            self._stranger = _stranger(_root_of(config, self._controls, STRANGER))

        def machine(instance: str) -> Credentials:
            found = self._controls.machine(account, instance)
            return Credentials(found["AccessKeyId"], SecretKey(found["SecretAccessKey"]), SessionToken(found["Token"]))

        def set_lag() -> None:
            self._controls.lag(*self._lag, self._seed)

        return Arena(
            self._standin.url, subject, None, clock, set_lag, is_standin=True, strangers={"stranger": self._stranger},
            machine=machine,
        )  # fmt: skip


def _stranger(root: Accounts) -> Credentials:
    """A user of somebody else's account."""
    iam = root.client(STRANGER, "iam")
    iam.create_user(UserName="stranger")
    iam.attach_user_policy(UserName="stranger", PolicyArn=ADMIN)
    made = iam.create_access_key(UserName="stranger")["AccessKey"]
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]))


def _root_of(config: Config, controls: Controls, account: str) -> Accounts:
    root = controls.account(account)
    return Accounts(config, endpoint=controls.url, identity=Credentials(root.key_id, SecretKey(root.secret)))


def existing(config: Config, account: str) -> Arena:
    """The account of the current identity. Raises Misuse where it is not the one that was named."""
    admin = Accounts(config)
    if admin.caller.account != account:
        raise Misuse(
            f"the current identity is in account {admin.caller.account}, not in {account or '(none named)'}",
            "a drill creates users, roles, a bucket and an instance: name a sandbox account with --account",
        )
    wall: Clock = WallClock()
    return Arena("", admin, None, ArenaClock(wall.now, None), lambda: None, is_standin=False)
