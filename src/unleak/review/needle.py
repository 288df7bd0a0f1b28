"""Key ids in what people put into an account: looked for in memory, told only by where they are."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable

from unleak.review.check import Concern, high, medium

_KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])")
_MOST = 4_000_000
"""Of unpacked user data, of which AWS takes 16 kB packed."""
_GZIP = 16 + zlib.MAX_WBITS


def held(leaked: str, texts: Iterable[tuple[str, object]]) -> tuple[Concern, ...]:
    """`texts` are (where in the thing, the value). No value, and no other key's id, is in what comes back."""
    found: dict[Concern, None] = {}
    for where, value in texts:
        ids = set(_KEY_ID.findall(str(value or "")))
        if leaked and leaked in str(value or ""):
            found[high(f"holds the leaked key's id in {where}")] = None
        if ids - {leaked}:
            found[medium(f"holds another key's id in {where}")] = None
    return tuple(found)


def user_data(encoded: object) -> str:
    """As it stands, and as it was before base64, which some apply twice, and gzip: each on lines of its own."""
    layers = [str(encoded or "")]
    for _ in range(2):
        try:
            plain = base64.b64decode(layers[-1], validate=True)
        except (binascii.Error, ValueError):
            break
        layers.append(_unpacked(plain).decode("utf-8", "replace"))
    return "\n".join(layers).strip()


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return zlib.decompressobj(_GZIP).decompress(data, _MOST)
    except zlib.error:
        return data
