"""What `unleak drill --list` and `--all` show: the library, and the score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from unleak.drill.attack import ATTACK
from unleak.drill.scored import ANSWERS, Scored
from unleak.model.document import written
from unleak.model.plan import Tri

if TYPE_CHECKING:
    from unleak.drill.technique import Technique

_WORDS = {Tri.YES: "[green]yes[/]", Tri.NO: "[bold red]no[/]", Tri.COULD_NOT_LOOK: "[yellow]could not look[/]"}


def show_list(techniques: "Sequence[Technique]", console: Console) -> None:
    table = _table("technique", "what", "ATT&CK", "contained in", "in an account")
    for one in techniques:
        where = "no" if one.only_standin else "yes"
        table.add_row(one.id, escape(one.title), ", ".join(one.attack), one.mode.value, where)
    console.print(table)


def list_to_json(techniques: "Sequence[Technique]") -> str:
    told = {
        "techniques": [
            {
                "id": t.id,
                "title": t.title,
                "attack": [{"id": number, "name": ATTACK[number]} for number in t.attack],
                "mode": t.mode.value,
                "calls": [f"{m.holder}: {m.action}" for m in t.moves],
                "rules": list(t.seen.rules),
                "stopped_by": list(t.stopped_by),
                "only_standin": t.only_standin,
            }
            for t in techniques
        ],
    }
    return written("unleak.techniques/1", told)


def show_score(scores: Sequence[Scored], techniques: "Sequence[Technique]", console: Console) -> None:
    """In the order of the library; totals, and why something is not as it should be."""
    known = {t.id: t for t in techniques}
    table = _table("technique", "ATT&CK", *ANSWERS, "seconds")
    for one in scores:
        cells = [_WORDS[answer] for answer in one.answers]
        table.add_row(one.technique, ", ".join(known[one.technique].attack), *cells, f"{one.seconds:.1f}")
    totals = [f"{sum(s.answers[n] is Tri.YES for s in scores)}/{len(scores)}" for n in range(len(ANSWERS))]
    table.add_section()
    table.add_row(f"{sum(s.passed for s in scores)} of {len(scores)} passed", "", *totals, "")
    console.print(table)
    for one in (s for s in scores if not s.passed):
        for line in one.why:
            console.print(f"{one.technique}: {escape(line)}", highlight=False, soft_wrap=True)
    for one in scores:
        for line in one.left_behind:
            console.print(f"left behind in the account: {escape(line)}", highlight=False, soft_wrap=True)


def score_to_json(scores: Sequence[Scored], techniques: "Sequence[Technique]") -> str:
    known = {t.id: t for t in techniques}
    told = {
        "passed": all(s.passed for s in scores),
        "totals": {
            "techniques": len(scores),
            "passed": sum(s.passed for s in scores),
            **{name: sum(s.answers[n] is Tri.YES for s in scores) for n, name in enumerate(ANSWERS)},
        },
        "techniques": [
            {
                "id": s.technique,
                "attack": list(known[s.technique].attack),
                "passed": s.passed,
                **{name: answer.value for name, answer in zip(ANSWERS, s.answers, strict=True)},
                "why": list(s.why),
                "seconds": s.seconds,
                "held_after_seconds": s.held_after,
                "left_behind": list(s.left_behind),
            }
            for s in scores
        ],
    }
    return written("unleak.drills/1", told)


def exit_code(scores: Sequence[Scored]) -> int:
    """3 where nothing failed, and not everything could be looked at."""
    if all(s.passed for s in scores):
        return 0
    return 1 if any(answer is Tri.NO for s in scores for answer in s.answers) else 3


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=column in {"technique", "seconds", *ANSWERS}, overflow="fold")
    return table
