"""Places that look promising and hold nothing: the versions of a file repeat them by the thousand."""

import hashlib

from unleak.scan.detectors import DETECTORS
from unleak.scan.locate import Located
from unleak.scan.matcher import near_anchors

_REACH = 1024
"""A detector looks no further around a span: for a label on the line above, or the block that it stands in."""


class Barren:
    """Remembers surroundings in which no detector finds anything."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def __call__(self, text: bytes, found: Located) -> bool:
        """True where nothing is to be found; only of a text that is to be read as it stands, and has nothing encoded
        in it, can that be said.
        """
        if found.readings or not found.spans or max(found.spans) >= len(DETECTORS):
            return False
        around = _around(text, found)
        if around in self._known:
            return True
        if near_anchors(text, found):
            return False
        self._known.add(around)
        return True


def _around(text: bytes, found: Located) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for number, spans in found.spans.items():
        for start, end in spans:
            first, last = max(0, start - _REACH), min(end + _REACH, len(text))
            digest.update(b"%d %d %d %d " % (number, start - first, end - start, last - end))
            digest.update(memoryview(text)[first:last])
    return digest.digest()
