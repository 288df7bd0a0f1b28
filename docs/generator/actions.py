"""What unleak may change in an account."""

from collections.abc import Iterator

from generator.page import docstring_of, page, paragraphs, wrapped, yes_or_no
from unleak.respond import ACTIONS
from unleak.unit import Action


def pages() -> dict[str, str]:
    return {
        "actions.md": page("Actions", _actions()),
        **{f"actions/{a.id}.md": page(a.title, _action(a), up="Actions") for a in ACTIONS.values()},
    }


def _actions() -> Iterator[str]:
    yield "What unleak may change in an account: proposed before, verified after. When each is wanted is in"
    yield from ("[the decision table](../respond.md#the-decision-table).", "")
    yield from ("| Action | What it does | Breaking | Can be taken back | Deletes |", "|---|---|---|---|---|")
    for a in ACTIONS.values():
        marks = " | ".join(yes_or_no(is_so) for is_so in (a.breaking, a.reversible, a.deletes))
        yield f"| [{a.id}](actions/{a.id}.md) | {a.title} | {marks} |"
    yield from ("", "Breaking: something rightful may stop working. Deletes: a legal hold forbids it.")


def _action(a: Action) -> Iterator[str]:
    yield from (f"`{a.id}`", "", *paragraphs(docstring_of(type(a))), "## What it means", "", "| | |", "|---|---|")
    yield f"| may break something rightful | {yes_or_no(a.breaking)} |"
    yield f"| can be taken back | {yes_or_no(a.reversible)} |"
    yield f"| deletes for good (a legal hold forbids it) | {yes_or_no(a.deletes)} |"
    yield from (f"| undone by | {a.undone_by} |", "", "## What it needs", "")
    yield from wrapped(", ".join(f"`{p}`" for p in a.permissions) + ".")
    yield from ("", "## By hand", "", "In the console:", "")
    names = {"name": "NAME", "key_id": "KEY_ID", "user": "USER", "region": "REGION"}
    yield from (f"> {a.by_hand.console.format(**names)}", "", "With the AWS CLI:", "")
    yield from ("```sh", a.by_hand.cli.format(**names), "```", "", "## References", "")
    yield from (f"- <{r}>" for r in a.references)
