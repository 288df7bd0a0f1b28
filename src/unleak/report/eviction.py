"""What the attacker left, and what became of it: a row for each thing that still stood when the trail was read last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from unleak.model.document import written

SCHEMA = "unleak.eviction/1"
OUT, DONE, WAITS, DUE, FAILED, BY_HAND = "taken out", "not proved yet", "waits", "due", "not possible", "by hand"


@dataclass(frozen=True, slots=True)
class Left:
    """`state`: taken out (seen so), not proved yet, waits (for an approval), due, not possible, or by hand (no action
    of ours takes it out). `what` is the change in words, `why` the reason of the state.
    """

    arn: str
    type: str
    deed: str
    detail: str
    by: str
    at: datetime
    event_id: str
    state: str
    step_id: str = ""
    what: str = ""
    why: str = ""
    breaks: str = ""
    undo: str = ""


def to_text(incident_id: str, rows: Sequence[Left]) -> str:
    """The changes that wait first, each with what it breaks and how it is undone."""
    if not rows:
        return f"{incident_id}: nothing of the attacker's is known to stand"
    lines = [f"{incident_id}: {len(rows)} things that the attacker made, changed or shared"]
    for state in (WAITS, DUE, FAILED, BY_HAND, DONE, OUT):
        mine = [r for r in rows if r.state == state]
        lines += ["", f"{state.upper()} ({len(mine)})"] if mine else []
        told: set[str] = set()
        for row in mine:
            what = f"{row.type.removeprefix('AWS::')} {row.arn}".rstrip()
            lines += [f"  {_clean(what)}: {_clean(row.detail or row.deed)}"]
            if row.step_id and row.step_id not in told:
                told.add(row.step_id)
                lines += [f"    {name} {_clean(text)}" for name, text in _about(row) if text]
    return "\n".join(lines)


def _about(row: Left) -> tuple[tuple[str, str], ...]:
    return (
        ("would " if row.state in {WAITS, DUE} else "", row.what), ("why   ", row.why),
        *((("breaks", row.breaks), ("undone", row.undo), ("step  ", row.step_id)) if row.state == WAITS else ()),
    )  # fmt: skip


def to_json(incident_id: str, rows: Sequence[Left], *, is_whole: bool) -> str:
    """`whole`: what the attacker did is known in full; else more may stand than is told."""
    return written(SCHEMA, {"incident": incident_id, "whole": is_whole, "things": list(rows)})


def _clean(text: str) -> str:
    """Text from a trail is an attacker's: it must not steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
