"""How unleak attacks itself, and which techniques of ATT&CK its rules and its drills name."""

from collections.abc import Iterator, Sequence

from generator.page import page, paragraphs, table, yes_or_no
from unleak.drill.technique import Technique
from unleak.drill.techniques import TECHNIQUES
from unleak.investigate.sigma.rule import Rule


def pages(rules: Sequence[Rule]) -> dict[str, str]:
    return {"drills.md": page("Drills", _drills()), "attack.md": page("Techniques of ATT&CK", _attack(rules))}


def _drills() -> Iterator[str]:
    yield "What `unleak drill --technique` plays: an attacker's calls. Those that count must be accepted before"
    yield from ("containment and refused after it. [Drill](../drill.md) is the guide.", "")
    yield from table("Technique", "What it shows", rows=((f"[{t.id}](#{t.id})", t.title) for t in TECHNIQUES))
    for technique in TECHNIQUES:
        yield from ("", f"## {technique.id}", "", *_one(technique))


def _one(technique: Technique) -> Iterator[str]:
    yield from (*paragraphs(technique.title), "| | |", "|---|---|", f"| ATT&CK | {_links(technique.attack)} |")
    yield f"| contained in mode | `{technique.mode.value}` |"
    yield from (f"| all is put right afterwards | {yes_or_no(technique.puts_right)} |", "")
    rows = ((m.holder, f"`{m.action}`", yes_or_no(m.wanted), m.note) for m in technique.moves)
    yield from table("With", "Call", "Counts", "Why it is there else", rows=rows)


def _attack(rules: Sequence[Rule]) -> Iterator[str]:
    yield "Which [rules](rules.md) and [drills](drills.md) name which technique."
    yield ""
    named = sorted({t for r in rules for t in r.techniques} | {t for d in TECHNIQUES for t in d.attack})
    yield from table("Technique", "Rules", "Drills", rows=((_links([t]), _rules(t, rules), _played(t)) for t in named))


def _rules(technique: str, rules: Sequence[Rule]) -> str:
    return ", ".join(f"[{r.slug}](rules/{r.slug}.md)" for r in rules if technique in r.techniques) or "none"


def _played(technique: str) -> str:
    return ", ".join(f"[{d.id}](drills.md#{d.id})" for d in TECHNIQUES if technique in d.attack) or "none"


def _links(techniques: Sequence[str]) -> str:
    """T1078.004 is a part of T1078."""
    host = "https://attack.mitre.org/techniques"
    return ", ".join(f"[{t}]({host}/{t.replace('.', '/')}/)" for t in techniques) or "none"
