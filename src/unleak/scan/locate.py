"""Where in a text a value may be: by Python's `re` in small ones, by hyperscan at gigabytes a second."""

from collections.abc import Callable, Iterable

from unleak.model.value import Value, field
from unleak.scan.decode import base64, hexadecimal
from unleak.scan.decode.piece import Encoding
from unleak.scan.decode.readings import MAIL, READINGS, marks_by_re
from unleak.scan.detector import Detector
from unleak.scan.detectors import DETECTORS

ENCODINGS: tuple[Encoding, ...] = (base64.ENCODING, hexadecimal.ENCODING)
SOURCES: tuple[Detector | Encoding, ...] = (*DETECTORS, *ENCODINGS)
_MARGIN = 64
# An escape behind a value is seen whole.
_EDGE = 12
_SMALL = 512 << 10
LONGEST = max(s.anchor.before for s in SOURCES) + _MARGIN
"""No anchor's match is longer: around a change of a text, so many bytes tell whether there is a new one."""

Span = tuple[int, int]


class Located(Value, frozen=False):
    """`spans`: by number in SOURCES, ascending and apart, where it may have something. `readings`: numbers of those in
    which the text must be read too. Neither: it may be a mail.
    """

    spans: dict[int, list[Span]] = field(default_factory=dict)
    readings: set[int] = field(default_factory=set)


Locate = Callable[[bytes], Located | None]
"""None where a text holds nothing."""


def locate_by_re(data: bytes) -> Located | None:
    """Without start-up time; some 50 MB/s."""
    found = Located(readings=marks_by_re(data))
    for number, source in enumerate(SOURCES):
        if source.anchor.hints and not any(hint in data for hint in source.anchor.hints):
            continue
        reach = source.anchor.before + source.anchor.after
        spans = [(m.start() - _MARGIN, m.start() + reach + _EDGE) for m in source.anchor.opening.finditer(data)]
        if spans:
            found.spans[number] = joined(spans, len(data))
    return found if found.spans or found.readings else None


def adaptive() -> Locate:
    """`re` until there is so much to read that hyperscan's start-up pays."""
    small, left = True, _SMALL
    fast: Locate = locate_by_re

    def locate(data: bytes) -> Located | None:
        nonlocal small, left, fast
        left -= len(data)
        if small and left < 0:
            small, fast = False, make_locate()
        return fast(data)

    return locate


def make_locate() -> Locate:
    """Compiling takes some 80 ms: once for a scan, before its processes are forked."""
    import hyperscan

    database = hyperscan.Database()
    named = [(p, n) for n, s in enumerate(SOURCES) for p in (s.anchor.pattern, *s.anchor.more)]
    patterns = [*(p for p, _ in named), *(r.mark for r in READINGS), MAIL]
    flags = [0] * len(named) + [hyperscan.HS_FLAG_SINGLEMATCH] * (len(READINGS) + 1)
    numbers = [n for _, n in named]
    database.compile(expressions=patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=flags)
    heard: list[tuple[int, int]] = []

    def hear(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        heard.append((number, end))

    def locate(data: bytes) -> Located | None:
        heard.clear()
        database.scan(data, match_event_handler=hear)
        return _located(heard, numbers, len(data)) if heard else None

    return locate


def _located(heard: list[tuple[int, int]], numbers: list[int], length: int) -> Located:
    found = Located()
    spans: dict[int, list[Span]] = {}
    for pattern, end in heard:
        if pattern >= len(numbers) + len(READINGS):
            continue
        if pattern >= len(numbers):
            found.readings.add(pattern - len(numbers))
        else:
            anchor = SOURCES[numbers[pattern]].anchor
            spans.setdefault(numbers[pattern], []).append((end - anchor.before - _EDGE, end + anchor.after + _EDGE))
    found.spans = {n: joined(s, length) for n, s in spans.items()}
    return found


def joined(spans: Iterable[Span], length: int) -> list[Span]:
    """Ascending, within the text, and what overlaps as one."""
    made: list[Span] = []
    for start, end in sorted(spans):
        first, last = max(start, 0), min(end, length)
        if made and first <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], last)
        else:
            made.append((first, last))
    return made
