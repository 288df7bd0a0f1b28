"""By which ways people are told."""

from collections.abc import Iterator

from generator.page import codes, docstring_of, page, paragraphs, table, wrapped
from unleak.notify.channel import Channel
from unleak.notify.channels import CHANNELS
from unleak.notify_settings import OF_KIND, SECRET


def pages() -> dict[str, str]:
    return {"channels.md": page("Channels", _all())}


def _all() -> Iterator[str]:
    yield "How people are told: the `kind` of a `[[notify]]`, with [what every channel has](settings.md#notify)."
    yield from ("[Notify](../notify.md) is the guide.", "")
    yield from table("Kind", "What it is", rows=((f"[{c.kind}](#{c.kind})", c.title) for c in CHANNELS.values()))
    for channel in CHANNELS.values():
        yield from _one(channel)


def _one(channel: Channel) -> Iterator[str]:
    yield from ("", f"## {channel.kind}", "", *paragraphs(docstring_of(type(channel))))
    needs, _ = OF_KIND[channel.kind]
    rows = [
        (f"`{n}`" + (f", or `{n}_env`" if n in SECRET else ""), "yes" if n in needs else "no", said)
        for n, said in channel.settings.items()
    ]
    if rows:
        yield from (*table("Setting", "Needed", "Meaning", rows=rows), "")
    yield from (*wrapped(f"Needs {codes(channel.permissions, 'no permission of AWS')}."), "")
    yield from (f"- <{address}>" for address in channel.references)
