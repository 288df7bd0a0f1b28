"""A way that is open to whoever holds a principal: what it leads to, and each step of it, for a reader to check."""

from dataclasses import dataclass
from enum import StrEnum


class Rank(StrEnum):
    """Worst first, in the order in which they stand here."""

    ADMINISTRATOR = "administrator"
    MORE_RIGHTS = "more rights"
    UNCONTAINED = "undoes containment"
    PRINCIPAL = "another principal"
    ELSEWHERE = "other accounts"
    READS = "reads"
    DESTROYS = "destroys"
    BLINDS = "blinds"
    MAKES = "makes"


_ORDER = {rank: place for place, rank in enumerate(Rank)}


@dataclass(frozen=True, slots=True)
class Step:
    """`by` does `actions` to `to`, all of them needed; `how` says what that does, `conditions` what must be met."""

    by: str
    actions: tuple[str, ...]
    to: str
    how: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """`gain` in words, and `why` at the end of the steps it is one; no steps: it holds as things are. `actions` are
    what is then done, each enough by itself, `on` which ARNs or patterns, under which `conditions`.
    """

    rank: Rank
    gain: str
    steps: tuple[Step, ...] = ()
    why: str = ""
    actions: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    worth: int = 0
    """How much more it gains than others of its rank."""

    @property
    def is_conditional(self) -> bool:
        return bool(self.conditions) or any(s.conditions for s in self.steps)

    def is_sure_from(self, path: "Path") -> bool:
        """Whether no more conditions come after this beginning of it."""
        return not self.conditions and not any(s.conditions for s in self.steps[len(path.steps) :])

    @property
    def order(self) -> tuple[int, bool, int, int]:
        """Principals by what they may do, everything else by how near it is."""
        worth, length = -self.worth, len(self.steps)
        near_first = self.rank is not Rank.PRINCIPAL
        return _ORDER[self.rank], self.is_conditional, *((length, worth) if near_first else (worth, length))


@dataclass(frozen=True, slots=True)
class Reach:
    """All ways, worst first. `unread` may hide ways; for want of `unread_limits`, some told here may not be open."""

    principal: str
    ways: tuple[Way, ...]
    unread: tuple[str, ...] = ()
    unread_limits: tuple[str, ...] = ()

    @property
    def is_administrator(self) -> bool:
        return any(w.rank is Rank.ADMINISTRATOR for w in self.ways)


@dataclass(frozen=True, slots=True)
class Path:
    """How a principal is reached: the steps so far. The more certain, then the shorter one is better."""

    steps: tuple[Step, ...] = ()

    @property
    def cost(self) -> tuple[bool, int]:
        return any(s.conditions for s in self.steps), len(self.steps)

    def then(self, *steps: Step) -> "Path":
        return Path((*self.steps, *steps))
