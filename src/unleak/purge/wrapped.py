"""Values that are broken over lines: base64 at its 76th column, a text in pieces in some code."""

import re
from itertools import islice

_BETWEEN = b"\r\n\t \"',>\\"
_GAP = rb"(?:\\[rn]|[\r\n\t \x22\x27,>\\])"
_GAPS = re.compile(rb"(" + _GAP + rb"+)")


def unwrapped(data: bytes) -> bytes:
    """Without what stands between two pieces of a value."""
    if b"\\" in data:
        data = data.replace(b"\\n", b"").replace(b"\\r", b"")
    return data.translate(None, _BETWEEN)


def refilled(data: bytes, value: bytes, filler: bytes) -> bytes:
    """With the characters of `filler` for those of `value`, wherever it stands in pieces; what is between stays."""
    wanted = value.translate(None, _BETWEEN)
    if not wanted or wanted not in unwrapped(data):
        return data
    pattern = (_GAP + rb"*").join(re.escape(bytes([c])) for c in wanted)
    return re.sub(pattern, lambda found: _refilled(found.group(), filler), data)


def _refilled(found: bytes, filler: bytes) -> bytes:
    signs = iter(filler)
    pieces = _GAPS.split(found)
    return b"".join(p if n % 2 else bytes(islice(signs, len(p))) for n, p in enumerate(pieces))
