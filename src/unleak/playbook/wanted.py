"""One line of the table: a step, and from which mode on it is done without a person."""

from dataclasses import dataclass
from datetime import datetime

from unleak.model.plan import Mode, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """`mode` is the least mode that covers an action; None for a check. `asks`: why a person must approve it whatever
    the mode. `again_at`: when a check is due once more. `not_before`: when it is wanted at all; `until`: when it is
    lifted by itself. `anew`: since when there is something new that it is about, so that "nothing to change" of before
    does not hold.

    `part`: whether the incident is contained only with it; what comes afterwards is not.
    """

    step: Step
    mode: Mode | None = None
    asks: str = ""
    again_at: tuple[datetime, ...] = ()
    not_before: datetime | None = None
    until: datetime | None = None
    part: bool = True
    anew: datetime | None = None
