"""How far encoded text reaches: along its line, and over lines where it is wrapped."""

from collections.abc import Iterator

from unleak.scan.lazy import lazy

_MOST = 1 << 20
_FIRST_LOOK = 4096
_LEAST_WRAPPED = 40
# Between two lines: a line end, or one that is written out; in code, with quotes and what joins them.
_BREAK = rb"(?:(?:\\r)?\\n|[\x22\x27]?[ \t]{0,8}[,+\\]?[ \t]{0,8}\r?\n[ \t>]{0,60}[\x22\x27]?)"
_BREAK_HERE = lazy(_BREAK)
_BREAK_BEFORE = lazy(_BREAK + rb"\Z")

Span = tuple[int, int]


def reach(data: bytes, start: int, end: int, alphabet: bytes) -> list[Span]:
    """From a part of it to the whole, a span for each line. Lines above belong to it where they are as long as its own,
    lines below where they are not longer; all are made of the alphabet alone, but for the `=` at its end.
    """
    begin, last = _left(data, start, alphabet), _right(data, end, alphabet)
    spans = [(begin, last)]
    length, most = last - begin, end + _MOST
    if length < _LEAST_WRAPPED:
        return spans
    spans[:0] = reversed(list(_above(data, begin, length, alphabet)))
    spans += _below(data, last, min(most, len(data)), length, alphabet)
    return spans


def _left(data: bytes, at: int, alphabet: bytes) -> int:
    size = _FIRST_LOOK
    while True:
        before = data[max(0, at - size) : at]
        run = len(before) - len(before.rstrip(alphabet))
        if run < len(before) or size >= _MOST or len(before) < size:
            return at - run
        size *= 16


def _right(data: bytes, at: int, alphabet: bytes) -> int:
    size = _FIRST_LOOK
    while True:
        rest = data[at : at + size]
        run = len(rest) - len(rest.lstrip(alphabet))
        if run < len(rest) or size >= _MOST or len(rest) < size:
            return at + run
        size *= 16


def _above(data: bytes, begin: int, length: int, alphabet: bytes) -> Iterator[Span]:
    least = begin - _MOST
    while begin > max(0, least):
        gap = _BREAK_BEFORE.search(data, max(0, begin - 90), begin)
        if gap is None:
            return
        last = gap.start()
        first = last - length
        if first < 0 or data[first:last].strip(alphabet) or (first and data[first - 1] in alphabet):
            return
        yield first, last
        begin = first


def _below(data: bytes, last: int, most: int, length: int, alphabet: bytes) -> Iterator[Span]:
    while last < most and data[last : last + 1] != b"=":
        gap = _BREAK_HERE.match(data, last)
        if gap is None:
            return
        first = gap.end()
        line = data[first : first + length + 1]
        run = len(line) - len(line.lstrip(alphabet))
        if not 0 < run <= length:
            return
        last = first + run
        yield first, last
