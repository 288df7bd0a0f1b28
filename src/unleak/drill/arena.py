"""Where a drill is fought: the embedded AWS with two accounts, or one account of any endpoint."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.model.clock import Clock, WallClock
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import Misuse
from unleak.standin.server import Controls, Standin

SUBJECT, CONTROL = "111122223333", "444455556666"


@dataclass(frozen=True, slots=True)
class Arena:
    """`control` is a second account, attacked in the same way, where only the key is deactivated.

    `set_lag` turns the propagation lag on once the stage is built. `clock` is the arena's own.
    """

    endpoint: str
    subject: Accounts
    control: Accounts | None
    clock: "ArenaClock"
    set_lag: Callable[[], None]
    is_standin: bool


class ArenaClock:
    """Real time at first; later, where the arena has a dial, waits are fast-forwarded, and counted."""

    def __init__(self, now: Callable[[], datetime], advance: Callable[[float], object] | None) -> None:
        self._now, self._advance = now, advance
        self.forwarded = 0.0
        self.forwarding = False

    def now(self) -> datetime:
        return self._now()

    def sleep_until(self, when: datetime) -> None:
        seconds = (when - self.now()).total_seconds()
        if seconds <= 0:
            return
        if self.forwarding and self._advance is not None:
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
