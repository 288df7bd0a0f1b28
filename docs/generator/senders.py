"""Who may tell the service of leaked keys."""

import inspect
from collections.abc import Iterator

from generator.page import page, paragraphs, table
from unleak.intake.notice import Sender
from unleak.intake.senders import SENDERS


def pages() -> dict[str, str]:
    return {"senders.md": page("Senders", _all())}


def _all() -> Iterator[str]:
    yield "Who may tell `unleak serve` of leaked keys. [Intake](../intake.md#senders) says what is checked, and what"
    yield from ("the word of each is worth.", "")
    yield from table("Sender", "What it is", rows=((f"[{s.id}](#{s.id})", s.title) for s in SENDERS))
    for sender in SENDERS:
        yield from _one(sender)


def _one(sender: Sender) -> Iterator[str]:
    yield from (
        "",
        f"## {sender.id}",
        "",
        f"{sender.title}: `POST /hooks/{sender.id}`, set up in `[hooks.{sender.id}]`.",
        "",
    )
    module = inspect.getmodule(sender.hear)
    yield from paragraphs((module and module.__doc__) or "")
    rows = [(f"`{n}`", "yes", said) for n, said in sender.needs.items()]
    rows += [(f"`{n}`", "no", said) for n, said in sender.takes.items()]
    yield from (*table("Setting", "Needed", "Meaning", rows=rows), "")
    yield from (f"- <{address}>" for address in sender.references)
