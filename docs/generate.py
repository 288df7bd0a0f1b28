"""Writes docs/reference from what the units declare. A test holds the committed pages to it."""

import json
from collections.abc import Iterator
from pathlib import Path

from unleak.engine.permissions import responder_policy
from unleak.respond import ACTIONS, CHECKS
from unleak.scan.detectors import DETECTORS

FOLDER = Path(__file__).parent / "reference"
_HEAD = "<!-- Written by `make docs` from the code. Do not edit. -->"


def pages() -> dict[str, str]:
    """File name to text."""
    return {
        "detectors.md": _page("Detectors", _detectors()),
        "actions.md": _page("Actions", _actions()),
        "checks.md": _page("Checks", _checks()),
        "policy.md": _page("The responder's policy", _policy()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return "\n".join([_HEAD, "", f"# {title}", "", *lines]).rstrip() + "\n"


def _detectors() -> Iterator[str]:
    for d in DETECTORS:
        yield from (f"## {d.id}", "", f"**{d.title}**. {d.vendor}, {d.family}. Severity: {d.severity.value}.", "")
        yield from (d.description, "", d.security_note, "", f"What to do: {d.mitigation}", "")
        yield from (*(f"- <{r}>" for r in d.references), "")


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
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
