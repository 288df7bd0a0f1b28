"""Which action takes out which of an attacker's deeds."""

from collections.abc import Iterator

from generator.page import page, wrapped
from unleak.playbook.eviction_by_hand import BY_HAND
from unleak.playbook.eviction_table import UNIT_OF


def pages() -> dict[str, str]:
    return {"evictions.md": page("Evictions", _evictions())}


def _evictions() -> Iterator[str]:
    """What the table of the playbook says of each kind of fact."""
    yield from wrapped(
        "What of an attacker's work [`unleak evict`](../evict.md) takes out, and by which action: a row for each kind "
        "of fact that the trail tells. A part is what hangs on a thing; `gone` is what the attacker took away. Where "
        "several actions take out one thing, they come in this order."
    )
    yield ""
    yield from ("| Thing | What they did | Part | Action |", "|---|---|---|---|")
    for line in UNIT_OF:
        did = ", ".join(sorted(line.deeds)) or "any"
        part = f"`{line.part}`".replace("|", "\\|") if line.part else "the thing itself"
        away = {True: ", gone", False: "", None: ", there or gone"}[line.gone]
        yield f"| {line.type} | {did} | {part}{away} | [{line.unit}](actions/{line.unit}.md) |"
    yield from ("", "Left to a person:", "", "| Thing | What they did | Part | Why |", "|---|---|---|---|")
    for hand in BY_HAND:
        did = ", ".join(sorted(hand.deeds)) or "any"
        part = "any" if hand.part == "*" else f"`{hand.part}`".replace("|", "\\|") if hand.part else "the thing itself"
        yield f"| {hand.type.replace('*', '...')} | {did} | {part} | {hand.why} |"
