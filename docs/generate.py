"""Writes docs/reference from what the units declare. A test holds the committed pages to it."""

import json
from collections.abc import Iterator
from pathlib import Path

from unleak.engine.permissions import responder_policy
from unleak.respond import ACTIONS, CHECKS
from unleak.scan.detector import Detector
from unleak.scan.detectors import DETECTORS
from unleak.scan.example import shown

FOLDER = Path(__file__).parent / "reference"
_HEAD = "<!-- Written by `make docs` from the code. Do not edit. -->"


def pages() -> dict[str, str]:
    """File name to text."""
    return {
        "detectors.md": _page("Detectors", _detectors()),
        **{f"detectors/{d.id}.md": _page(d.title, _detector(d)) for d in DETECTORS},
        "actions.md": _page("Actions", _actions()),
        "checks.md": _page("Checks", _checks()),
        "policy.md": _page("The responder's policy", _policy()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([_HEAD, "", f"# {title}", "", *lines]).rstrip() + "\n"


def _detectors() -> Iterator[str]:
    yield from ("What `unleak scan` looks for. `unleak detectors` says the same.", "")
    yield from ("| Detector | What | Family | Severity |", "|---|---|---|---|")
    for d in DETECTORS:
        yield f"| [{d.id}](detectors/{d.id}.md) | {d.title} | {d.family} | {d.severity.value} |"


def _detector(d: Detector) -> Iterator[str]:
    yield from (f"`{d.id}`. {d.vendor}, {d.family}. Severity: {d.severity.value}.", "")
    yield from ("## What it is", "", d.description, "", "## How bad it is", "", d.security_note, "")
    yield from ("## What to do", "", d.mitigation, "", "## What it looks like", "", "Values are masked.", "")
    for example in d.examples:
        yield from ("```text", shown(d, example).rstrip(), "```", "")
    yield from ("## References", "", *(f"- <{r}>" for r in d.references))


def _actions() -> Iterator[str]:
    yield from ("What unleak may change in an account: proposed before, verified after, and it can be taken back.", "")
    for a in ACTIONS.values():
        kinds = [w for w, is_so in (("breaking", a.breaking), ("reversible", a.reversible)) if is_so]
        yield from (f"## {a.id}", "", f"**{a.title}**. {', '.join(kinds).capitalize()}.", "")
        yield from (f"Needs: {', '.join(f'`{p}`' for p in a.permissions)}.", "", "By hand, in the console:", "")
        names = {"name": "NAME", "key_id": "KEY_ID", "user": "USER", "region": "REGION"}
        yield from (f"> {a.by_hand.console.format(**names)}", "", "By hand, with the AWS CLI:", "")
        yield from ("```sh", a.by_hand.cli.format(**names), "```", "", *(f"- <{r}>" for r in a.references), "")


def _checks() -> Iterator[str]:
    yield from ("What unleak looks at. A check never writes.", "", "| Check | What it does | Needs |", "|---|---|---|")
    for c in CHECKS.values():
        yield f"| {c.id} | {c.title} | {', '.join(f'`{p}`' for p in c.permissions) or 'nothing'} |"


def _policy() -> Iterator[str]:
    yield "Least privilege for the identity that unleak runs as, as `unleak setup policy` prints it. The drill runs"
    yield from ("with exactly this policy.", "", "```json", json.dumps(responder_policy(), indent=2), "```")


def main() -> None:
    for name, text in pages().items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
