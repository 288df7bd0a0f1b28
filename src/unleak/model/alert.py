"""Somebody's word that a key has leaked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from unleak.model.finding import Place


class Ground(StrEnum):
    """What a claim rests on. A key id is public, so a key id alone (`CLAIM`) never changes an account.

    A found secret counts only once AWS has accepted it: anyone can commit a victim's key id beside forty random
    characters.
    """

    CLAIM = "claim"
    FOUND_SECRET = "found_secret"  # noqa: S105  the name of a ground, no secret
    AWS = "aws"
    GITHUB = "github"
    ABUSE = "abuse"
    PERSON = "person"

    @property
    def allows_change(self) -> bool:
        return self not in {Ground.CLAIM, Ground.FOUND_SECRET}


@dataclass(frozen=True, slots=True)
class Alert:
    """`who` names the sender or person, `reason` their words; `leaked_at` is None where nobody knows. `public`: whether
    strangers could read it; None, where nobody says, is taken for yes.
    """

    key_id: str
    ground: Ground
    source: str
    received_at: datetime
    who: str = ""
    reason: str = ""
    leaked_at: datetime | None = None
    places: tuple[Place, ...] = ()
    public: bool | None = None
