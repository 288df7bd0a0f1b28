"""What an incident brought about, as its record keeps it: the lines that the check `descent` wrote."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from unleak.model.investigation import Remaining


def things_of(lines: Iterable[bytes]) -> tuple[Remaining, ...]:
    """In the order in which they were told: the worst first."""
    return tuple(_thing(json.loads(line)) for line in lines)


def _thing(told: dict[str, Any]) -> Remaining:
    removed = told.get("removed_at")
    return Remaining(
        arn=str(told["arn"]), type=str(told["type"]), deed=str(told["deed"]), detail=str(told["detail"]),
        by=str(told["by"]), at=datetime.fromisoformat(told["at"]), event_id=str(told["event_id"]),
        state=str(told["state"]), removed_at=datetime.fromisoformat(removed) if removed else None,
    )  # fmt: skip
