"""Python bytecode of any version: its strings, each on a line of its own, in their order.

`marshal` is not asked: it is not safe with bytes of others, and knows its own version only. A string is a type byte, a
length of one or four bytes, and text; what looks so is one. https://docs.python.org/3/library/marshal.html
"""

import re
from collections.abc import Iterator

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.member import Member
from unleak.scan.unpack.sink import Sink, TooMuch

NAME = "bytecode"
_STEP = "bytecode constants"
_HEADER = 8
# z, Z: short ASCII. a, A: ASCII. u: UTF-8. s, t: bytes, which were text in Python 2. The highest bit marks what is
# referred to again.
_STRING = re.compile(rb"(?s)[zZ\xfa\xda](.)|[aAustA\xe1\xc1\xf5\xf3\xf4](...\x00)")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")


def unpack(data: bytes, budget: Budget) -> Iterator[Member | Problem]:
    sink, why = Sink(budget, len(data)), ""
    try:
        for text in _strings(data):
            sink.write(text + b"\n")
    except TooMuch as full:
        why = full.why
    found = sink.take()
    if found:
        yield Member(_STEP, found)
    if why:
        yield Problem(_STEP, why)


def _strings(data: bytes) -> Iterator[bytes]:
    """Linear: the end of a stretch of text is looked for once."""
    at, text = _HEADER, range(0)
    while (found := _STRING.search(data, at)) is not None:
        begin = found.end()
        end = begin + int.from_bytes(found[found.lastindex or 0], "little")
        if not text.start <= begin <= text.stop:
            text = _text(data, begin)
        if end <= text.stop:
            if end > begin:
                yield data[begin:end]
            at = end
        else:
            at = found.start() + 1


def _text(data: bytes, begin: int) -> range:
    """As far as it goes on from here."""
    found = _TEXT.match(data, begin)
    return range(begin, found.end() if found else begin)
