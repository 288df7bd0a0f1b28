"""How far encoded text reaches: along its line, and over lines where it is wrapped."""

_MOST = 1 << 20
_LEAST_WRAPPED = 40
_BLANKS = b" \t\r"


def reach(data: bytes, start: int, end: int, alphabet: bytes) -> tuple[int, int]:
    """From a part of it to the whole. Lines above belong to it where they are as long as its own, lines below where
    they are not longer; all are made of the alphabet alone, but for the `=` at its end.
    """
    begin = _left(data, start, alphabet)
    last = _right(data, end, alphabet)
    length = last - begin
    while length >= _LEAST_WRAPPED and (above := _line_above(data, begin, length, alphabet)) is not None:
        begin = above
    while data[last : last + 1] != b"=" and (below := _line_below(data, last, length, alphabet)) is not None:
        last = below
    return begin, last


def _left(data: bytes, at: int, alphabet: bytes) -> int:
    before = data[max(0, at - _MOST) : at]
    return at - len(before) + len(before.rstrip(alphabet))


def _right(data: bytes, at: int, alphabet: bytes) -> int:
    rest = data[at : at + _MOST]
    return at + len(rest) - len(rest.lstrip(alphabet))


def _line_above(data: bytes, begin: int, length: int, alphabet: bytes) -> int | None:
    """Where it begins; None where it is something else, or this line does not begin with what was found."""
    line = data.rfind(b"\n", max(0, begin - length), begin)
    if line < 0 or data[line + 1 : begin].strip(_BLANKS):
        return None
    above = data.rfind(b"\n", max(0, line - 2 * length), line) + 1
    text = data[above:line].strip(_BLANKS)
    return data.index(text, above) if len(text) == length and not text.strip(alphabet) else None


def _line_below(data: bytes, last: int, length: int, alphabet: bytes) -> int | None:
    """Where it ends."""
    line = data.find(b"\n", last, last + 3)
    if line < 0 or data[last:line].strip(_BLANKS):
        return None
    below = data.find(b"\n", line + 1, line + 2 + 2 * length)
    text = data[line + 1 : below if below >= 0 else line + 2 + 2 * length]
    words = text.strip(_BLANKS).rstrip(b"=")
    if not words or len(words) > length or words.strip(alphabet):
        return None
    return data.index(words, line + 1) + len(words)
