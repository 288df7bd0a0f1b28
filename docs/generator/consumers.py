"""Whom `unleak rotate` gives a new key."""

from collections.abc import Iterator

from generator.page import codes, docstring_of, page, paragraphs, table, wrapped, yes_or_no
from unleak.rotate.consumers import KINDS
from unleak.rotate.consumers.consumer import Consumer


def pages() -> dict[str, str]:
    return {"consumers.md": page("Consumers", _all())}


def _all() -> Iterator[str]:
    yield from wrapped(
        "What may hold a key, and is given a new one by [`unleak rotate --to`](../rotate.md#consumers). The "
        "permissions are those of the identity that unleak runs as, in the account of the key."
    )
    yield ""
    rows = ((f"[{k.kind}](#{k.kind})", f"`{k.form}`", yes_or_no(k.readable), yes_or_no(k.is_local)) for k in KINDS)
    yield from (*table("Kind", "Written", "Can be read back", "On this machine only", rows=rows), "")
    for kind in KINDS:
        yield from _one(kind)


def _one(kind: type[Consumer]) -> Iterator[str]:
    yield from (f"## {kind.kind}", "", "```text", f"--to '{kind.form}'", "```", "", *paragraphs(docstring_of(kind)))
    yield from (*wrapped(f"Needs {codes(kind.permissions, 'no permission of AWS')}."), "")
