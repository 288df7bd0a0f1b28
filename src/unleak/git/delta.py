"""Where an object says what the object that it is built on does not.

https://git-scm.com/docs/pack-format#_deltified_representation
"""

Span = tuple[int, int]

_COPY = 0x80
_WHOLE = 0x10000


def changes(delta: bytes) -> list[Span]:
    """Spans of the object that the delta makes, ascending: bytes that the delta brings, and, empty, the seams where
    parts of the base meet that were apart in it. The end of the object is such a seam.

    `delta` has been applied without an error before.
    """
    at = _behind_number(delta, _behind_number(delta, 0))
    made, next_copied = 0, 0
    spans: list[Span] = []
    end = len(delta)
    while at < end:
        code = delta[at]
        at += 1
        if code < _COPY:
            spans.append((made, made + code))
            made += code
            at += code
            next_copied = -1
            continue
        offset, size, at = _copied(delta, code, at)
        if offset != next_copied:
            spans.append((made, made))
        next_copied = offset + size
        made += size
    spans.append((made, made))
    return spans


def _copied(delta: bytes, code: int, at: int) -> tuple[int, int, int]:
    """Where in the base a copy begins, how long it is, and what stands behind it in the delta."""
    number = 0
    for bit in range(7):
        if code >> bit & 1:
            number |= delta[at] << 8 * bit
            at += 1
    return number & 0xFFFFFFFF, number >> 32 or _WHOLE, at


def _behind_number(delta: bytes, at: int) -> int:
    while delta[at] & _COPY:
        at += 1
    return at + 1
