"""What `unleak investigate` names in an attacker's calls."""

import json
from collections.abc import Iterator, Sequence

from generator.page import page, references, wrapped
from unleak.investigate.sigma.rule import LEVELS, Rule


def pages(rules: Sequence[Rule]) -> dict[str, str]:
    return {
        "rules.md": page("Rules", _all(rules)),
        **{f"rules/{r.slug}.md": page(r.title, _one(r), up="Rules") for r in rules},
    }


def _all(rules: Sequence[Rule]) -> Iterator[str]:
    yield "What `unleak investigate` names in an attacker's calls: Sigma rules, in the package's `investigate/rules`."
    yield from ("They name attempts too: whether a call succeeded is told beside them.", "")
    yield from ("| Rule | What | Level | ATT&CK |", "|---|---|---|---|")
    for r in sorted(rules, key=lambda r: (-LEVELS.index(r.level), r.slug)):
        yield f"| [{r.slug}](rules/{r.slug}.md) | {r.title} | {r.level} | {', '.join(r.techniques)} |"


def _one(r: Rule) -> Iterator[str]:
    yield from (f"`{r.slug}`, {r.id}. Level: {r.level}.", "", *wrapped(r.description), "")
    yield from ("| | |", "|---|---|", f"| ATT&CK techniques | {', '.join(r.techniques) or 'none'} |")
    yield from (f"| tactics | {', '.join(r.tactics) or 'none'} |", "")
    if r.false_positives:
        yield from ("## What else it may be", "", *(f"- {one}" for one in r.false_positives), "")
    for title, examples in (("It names", r.examples), ("It does not name", r.counter_examples)):
        yield from (f"## {title}", "")
        for example in examples:
            yield from ("```json", json.dumps(example, indent=2), "```", "")
    yield from references(r.references)
