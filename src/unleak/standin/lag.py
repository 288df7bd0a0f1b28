"""Propagation: an IAM change is listed at once, and obeyed later, at a time that differs from caller to caller."""

import random
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from unleak.standin.principals import AccountView


@dataclass(frozen=True, slots=True)
class LagDial:
    """Seconds until a change is obeyed, drawn evenly for each change and caller. Same seed, same lags.

    Raises ValueError for a range that is none.
    """

    least: float = 0.0
    most: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise ValueError(f"a lag of {self.least} to {self.most} seconds is no range")


class History:
    """The views of one account over time, and which of them a caller's requests are decided by."""

    def __init__(self, first: AccountView) -> None:
        self._views: list[_Seen] = [_Seen(0, None, first, LagDial())]
        self._callers: dict[str, int] = {}
        self._lock = threading.Lock()

    def changed(self, at: datetime, view: AccountView, dial: LagDial) -> None:
        """Notes a change, which travels as the dial stands now. Views that nobody can still be seeing are dropped."""
        with self._lock:
            self._views.append(_Seen(self._views[-1].number + 1, at, view, dial))
            arrived = [i for i, seen in enumerate(self._views) if seen.arrived_everywhere(at)]
            if arrived:
                del self._views[: arrived[-1]]

    def newest(self) -> AccountView:
        return self._views[-1].view

    def seen_by(self, caller: str, now: datetime) -> AccountView:
        """The newest view that has reached this caller."""
        with self._lock:
            views = list(self._views)
            # Ids are drawn at random: the order in which callers come is the same in each run.
            place = self._callers.setdefault(caller, len(self._callers))
        for seen in reversed(views):
            if seen.at is None or now >= seen.at + timedelta(seconds=_lag(seen.number, place, seen.dial)):
                return seen.view
        return views[0].view


@dataclass(frozen=True, slots=True)
class _Seen:
    """One state of an account; `at` is None for the first, which everybody sees."""

    number: int
    at: datetime | None
    view: AccountView
    dial: LagDial

    def arrived_everywhere(self, now: datetime) -> bool:
        return self.at is None or now > self.at + timedelta(seconds=self.dial.most)


def _lag(number: int, caller: int, dial: LagDial) -> float:
    if dial.most <= 0:
        return 0.0
    return random.Random(f"{dial.seed}:{number}:{caller}").uniform(dial.least, dial.most)  # noqa: S311  no secret
