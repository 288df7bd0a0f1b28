"""What came of a technique, in four answers; plain, so that it crosses from one process to another."""

from dataclasses import dataclass, field

from unleak.model.plan import Tri

ANSWERS = ("attacked", "contained", "seen", "evicted")


@dataclass(frozen=True, slots=True)
class Scored:
    """`attacked`: every call that matters was accepted before. `contained`: each was refused after, and every action
    that must stop it holds. `seen`: the investigation told all that it must leave. `evicted`: the account is what it
    was, but for what was done to contain the key, and unleak calls it contained.

    `why` says in words what is not YES. `held_after`: seconds of the arena's clock, from the alert until the last
    action that must stop it was seen to hold.
    """

    technique: str
    attacked: Tri = Tri.COULD_NOT_LOOK
    contained: Tri = Tri.COULD_NOT_LOOK
    seen: Tri = Tri.COULD_NOT_LOOK
    evicted: Tri = Tri.COULD_NOT_LOOK
    why: tuple[str, ...] = ()
    seconds: float = 0.0
    held_after: float | None = None
    left_behind: tuple[str, ...] = field(default=())

    @property
    def answers(self) -> tuple[Tri, ...]:
        return (self.attacked, self.contained, self.seen, self.evicted)

    @property
    def passed(self) -> bool:
        return all(answer is Tri.YES for answer in self.answers)
