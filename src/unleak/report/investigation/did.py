"""What it did, as techniques: the gravest first, what worked before what did not."""

from dataclasses import dataclass

from unleak.model.investigation import Investigation, Technique
from unleak.report.investigation.words import listed, minute, outcome, said

LEVELS = ("critical", "high", "medium", "low", "informational")


@dataclass(frozen=True, slots=True)
class Did:
    """`ids` are ATT&CK's; `outcome` tells how often it was tried, and what came of it."""

    level: str
    ids: str
    title: str
    tried: int
    succeeded: int
    refused: int
    first: str

    @property
    def outcome(self) -> str:
        """`worked 3 of 40, 35 refused`; `never worked: 2 tried, 2 refused`."""
        denied = f", {self.refused:,} refused" if self.refused else ""
        if not self.succeeded:
            return f"FAILED: {self.tried:,} tried{denied}"
        return f"succeeded {self.succeeded:,} of {self.tried:,}{denied}"


def ranked(found: Investigation) -> tuple[Did, ...]:
    return tuple(_did(t) for t in sorted(found.techniques, key=_rank) if t.calls)


def _rank(one: Technique) -> tuple[int, bool, int, str]:
    return level_of(one.level), not one.succeeded, -len(one.calls), one.title


def level_of(level: str) -> int:
    """0 is the gravest; one that nobody knows comes last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _did(one: Technique) -> Did:
    made, accepted, refused = outcome(one.calls)
    return Did(
        level=said(one.level, 13) or "unknown",
        ids=listed([said(t.upper(), 12) for t in one.techniques], 2),
        title=said(one.title, 70),
        tried=made,
        succeeded=accepted,
        refused=refused,
        first=minute(min(c.at for c in one.calls)),
    )
