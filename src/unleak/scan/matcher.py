"""Every place in a blob that a detector takes for its own."""

import codecs
import re
from collections.abc import Iterator

from unleak.scan.detector import Candidate, Detector
from unleak.scan.detectors import DETECTORS

_LABEL_REACH = 80
# Cheap tests of a whole blob: without one of these words there is nothing that could be confirmed or labelled.
_MAY_HOLD = re.compile(
    rb"A(?:KIA|SIA|BIA|CCA|QoDYXdz|goJb3JpZ2lu)|IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz|(?i:s(?:ecret|k[\"']?\s{0,3}[:=]))"
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# A terminal's colour; a slash or plus escaped as in JSON; one percent-encoded.
_DISGUISED = re.compile(rb"[\x1b\\%](?:(?<=\x1b)\[[0-9;]*[A-Za-z]|(?<=\\)(?:/|u002[FfBb])|(?<=%)2[FfBb])")


def readings(data: bytes) -> Iterator[bytes]:
    """The blob as its reader sees it, where it may hold anything: without colours, with `+` and `/` for their escapes,
    and UTF-16 as UTF-8. Lines stay where they are.
    """
    texts = [data]
    if data.startswith(_UTF16):
        texts.append(data.decode("utf-16", "replace").encode())
    for text in texts:
        if _MAY_HOLD.search(text):
            yield _DISGUISED.sub(_plain, text)


def find_candidates(data: bytes) -> list[Candidate]:
    """In the order of their place. A forty-character value counts near an id or behind a label only: see pairing."""
    found = [c for detector in DETECTORS for c in _of(detector, data)]
    return sorted(found, key=lambda c: (c.start, c.end))


def _plain(disguised: re.Match[bytes]) -> bytes:
    sign = disguised.group()
    return b"" if sign.startswith(b"\x1b") else b"+" if sign[-1:] in b"Bb" else b"/"


def _of(detector: Detector, data: bytes) -> list[Candidate]:
    return [
        Candidate(detector.id, m.start(1), m.end(1), _has_label(detector, data, m.start(1)))
        for m in detector.pattern.finditer(data)
        if detector.confirm(m.group(1))
    ]


def _has_label(detector: Detector, data: bytes, start: int) -> bool:
    """A telling name before the value, on the same line."""
    line = data.rfind(b"\n", max(0, start - _LABEL_REACH), start) + 1
    return detector.label.search(data, max(line, start - _LABEL_REACH), start) is not None
