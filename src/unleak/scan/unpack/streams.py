"""Compressed files that are nothing but one stream, or several one behind the other."""

import re
from collections.abc import Iterator

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.inflate import Codec, inflate
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.sink import Sink

# Block-wise gzip of the largest member has some ten thousand.
_MOST_STREAMS = 100_000
_NOT_ZERO = re.compile(rb"[^\0]")


def unpack_streams(
    name: str, codec: Codec, magic: tuple[bytes, ...], data: bytes, budget: Budget
) -> Iterator[Member | Problem]:
    """All streams as one member. Zeros between and behind them are padding; anything else is a problem."""
    sink, view = Sink(budget, len(data)), memoryview(data)
    at, why = 0, ""
    for _ in range(_MOST_STREAMS):
        ending = inflate(codec, view[at:], sink)
        why, at = ending.why, at + ending.at
        following = _NOT_ZERO.search(data, at)
        if why or following is None:
            break
        at = following.start()
        if not data.startswith(magic, at):
            why = f"{len(data) - at} bytes behind its end are not {name}"
            break
    else:
        why = "not read to its end: too many streams"
    inflated = sink.take()
    if inflated:
        yield Member(name, inflated)
    if why:
        yield Problem(name, why)
